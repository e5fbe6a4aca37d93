//! The Lambda Runtime API for one start of one function: it hands out one event and says when it was asked and answered.
//!
//! As the AWS Lambda Developer Guide has it, "Using the Lambda runtime API". Whoever asks for a second event waits for ever.

use anyhow::{Context as _, bail};
use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use clock::{Clock as _, SystemClock};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{net::TcpListener, sync::mpsc, task::JoinSet, time::Instant};

/// The id of the one invocation.
const REQUEST_ID: &str = "00000000-0000-4000-8000-000000000001";
/// Its trace, which is not sampled.
const TRACE: &str = "Root=1-00000000-000000000000000000000001;Sampled=0";

/// What a function is invoked with.
#[derive(Clone, Debug)]
pub(super) struct Invocation {
    pub(super) function_arn: String,
    pub(super) event: Value,
    /// How long it may take.
    pub(super) time: Duration,
}

/// A served Runtime API; it ends with this.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    pub(super) address: SocketAddr,
    told: mpsc::UnboundedReceiver<Told>,
    _serving: JoinSet<std::io::Result<()>>,
}

/// The first invocation, as it went.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) polled: Instant,
    pub(super) answered: Instant,
    pub(super) answer: Value,
}

#[derive(Debug)]
enum Told {
    Polled(Instant),
    Answered(Instant, Value),
    Failed(String),
}

#[derive(Debug)]
struct Desk {
    invocation: Invocation,
    is_taken: AtomicBool,
    told: mpsc::UnboundedSender<Told>,
}

impl RuntimeApi {
    /// Serves on a free port.
    pub(super) async fn open(invocation: Invocation) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (sender, told) = mpsc::unbounded_channel();
        let desk = Desk { invocation, is_taken: AtomicBool::new(false), told: sender };
        let mut serving = JoinSet::new();
        serving.spawn(axum::serve(listener, router(Arc::new(desk))).into_future());
        Ok(Self { address, told, _serving: serving })
    }

    /// Waits until the event was fetched and answered.
    pub(super) async fn course(&mut self) -> anyhow::Result<Course> {
        let mut polled = None;
        loop {
            match self.told.recv().await.context("the Runtime API has ended")? {
                Told::Polled(at) => polled = Some(at),
                Told::Failed(error) => bail!("it failed: {error}"),
                Told::Answered(answered, answer) => {
                    let polled = polled.context("it answered before it asked")?;
                    return Ok(Course { polled, answered, answer });
                }
            }
        }
    }
}

fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(failure))
        .route("/2018-06-01/runtime/init/error", post(failure))
        .with_state(desk)
}

async fn next(State(desk): State<Arc<Desk>>) -> Response {
    if desk.is_taken.swap(true, Ordering::Relaxed) {
        return std::future::pending().await;
    }
    desk.tell(Told::Polled(Instant::now()));
    let Invocation { function_arn, event, time } = &desk.invocation;
    let deadline = (SystemClock.now() + *time).as_millisecond().to_string();
    let headers = [
        ("lambda-runtime-aws-request-id", REQUEST_ID),
        ("lambda-runtime-deadline-ms", &deadline),
        ("lambda-runtime-invoked-function-arn", function_arn),
        ("lambda-runtime-trace-id", TRACE),
    ];
    (headers, Json(event)).into_response()
}

async fn response(State(desk): State<Arc<Desk>>, body: String) -> (StatusCode, Json<Value>) {
    let at = Instant::now();
    desk.tell(match serde_json::from_str(&body) {
        Ok(answer) => Told::Answered(at, answer),
        Err(error) => Told::Failed(format!("its answer is not JSON: {error}")),
    });
    accepted()
}

async fn failure(State(desk): State<Arc<Desk>>, body: String) -> (StatusCode, Json<Value>) {
    desk.tell(Told::Failed(body));
    accepted()
}

fn accepted() -> (StatusCode, Json<Value>) {
    (StatusCode::ACCEPTED, Json(json!({ "status": "OK" })))
}

impl Desk {
    fn tell(&self, told: Told) {
        // Whoever waited may have given up.
        let _ = self.told.send(told);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn opened() -> (RuntimeApi, String) {
        let (function_arn, time) = ("arn:aws:lambda:r:0:function:f".to_owned(), Duration::from_secs(3));
        let invocation = Invocation { function_arn, event: json!({ "number": 1 }), time };
        let api = RuntimeApi::open(invocation).await.unwrap();
        let base = format!("http://{}/2018-06-01/runtime", api.address);
        (api, base)
    }

    #[tokio::test]
    async fn an_event_is_handed_out_once_and_its_answer_taken() {
        let (mut api, base) = opened().await;
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let next = http.get(format!("{base}/invocation/next")).send().await.unwrap();
        let id = next.headers()["lambda-runtime-aws-request-id"].to_str().unwrap().to_owned();
        assert!(next.headers()["lambda-runtime-deadline-ms"].to_str().unwrap().parse::<u64>().unwrap() > 0);
        assert!(next.headers()["lambda-runtime-invoked-function-arn"].to_str().unwrap().ends_with(":f"));
        assert_eq!(next.json::<Value>().await.unwrap(), json!({ "number": 1 }));
        let answer = http.post(format!("{base}/invocation/{id}/response")).body("[2]").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        let course = api.course().await.unwrap();
        assert_eq!(course.answer, json!([2]));
        assert!(course.answered >= course.polled);
        let again = http.get(format!("{base}/invocation/next")).timeout(Duration::from_millis(50)).send();
        assert!(again.await.unwrap_err().is_timeout());
    }

    #[tokio::test]
    async fn a_function_that_cannot_start_or_answer_is_no_figure() {
        for path in ["init/error", "invocation/1/error"] {
            let (mut api, base) = opened().await;
            let told = reqwest::Client::new().post(format!("{base}/{path}")).body("no setting").send().await;
            assert_eq!(told.unwrap().status(), StatusCode::ACCEPTED);
            assert!(api.course().await.unwrap_err().to_string().contains("no setting"), "{path}");
        }
    }
}
