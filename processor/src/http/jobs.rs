use super::answer::{of_fault, refusal, scripted};
use crate::{
    app::App,
    fault::Fault,
    mischief::{Answer, Word},
    wire::{JobState, JobStatus},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use std::sync::Arc;

/// `GET /jobs/{reference}`: how far a job is, with fresh addresses of its files. A job that nobody knows is `unknown`.
pub(super) async fn status(State(app): State<Arc<App>>, Path(reference): Path<String>) -> Response {
    let unknown = || Json(JobStatus { status: JobState::Unknown, result: None }).into_response();
    let Some(job) = app.jobs.get(&reference) else { return unknown() };
    let record = job.record();
    match app.mischief.on_question(&record.behaviour, &record.job_id) {
        Some(Answer::Word(Word::Unknown)) => return unknown(),
        Some(answer) => {
            if let Some(response) = scripted(answer) {
                return response;
            }
        }
        None => {}
    }
    let ended = matches!(record.state, JobState::Finished | JobState::Failed);
    let result = ended.then(|| app.outcome(&record, &record.fresh_token));
    Json(JobStatus { status: record.state, result }).into_response()
}

/// `DELETE /jobs/{reference}`: the job, its file and its results are gone when this has answered 204. After any other
/// answer it can be asked again.
pub(super) async fn forget(State(app): State<Arc<App>>, Path(reference): Path<String>) -> Response {
    let unknown = || refusal(StatusCode::NOT_FOUND, "unknown-job", "There is no job of this reference");
    let Some(job) = app.jobs.get(&reference) else { return unknown() };
    if !job.is_admitted().await {
        return unknown();
    }
    job.forgotten.cancel();
    let record = job.record();
    let (forgetting, job_id) = (app.clone(), record.job_id.clone());
    let fault = match tokio::task::spawn_blocking(move || forgetting.store.forget(&record)).await {
        Ok(Ok(())) => {
            app.jobs.remove(&reference);
            app.mischief.forget(&job_id);
            return StatusCode::NO_CONTENT.into_response();
        }
        Ok(Err(error)) => Fault::from(error),
        Err(error) => Fault::Internal(error.to_string()),
    };
    tracing::error!(job_id, %fault, "a job could not be forgotten");
    of_fault(&fault)
}
