//! One sending of one document, from the bucket to the processor's answer.

use crate::{
    Transfer,
    multipart::{BrokenOff, Form, Passed},
    outcome::{Meaning, Outcome},
    processor::{NoAnswer, Reply},
};
use contract::processor::{JOB_ID_BYTES_MAX, Job, JobState};
use document::{Attempt, Code, Document, Failure};
use reqwest::Body;

/// The processor's word for bytes that changed on their way: the file is sent again.
const CHANGED_ON_THE_WAY: &str = "digest-mismatch";

impl Transfer {
    /// Sends the attempt once.
    pub(crate) async fn send(&self, document: &Document, attempt: &Attempt) -> Outcome {
        let mut job = Job {
            reference: attempt.reference.clone(),
            kind: document.kind,
            file_name: document.file_name.clone(),
            media_type: document.media_type.clone(),
            size: document.size,
            sha256: document.sha256.clone(),
            callback_url: self.callback_url.clone(),
            source_url: None,
        };
        if document.size > self.stream_bytes_max {
            return match self.originals.source_url(document).await {
                Ok(Some(url)) => {
                    job.source_url = Some(url);
                    self.post(&job, |form| (form.without_file(), Passed::default())).await
                }
                Ok(None) => Outcome::refused(Code::FileGone),
                Err(trouble) => Outcome::later(trouble.to_string()),
            };
        }
        match self.originals.open(document).await {
            Ok(Some(original)) => {
                job.size = original.size;
                self.post(&job, |form| {
                    let (body, passed) = form.with_file(&job, original.body, original.size);
                    (Body::wrap(body), passed)
                })
                .await
            }
            Ok(None) => Outcome::refused(Code::FileGone),
            Err(trouble) => Outcome::later(trouble.to_string()),
        }
    }

    async fn post(&self, job: &Job, fill: impl FnOnce(Form) -> (Body, Passed)) -> Outcome {
        let form = match Form::new(job, self.runtime.bytes()) {
            Ok(form) => form,
            Err(error) => return Outcome::later(error.to_string()),
        };
        let content_type = form.content_type();
        let (body, passed) = fill(form);
        let answer = self.processor.post(&job.reference, content_type, body).await;
        match (passed.get(), answer) {
            // Whatever it answered to a part of the file does not count.
            (Some(Err(broken_off)), _) => broken_off_outcome(broken_off),
            (_, Err(error)) => no_answer(&error),
            (sent, Ok(reply)) => {
                let sha256 = sent.and_then(|sent| sent.as_ref().ok()).cloned();
                self.judge(&job.reference, &reply, sha256).await
            }
        }
    }

    async fn judge(&self, reference: &str, reply: &Reply, sha256: Option<String>) -> Outcome {
        match Meaning::of(reply.status) {
            Meaning::Accepted => Outcome::Accepted {
                job_id: reply.accepted().and_then(|accepted| kept(accepted.job_id)),
                sha256,
            },
            Meaning::Known => self.ask(reference, sha256).await,
            Meaning::Refused => refused(reply),
            Meaning::Locked => {
                tracing::error!(
                    alarm = "processor-locked",
                    status = reply.status,
                    "the processor does not let us in; check its token in Secrets Manager"
                );
                self.processor.doubt_token().await;
                later(reply)
            }
            Meaning::Later => later(reply),
        }
    }

    /// The processor says that it has this job in some way: how it stands decides.
    async fn ask(&self, reference: &str, sha256: Option<String>) -> Outcome {
        let reply = match self.processor.job(reference).await {
            Ok(reply) => reply,
            Err(error) => return no_answer(&error),
        };
        let status = reply.job_status().filter(|_| Meaning::of(reply.status) == Meaning::Accepted);
        match status {
            Some(job) if job.status != JobState::Unknown => {
                Outcome::Accepted { job_id: job.result.and_then(|result| kept(result.job_id)), sha256 }
            }
            Some(_) => Outcome::later("it says that it knows the job, and that it does not"),
            None => later(&reply),
        }
    }
}

/// The processor's name for a job, unless it is too long to be kept: the job is known by its reference.
fn kept(job_id: String) -> Option<String> {
    Some(job_id).filter(|job_id| job_id.len() <= JOB_ID_BYTES_MAX)
}

fn broken_off_outcome(broken_off: &BrokenOff) -> Outcome {
    match broken_off {
        BrokenOff::Checksum { .. } => Outcome::refused(Code::FileChecksumMismatch),
        BrokenOff::Unreadable(_) | BrokenOff::Length { .. } => Outcome::later(broken_off.to_string()),
    }
}

fn no_answer(error: &NoAnswer) -> Outcome {
    tracing::warn!(%error, "the processor did not answer");
    Outcome::later(match error {
        NoAnswer::Token(_) => "its token could not be fetched",
        NoAnswer::Transport(_) => "it did not answer",
    })
}

fn later(reply: &Reply) -> Outcome {
    let retry_after_seconds = reply.retry_after_seconds;
    Outcome::Undelivered { reason: format!("it answered {}", reply.status), retry_after_seconds }
}

fn refused(reply: &Reply) -> Outcome {
    let Some(refusal) = reply.refusal() else {
        return Outcome::Refused(
            Failure::new(Code::ProcessorRefused).caused_by(&format!("http-{}", reply.status)),
        );
    };
    let (word, message) = (&refusal.error.code, &refusal.error.message);
    if word == CHANGED_ON_THE_WAY {
        return Outcome::later("the file changed on its way");
    }
    Outcome::Refused(Failure::of_processor(word, message, Code::ProcessorRefused))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::processor::REPLY_BYTES_MAX;
    use aws_config::{BehaviorVersion, Region, SdkConfig};
    use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
    use aws_smithy_types::body::SdkBody;
    use axum::{
        Router,
        body::Bytes,
        extract::State,
        http::{HeaderMap, StatusCode},
        response::IntoResponse,
        routing::{get, post},
    };
    use document::Kind;
    use edge::{Runtime, Variables};
    use std::sync::{Arc, Mutex};

    /// A processor on loopback that answers every `POST /jobs` in one way and keeps what it got.
    #[derive(Clone)]
    struct Fake {
        answer: (u16, &'static str),
        state: (u16, &'static str),
        got: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    }

    impl Fake {
        fn new(status: u16, body: &'static str) -> Self {
            Self { answer: (status, body), state: (404, ""), got: Arc::default() }
        }

        async fn serve(&self) -> Transfer {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let reply = |(status, body): (u16, &'static str)| {
                (StatusCode::from_u16(status).unwrap(), [("retry-after", "7")], body).into_response()
            };
            let jobs = post(move |State(fake): State<Self>, headers: HeaderMap, body: Bytes| async move {
                fake.got.lock().unwrap().push((headers, body));
                reply(fake.answer)
            });
            let job = get(move |State(fake): State<Self>| async move { reply(fake.state) });
            let router = Router::new().route("/jobs", jobs).route("/jobs/{reference}", job);
            let router = router.with_state(self.clone());
            tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
            transfer(&url).await
        }
    }

    async fn transfer(url: &str) -> Transfer {
        let settings = [
            ("DOCUMENTS_TABLE", "documents"),
            ("UPLOADS_BUCKET", "uploads"),
            ("PROCESSOR_URL", url),
            ("PROCESSOR_TOKEN_ARN", "arn:of:the:token"),
            ("CALLBACK_URL", "http://127.0.0.1/callbacks/processor"),
        ];
        let runtime = Runtime {
            sdk: secrets_manager().await,
            variables: Variables::new(settings.map(|(name, value)| (name.to_owned(), value.to_owned()))),
            clock: Arc::new(clock::ManualClock::at(jiff::Timestamp::UNIX_EPOCH)),
            random: Arc::new(clock::SeededRandom::new(1)),
            transport: Arc::new(reqwest::Client::builder().no_proxy().build().unwrap()),
            spans: edge::Spans::default(),
        };
        crate::build(runtime).await.unwrap()
    }

    /// What knows one secret, and gives it to whoever asks.
    async fn secrets_manager() -> SdkConfig {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(async || r#"{"SecretString":"token"}"#);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let credentials = Credentials::new("test", "test", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("local"))
            .endpoint_url(url)
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build()
    }

    async fn post_plan(transfer: &Transfer, sha256: Option<String>) -> Outcome {
        let job = Job {
            reference: "reference".into(),
            kind: Kind::LessonPlan,
            file_name: "plan.md".into(),
            media_type: "text/markdown".into(),
            size: 6,
            sha256,
            callback_url: String::new(),
            source_url: None,
        };
        let fill = |form: Form| {
            let (body, passed) = form.with_file(&job, SdkBody::from("# Plan"), 6);
            (Body::wrap(body), passed)
        };
        transfer.post(&job, fill).await
    }

    /// SHA-256 of `# Plan`.
    fn sum() -> String {
        use sha2::Digest;
        hex::encode(sha2::Sha256::digest(b"# Plan"))
    }

    #[tokio::test]
    async fn answers_become_outcomes() {
        let check = async |answer: (u16, &'static str), state: (u16, &'static str), expect: Outcome| {
            let fake = Fake { state, ..Fake::new(answer.0, answer.1) };
            assert_eq!(post_plan(&fake.serve().await, None).await, expect, "{answer:?}");
        };
        let accepted = |job_id: Option<&str>| Outcome::Accepted {
            job_id: job_id.map(str::to_owned),
            sha256: Some(sum()),
        };
        let later = |status: u16| Outcome::Undelivered {
            reason: format!("it answered {status}"),
            retry_after_seconds: Some(7),
        };
        let none = (404, "");
        check((202, r#"{"job_id":"j"}"#), none, accepted(Some("j"))).await;
        check((200, "thanks"), none, accepted(None)).await;
        check((409, ""), (200, r#"{"status":"processing"}"#), accepted(None)).await;
        let known = Outcome::later("it says that it knows the job, and that it does not");
        check((409, ""), (200, r#"{"status":"unknown"}"#), known).await;
        check((409, ""), (503, ""), later(503)).await;
        for status in [302, 401, 403, 408, 425, 429, 500, 503] {
            check((status, ""), none, later(status)).await;
        }
        let words = r#"{"error":{"code":"encrypted","message":"It has a password."}}"#;
        let encrypted = Failure::new(Code::FileEncrypted).with_detail("It has a password.");
        check((422, words), none, Outcome::Refused(encrypted)).await;
        let bare = Failure::new(Code::ProcessorRefused).caused_by("http-415");
        check((415, "<html>"), none, Outcome::Refused(bare)).await;
        let changed = r#"{"error":{"code":"digest-mismatch","message":""}}"#;
        check((422, changed), none, Outcome::later("the file changed on its way")).await;
    }

    #[tokio::test]
    async fn the_name_of_a_job_and_an_answer_are_kept_up_to_their_length() {
        let check = async |body: String, expect: Option<usize>| {
            let fake = Fake::new(202, body.leak());
            let Outcome::Accepted { job_id, .. } = post_plan(&fake.serve().await, None).await else {
                panic!()
            };
            assert_eq!(job_id.map(|job_id| job_id.len()), expect);
        };
        for (bytes, expect) in
            [(JOB_ID_BYTES_MAX - 1, true), (JOB_ID_BYTES_MAX, true), (JOB_ID_BYTES_MAX + 1, false)]
        {
            check(format!(r#"{{"job_id":"{}"}}"#, "j".repeat(bytes)), expect.then_some(bytes)).await;
        }
        let padded = |bytes: usize| {
            let body = r#"{"job_id":"j"}"#;
            format!("{body}{}", " ".repeat(bytes - body.len()))
        };
        check(padded(REPLY_BYTES_MAX - 1), Some(1)).await;
        check(padded(REPLY_BYTES_MAX), Some(1)).await;
        check(padded(REPLY_BYTES_MAX + 1), None).await;
    }

    #[tokio::test]
    async fn the_request_carries_what_the_contract_asks_for() {
        let fake = Fake::new(202, r#"{"job_id":"j"}"#);
        post_plan(&fake.serve().await, Some(sum())).await;
        let got = fake.got.lock().unwrap();
        let (headers, body) = &got[0];
        assert_eq!(headers["authorization"], "Bearer token");
        assert_eq!(headers["idempotency-key"], "reference");
        assert_eq!(headers["content-length"], body.len().to_string());
        assert!(headers["content-type"].to_str().unwrap().starts_with("multipart/form-data; boundary="));
    }

    #[tokio::test]
    async fn a_file_that_was_not_announced_never_arrives_whole() {
        let fake = Fake::new(202, r#"{"job_id":"j"}"#);
        let outcome = post_plan(&fake.serve().await, Some("0".repeat(64))).await;
        assert_eq!(outcome, Outcome::refused(Code::FileChecksumMismatch));
        assert!(fake.got.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn nobody_at_home_means_later() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        assert_eq!(post_plan(&transfer(&url).await, None).await, Outcome::later("it did not answer"));
    }
}
