use super::{
    answer::{none, of_fault, refusal, scripted, with_retry_after},
    receive::{Broken, Received, file, part, text},
};
use crate::{
    app::App,
    fault::Fault,
    format::Format,
    jobs::{self, Incoming, Job, Record},
    limits::{JOB_BYTES_MAX, REFERENCE_BYTES_MAX, bytes_max},
    mischief::{Answer, Decision, Word},
    wire::{JobAccepted, JobState, Submission},
};
use axum::{
    Json,
    extract::{
        State,
        multipart::{Multipart, MultipartRejection},
    },
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use std::{sync::Arc, time::Duration};
use url::Url;

/// 64 hexadecimal digits and some white space.
const DIGEST_BYTES_MAX: usize = 128;
/// A submission is answered at last, although its callback should have come first.
const EARLY_WAIT: Duration = Duration::from_secs(30);
/// What customers are asked to wait when there is too much to do.
const OVERLOAD_RETRY_SECONDS: u64 = 30;

/// `POST /jobs`.
pub(super) async fn submit(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Multipart, MultipartRejection>,
) -> Response {
    let answered = match body {
        Ok(body) => receive(&app, &headers, body).await,
        Err(rejection) => Err(Broken::Malformed(rejection.body_text())),
    };
    match answered {
        Ok(response) => response,
        Err(Broken::Malformed(message)) => refusal(StatusCode::BAD_REQUEST, "malformed", &message),
        Err(Broken::TooLarge(limit)) => {
            of_fault(&Fault::TooLarge(format!("files of this kind may have {limit} bytes")))
        }
        Err(Broken::Disk(fault)) => {
            tracing::error!(%fault, "a submission could not be stored");
            with_retry_after(of_fault(&fault), Some(OVERLOAD_RETRY_SECONDS))
        }
    }
}

/// Reads the body to its end, whatever the answer will be: a customer who is still sending hears no answer.
async fn receive(app: &Arc<App>, headers: &HeaderMap, mut body: Multipart) -> Result<Response, Broken> {
    let submission = submission(headers, &mut body).await?;
    let known = app.jobs.get(&submission.reference);
    let decision = known.is_none().then(|| app.mischief.on_submission(&submission.file_name));
    let refused = match &decision {
        None => None,
        Some(decision) => refused(app, &submission, decision),
    };
    let incoming = match (&known, &refused) {
        (None, None) => {
            Some(app.store.incoming(&app.name("in")).map_err(|error| Broken::Disk(error.into()))?)
        }
        _ => None,
    };
    let received = match &submission.source_url {
        Some(_) => None,
        None => Some(file_and_digest(&submission, &mut body, incoming.as_ref()).await?),
    };
    if let Some(refused) = refused {
        return Ok(refused);
    }
    if let Some((received, digest)) = &received
        && !as_announced(&submission, received, digest)
    {
        return Ok(of_fault(&Fault::Digest));
    }
    let sha256 = received.map(|(received, _)| received.sha256);
    match (known, decision, incoming) {
        (Some(job), _, _) => again(&job, sha256.as_deref()).await,
        (None, Some(decision), Some(incoming)) => {
            if sha256.is_some()
                && let Err(fault) = inspect(&submission, &incoming).await
            {
                return Ok(of_fault(&fault));
            }
            accept(app, submission, sha256, decision, incoming).await
        }
        _ => Err(Broken::Disk(Fault::Internal("no place for the file".to_owned()))),
    }
}

async fn submission(headers: &HeaderMap, body: &mut Multipart) -> Result<Submission, Broken> {
    let malformed = |message: &str| Broken::Malformed(message.to_owned());
    let job = part(body, "job").await?.ok_or_else(|| malformed("the part \"job\" is missing"))?;
    let job = text(job, JOB_BYTES_MAX).await?;
    let submission: Submission = serde_json::from_str(&job)
        .map_err(|error| Broken::Malformed(format!("the part \"job\": {error}")))?;
    let key = headers.get("idempotency-key").map(axum::http::HeaderValue::as_bytes);
    if key != Some(submission.reference.as_bytes()) {
        return Err(malformed("the header Idempotency-Key must be the reference"));
    }
    if submission.reference.is_empty() || submission.reference.len() > REFERENCE_BYTES_MAX {
        return Err(malformed("the reference is empty or too long"));
    }
    for address in [Some(&submission.callback_url), submission.source_url.as_ref()].into_iter().flatten() {
        if !Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host()) {
            return Err(malformed("an address is not one of http or https"));
        }
    }
    Ok(submission)
}

/// What can be refused before the file is there.
fn refused(app: &App, submission: &Submission, decision: &Decision) -> Option<Response> {
    match decision.answer {
        None | Some(Answer::Word(Word::Lost)) => {}
        Some(answer) => {
            if let Some(response) = scripted(answer) {
                return Some(with_retry_after(response, decision.retry_after));
            }
        }
    }
    if app.jobs.overloaded() {
        let busy = refusal(
            StatusCode::SERVICE_UNAVAILABLE,
            "overloaded",
            "There is too much to do; try again later",
        );
        return Some(with_retry_after(busy, Some(OVERLOAD_RETRY_SECONDS)));
    }
    if Format::announced(submission.kind, &submission.file_name, &submission.media_type).is_none() {
        return Some(of_fault(&Fault::Unsupported(submission.media_type.chars().take(100).collect())));
    }
    let limit = bytes_max(submission.kind);
    (submission.size > limit)
        .then(|| of_fault(&Fault::TooLarge(format!("files of this kind may have {limit} bytes"))))
}

async fn file_and_digest(
    submission: &Submission,
    body: &mut Multipart,
    incoming: Option<&Incoming>,
) -> Result<(Received, String), Broken> {
    let missing = |name: &str| Broken::Malformed(format!("the part {name:?} is missing"));
    let place = incoming.map(Incoming::input);
    let received = {
        let field = part(body, "file").await?.ok_or_else(|| missing("file"))?;
        file(field, place.as_deref(), bytes_max(submission.kind)).await?
    };
    let digest = part(body, "digest").await?.ok_or_else(|| missing("digest"))?;
    let digest = text(digest, DIGEST_BYTES_MAX).await?;
    Ok((received, digest.trim().to_owned()))
}

fn as_announced(submission: &Submission, received: &Received, digest: &str) -> bool {
    received.size == submission.size
        && received.sha256.eq_ignore_ascii_case(digest)
        && submission.sha256.as_ref().is_none_or(|told| told.eq_ignore_ascii_case(&received.sha256))
}

/// The same reference again: the same answer for the same file, a conflict for another.
async fn again(job: &Job, sha256: Option<&str>) -> Result<Response, Broken> {
    if !job.is_admitted().await {
        return Err(Broken::Disk(Fault::Internal("the same job could not be stored".to_owned())));
    }
    let record = job.record();
    Ok(match (sha256, record.sha256) {
        (Some(now), Some(before)) if now != before => {
            refusal(StatusCode::CONFLICT, "reference-in-use", "This reference was used for another file")
        }
        _ => (StatusCode::ACCEPTED, Json(JobAccepted { job_id: record.job_id })).into_response(),
    })
}

async fn inspect(submission: &Submission, incoming: &Incoming) -> Result<(), Fault> {
    let format = Format::announced(submission.kind, &submission.file_name, &submission.media_type)
        .ok_or_else(|| Fault::Unsupported(submission.media_type.clone()))?;
    let path = incoming.input();
    jobs::isolated(move || format.inspect(&path)).await
}

async fn accept(
    app: &Arc<App>,
    submission: Submission,
    sha256: Option<String>,
    decision: Decision,
    incoming: Incoming,
) -> Result<Response, Broken> {
    let record = Record::new(app, submission, sha256, decision.behaviour);
    let job_id = record.job_id.clone();
    let job = Arc::new(Job::new(record.clone()));
    // The reference is taken before the disk is touched: of two at once, one is admitted and the other hears of it.
    if let Err(winner) = app.jobs.add(job.clone()) {
        return again(&winner, record.sha256.as_deref()).await;
    }
    let (admitting, early) = (app.clone(), record.behaviour.early);
    let admitted = tokio::task::spawn_blocking(move || admitting.store.admit(incoming, &record)).await;
    let failed = match admitted {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(Fault::from(error)),
        Err(error) => Some(Fault::Internal(error.to_string())),
    };
    if let Some(fault) = failed {
        app.jobs.remove(&job.record().submission.reference);
        job.forgotten.cancel();
        return Err(Broken::Disk(fault));
    }
    job.admitted.send_replace(true);
    let mut told = job.told.subscribe();
    jobs::start(app, job);
    if early {
        // Whether it came in time or the wait is over, the submission is answered now.
        drop(tokio::time::timeout(EARLY_WAIT, told.wait_for(|told| *told)).await);
    }
    if decision.answer == Some(Answer::Word(Word::Lost)) {
        return Ok(none());
    }
    Ok((StatusCode::ACCEPTED, Json(JobAccepted { job_id })).into_response())
}

impl Record {
    fn new(
        app: &App,
        submission: Submission,
        sha256: Option<String>,
        behaviour: crate::mischief::Behaviour,
    ) -> Self {
        Self {
            job_id: app.name("job"),
            submission,
            sha256,
            accepted_at: app.clock.now(),
            state: JobState::Queued,
            ended_at: None,
            files: Vec::new(),
            second: None,
            error: None,
            token: app.name("t"),
            fresh_token: app.name("t"),
            delivery: jobs::Delivery { message_id: app.name("msg"), ..jobs::Delivery::default() },
            behaviour,
        }
    }
}
