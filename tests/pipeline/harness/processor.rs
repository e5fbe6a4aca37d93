use super::{Process, fresh};
use reqwest::{Client, Method};
use serde_json::{Value, json};

const TOKEN: &str = "the-token-of-the-pipeline-tests";
const SECRET: &str = "whsec_bGVjdGVybi1waXBlbGluZS10ZXN0cy1zZWNyZXQtMzI=";

/// A reference processor that misbehaves to the letter.
pub(crate) struct Processor {
    /// None if somebody else has started it.
    process: Option<Process>,
    pub(crate) url: String,
    http: Client,
}

/// How the next submissions of one file go (see `POST /script` of the processor).
#[derive(Clone, Debug)]
pub(crate) struct Script(Value);

impl Script {
    /// For files whose name holds `part`.
    pub(crate) fn of(part: &str) -> Self {
        Self(json!({ "match": part }))
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0[name] = value.into();
        self
    }
}

impl Processor {
    pub(crate) async fn start() -> Self {
        let folder = fresh("processor.data");
        let arguments = ["processor", "--port", "0", "--scriptable", "--token", TOKEN, "--secret", SECRET];
        let mut arguments: Vec<String> = arguments.map(str::to_owned).into();
        arguments.extend(["--data-dir".to_owned(), folder.to_str().unwrap().to_owned()]);
        let process = Process::start("processor", &arguments).await;
        let url = process.ready["ready ".len()..].to_owned();
        Self { process: Some(process), ..Self::at(&url) }
    }

    /// One that was started with the same token and secret.
    pub(crate) fn at(url: &str) -> Self {
        let url = url.trim_end_matches('/').to_owned();
        Self { process: None, url, http: Client::builder().no_proxy().build().unwrap() }
    }

    /// What makes a host use it.
    pub(crate) fn options(&self) -> [&str; 6] {
        ["--processor-url", &self.url, "--processor-token", TOKEN, "--callback-secrets", SECRET]
    }

    /// What signs its callbacks.
    pub(crate) fn secret() -> webhook::Secret {
        webhook::Secret::parse(SECRET).unwrap()
    }

    pub(crate) async fn script(&self, script: Script) {
        let request = self.http.post(format!("{}/script", self.url)).bearer_auth(TOKEN).json(&script.0);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 204, "{script:?}: {}", answer.text().await.unwrap());
    }

    /// What it answers about the job of a reference.
    pub(crate) async fn job(&self, method: Method, reference: &str) -> (u16, Value) {
        let url = format!("{}/jobs/{reference}", self.url);
        let answer = self.http.request(method, url).bearer_auth(TOKEN).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    pub(crate) async fn kill(&self) {
        if let Some(process) = &self.process {
            process.kill().await;
        }
    }
}
