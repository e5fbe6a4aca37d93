use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use clock::{Pace, SeededRandom, SystemClock};
use processor::{Options, Running};
use reqwest::{
    RequestBuilder, Response,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{
    collections::VecDeque,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::mpsc};

/// Tests wait for events, never for time; this only ends a test that would hang.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
pub(crate) const TOKEN: &str = "a token for tests";
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A callback as it came.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) timestamp: i64,
    pub(crate) signature: String,
    pub(crate) body: Vec<u8>,
}

impl Message {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn rightly_signed(&self) -> bool {
        let secret = webhook::Secret::parse(SECRET).unwrap();
        secret.sign(&self.id, self.timestamp, &self.body) == self.signature
    }
}

struct Door {
    answers: Mutex<VecDeque<u16>>,
    messages: mpsc::UnboundedSender<Message>,
}

/// A customer with a processor of its own.
pub(crate) struct Customer {
    pub(crate) processor: Option<Running>,
    pub(crate) folder: TempDir,
    pub(crate) client: reqwest::Client,
    callback_url: String,
    messages: mpsc::UnboundedReceiver<Message>,
    door: Arc<Door>,
    options: Options,
}

impl Customer {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options {
            port: 0,
            data_dir: folder.path().join("data"),
            token: Some(TOKEN.to_owned()),
            secret: Some(SECRET.to_owned()),
            scriptable: true,
            pace: Pace::times(1_000),
            ..Options::default()
        };
        change(&mut options);
        let (sender, messages) = mpsc::unbounded_channel();
        let door = Arc::new(Door { answers: Mutex::default(), messages: sender });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let callback_url = format!("http://{}/callbacks", listener.local_addr().unwrap());
        let router = Router::new().route("/callbacks", post(receive)).with_state(door.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut customer = Self { processor: None, folder, client, callback_url, messages, door, options };
        customer.start().await;
        customer
    }

    /// Starts the processor on the same data as before.
    pub(crate) async fn start(&mut self) {
        let random = Arc::new(SeededRandom::new(7));
        let started = processor::start(self.options.clone(), Arc::new(SystemClock), random).await;
        self.processor = Some(started.unwrap());
    }

    pub(crate) async fn stop(&mut self) {
        self.processor.take().unwrap().shutdown().await;
    }

    pub(crate) fn url(&self, path: &str) -> String {
        self.processor.as_ref().unwrap().url.join(path).unwrap().to_string()
    }

    /// What the next callbacks are answered with; 202 after that.
    pub(crate) fn answer_with(&self, answers: &[u16]) {
        self.door.answers.lock().unwrap().extend(answers);
    }

    pub(crate) async fn callback(&mut self) -> Message {
        tokio::time::timeout(PATIENCE, self.messages.recv()).await.expect("no callback came").unwrap()
    }

    /// Everything that came and was not looked at.
    pub(crate) fn unread(&mut self) -> usize {
        std::iter::from_fn(|| self.messages.try_recv().ok()).count()
    }

    pub(crate) fn job(&self, reference: &str, file_name: &str, size: usize) -> Value {
        let video = [".mp4", ".mkv", ".webm", ".mov"].iter().any(|end| file_name.ends_with(end));
        json!({
            "reference": reference, "kind": if video { "video" } else { "lesson_plan" }, "file_name": file_name,
            "media_type": "application/octet-stream", "size": size, "callback_url": self.callback_url,
        })
    }

    pub(crate) fn request(&self, reference: &str, form: Form) -> RequestBuilder {
        let post = self.client.post(self.url("jobs")).bearer_auth(TOKEN).header("idempotency-key", reference);
        post.multipart(form)
    }

    pub(crate) async fn try_submit(
        &self,
        reference: &str,
        file_name: &str,
        content: &[u8],
    ) -> reqwest::Result<Response> {
        let job = self.job(reference, file_name, content.len());
        self.request(reference, form(&job, content, &digest(content))).send().await
    }

    pub(crate) async fn submit(&self, reference: &str, file_name: &str, content: &[u8]) -> Response {
        self.try_submit(reference, file_name, content).await.unwrap()
    }

    /// Submits a file, waits for its callback and returns that.
    pub(crate) async fn outcome(&mut self, file_name: &str, content: &[u8]) -> Value {
        let reference = format!("reference-of-{file_name}");
        let answer = self.submit(&reference, file_name, content).await;
        assert_eq!(answer.status(), 202, "{}", answer.text().await.unwrap());
        let message = self.callback().await;
        assert!(message.rightly_signed());
        let callback = message.json();
        assert_eq!(callback["data"]["reference"], reference);
        callback
    }

    pub(crate) async fn fetch(&self, file: &Value) -> Response {
        self.client.get(file["url"].as_str().unwrap()).send().await.unwrap()
    }

    /// Fetches a role's file and proves its length and hash.
    pub(crate) async fn file(&self, callback: &Value, role: &str) -> Vec<u8> {
        let files = callback["data"]["files"].as_array().unwrap();
        let file = files.iter().find(|file| file["role"] == role).unwrap();
        let answer = self.fetch(file).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], file["media_type"].as_str().unwrap());
        let content = answer.bytes().await.unwrap();
        assert_eq!(content.len(), usize::try_from(file["size"].as_u64().unwrap()).unwrap());
        assert_eq!(digest(&content), file["sha256"].as_str().unwrap());
        content.to_vec()
    }

    pub(crate) async fn status(&self, reference: &str) -> Response {
        let url = self.url(&format!("jobs/{reference}"));
        self.client.get(url).bearer_auth(TOKEN).send().await.unwrap()
    }

    pub(crate) async fn script(&self, script: Value) {
        let answer =
            self.client.post(self.url("script")).bearer_auth(TOKEN).json(&script).send().await.unwrap();
        assert_eq!(answer.status(), 204, "{}", answer.text().await.unwrap());
    }
}

async fn receive(State(door): State<Arc<Door>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let message = Message {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp").parse().unwrap(),
        signature: header("webhook-signature"),
        body: body.to_vec(),
    };
    door.messages.send(message).unwrap();
    let answer = door.answers.lock().unwrap().pop_front().unwrap_or(202);
    StatusCode::from_u16(answer).unwrap()
}

pub(crate) fn form(job: &Value, content: &[u8], digest: &str) -> Form {
    Form::new()
        .part("job", Part::text(job.to_string()).mime_str("application/json").unwrap())
        .part("file", Part::bytes(content.to_vec()).file_name("file"))
        .text("digest", digest.to_owned())
}

pub(crate) fn digest(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

pub(crate) fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../samples").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) async fn code(answer: Response) -> String {
    let body: Value = answer.json().await.unwrap();
    body["error"]["code"].as_str().unwrap().to_owned()
}
