use super::{
    Job,
    deliver::deliver,
    record::{Ended, Record},
    work,
};
use crate::{
    app::App,
    fault::Fault,
    mischief::scripted_failure,
    source,
    wire::{JobError, JobState},
};
use std::{io, sync::Arc};

/// Takes a job up where it stands: work, then tell. Stops at once when the processor stops or the job is forgotten;
/// everything that matters is on disk by then.
pub(crate) fn start(app: &Arc<App>, job: Arc<Job>) {
    let app = app.clone();
    tokio::spawn(async move {
        let job_id = job.record().job_id;
        tokio::select! {
            biased;
            () = app.stop.cancelled() => {}
            () = job.forgotten.cancelled() => {}
            outcome = run(&app, &job) => {
                if let Err(error) = outcome {
                    tracing::error!(job_id, %error, "a job could not be written down and waits for the next start");
                }
            }
        }
        job.told.send_replace(true);
    });
}

async fn run(app: &Arc<App>, job: &Job) -> io::Result<()> {
    if matches!(job.record().state, JobState::Queued | JobState::Processing) {
        let Ok(_place) = app.workers.acquire().await else { return Ok(()) };
        change(app, job, |record| record.state = JobState::Processing).await?;
        let outcome = work(app, job).await;
        let now = app.clock.now();
        change(app, job, |record| {
            record.ended_at = Some(now);
            match outcome {
                Ok(()) => record.state = JobState::Finished,
                Err(error) => {
                    record.state = JobState::Failed;
                    record.error = Some(error);
                }
            }
        })
        .await?;
    }
    if job.record().delivery.ended.is_none() {
        deliver(app, job).await?;
    }
    Ok(())
}

async fn work(app: &Arc<App>, job: &Job) -> Result<(), JobError> {
    let record = job.record();
    if let Some(retryable) = record.behaviour.fails() {
        return Err(scripted_failure(retryable));
    }
    let told = |fault: Fault| {
        tracing::info!(job_id = record.job_id, code = fault.code(), %fault, "a job failed");
        fault.to_wire()
    };
    if record.sha256.is_none() {
        let sha256 = source::fetch(app, &record).await.map_err(told)?;
        let fetched = change(app, job, |record| record.sha256 = Some(sha256)).await;
        fetched.map_err(|error| told(error.into()))?;
    }
    let made = work::make(app, &record).await.map_err(told)?;
    let (files, second) = work::keep(app, &record, made).await.map_err(told)?;
    let kept = change(app, job, |record| (record.files, record.second) = (files, second)).await;
    kept.map_err(|error| told(error.into()))
}

/// Changes a job's record on disk first, then in memory.
pub(super) async fn change(app: &Arc<App>, job: &Job, change: impl FnOnce(&mut Record)) -> io::Result<()> {
    let mut record = job.record();
    change(&mut record);
    let (app, written) = (app.clone(), record.clone());
    tokio::task::spawn_blocking(move || app.store.write(&written)).await.map_err(io::Error::other)??;
    job.replace(record);
    Ok(())
}

/// Marks the telling as ended.
pub(super) async fn end_delivery(app: &Arc<App>, job: &Job, ended: Ended) -> io::Result<()> {
    change(app, job, |record| {
        record.delivery.ended = Some(ended);
        record.delivery.next_at = None;
    })
    .await
}
