use super::{
    Job,
    record::{Ended, Record},
    run::{change, end_delivery},
    schedule::{Verdict, pause},
};
use crate::{
    app::App,
    mischief::{Body, Id, Sending, Signature},
    wire::{Callback, CallbackType, JobError, Outcome},
};
use jiff::{Timestamp, ToSpan as _};
use std::{io, sync::Arc, time::Duration};

/// Longer than any receiver that only stores what it gets.
const ANSWER_WAIT: Duration = Duration::from_secs(15);
/// Beyond what customers take (256 KiB).
const OVERSIZED_BYTES: usize = 300 * 1024;

/// Tells the customer what came of the job, until they have it or the schedule ends.
pub(super) async fn deliver(app: &Arc<App>, job: &Job) -> io::Result<()> {
    let record = job.record();
    let sendings = record.behaviour.sendings();
    if record.behaviour.delay_seconds > 0 && record.delivery.attempts == 0 {
        tokio::time::sleep(app.pace.of(Duration::from_secs(record.behaviour.delay_seconds))).await;
    }
    let mut ended = Ended::Silent;
    for sending in sendings {
        ended = if sending == Sending::TRUE {
            deliver_truth(app, job).await?
        } else {
            // Misbehaviour is shown once; whatever the receiver says to it stands.
            let status = send(app, &record, sending).await.0;
            tracing::info!(job_id = record.job_id, ?sending, ?status, "misbehaved");
            Ended::Silent
        };
        job.told.send_replace(true);
    }
    end_delivery(app, job, ended).await
}

async fn deliver_truth(app: &Arc<App>, job: &Job) -> io::Result<Ended> {
    loop {
        let record = job.record();
        if let Some(next_at) = record.delivery.next_at {
            let wait = Duration::try_from(next_at.duration_since(app.clock.now())).unwrap_or_default();
            tokio::time::sleep(wait).await;
        }
        let (status, retry_after) = send(app, &record, Sending::TRUE).await;
        let attempts = record.delivery.attempts + 1;
        let verdict = Verdict::of(status, retry_after);
        tracing::info!(job_id = record.job_id, attempts, ?status, ?verdict, "called back");
        let asked = match verdict {
            Verdict::Delivered => return Ok(Ended::Delivered),
            Verdict::Refused => return Ok(Ended::Refused),
            Verdict::Again(asked) => asked,
        };
        // Whoever waits for an early callback has waited for this attempt.
        job.told.send_replace(true);
        let Some(pause) = pause(attempts, asked, app.chance()) else { return Ok(Ended::GaveUp) };
        let next_at = app.clock.now().saturating_add(app.pace.of(pause)).unwrap_or(Timestamp::MAX);
        change(app, job, |record| {
            record.delivery.attempts = attempts;
            record.delivery.next_at = Some(next_at);
        })
        .await?;
    }
}

/// Sends one message; returns the answer's status, and the wait that it asks for.
async fn send(app: &App, record: &Record, sending: Sending) -> (Option<u16>, Option<Duration>) {
    let message = Message::of(app, record, sending);
    let request = app
        .client
        .post(&record.submission.callback_url)
        .header("content-type", "application/json")
        .header(webhook::ID, &message.id)
        .header(webhook::TIMESTAMP, message.timestamp.to_string())
        .header(webhook::SIGNATURE, &message.signature)
        .timeout(ANSWER_WAIT)
        .body(message.body);
    match request.send().await {
        Ok(answer) => {
            let header = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
            let seconds = header.and_then(|value| value.trim().parse().ok());
            (Some(answer.status().as_u16()), seconds.map(Duration::from_secs))
        }
        Err(error) => {
            tracing::info!(job_id = record.job_id, %error, "no answer to a callback");
            (None, None)
        }
    }
}

/// A message as it goes over the wire.
struct Message {
    id: String,
    timestamp: i64,
    signature: String,
    body: Vec<u8>,
}

impl Message {
    fn of(app: &App, record: &Record, sending: Sending) -> Self {
        let id = match sending.id {
            Id::Own => record.delivery.message_id.clone(),
            Id::Fresh => app.name("msg"),
        };
        let now = app.clock.now();
        let dated = match sending.signature {
            Signature::Stale => now.saturating_sub(10.minutes()).unwrap_or(now),
            _ => now,
        };
        let timestamp = dated.as_second();
        let mut body = body(app, record, sending.body);
        let secret =
            if sending.signature == Signature::WrongSecret { &app.wrong_secret } else { &app.secret };
        let signature = secret.sign(&id, timestamp, &body);
        if sending.signature == Signature::Tampered
            && let Some(last) = body.last_mut()
        {
            // A space after the last brace would change nothing that a parser sees.
            *last = b' ';
            body.push(b'}');
        }
        Self { id, timestamp, signature, body }
    }
}

fn body(app: &App, record: &Record, body: Body) -> Vec<u8> {
    let mut outcome = app.outcome(record, &record.token);
    match body {
        Body::True => {}
        Body::Nonsense => return br#"{"type": "job.finished", "data": ["#.to_vec(),
        Body::Oversized => outcome.job_id = "x".repeat(OVERSIZED_BYTES),
        Body::OtherReference => outcome.reference = format!("00000000-{}", outcome.reference),
        Body::Failed => {
            outcome.files.clear();
            outcome.error = Some(JobError {
                code: "scripted-failure".to_owned(),
                message: "This failure is not true".to_owned(),
                retryable: false,
            });
        }
        Body::OtherResult => {
            if let Some(second) = &record.second {
                let other = app.announced(&record.token, second);
                outcome.files.retain(|file| file.role != other.role);
                outcome.files.push(other);
            }
        }
    }
    written(record, outcome)
}

fn written(record: &Record, data: Outcome) -> Vec<u8> {
    let kind = if data.error.is_some() { CallbackType::Failed } else { CallbackType::Finished };
    let timestamp = record.ended_at.unwrap_or(record.accepted_at).to_string();
    serde_json::to_vec(&Callback { kind, timestamp, data }).expect("a callback holds only text and numbers")
}
