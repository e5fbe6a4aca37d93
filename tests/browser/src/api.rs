//! The HTTP API as one signed-in person uses it: how stories prepare what a page shows, and check what it did.

use crate::wait::{LONG_MAX, within};
use anyhow::{Context as _, Result, ensure};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{path::Path, time::Duration};
use tokio::time::sleep;

/// Seconds of one long poll.
const POLL_SECONDS: u32 = 5;
/// How often "come again later" is obeyed.
const WAITS_MAX: u32 = 20;
/// Where nothing more happens by itself.
const FINAL: [&str; 4] = ["ready", "rejected", "failed", "deleted"];

#[derive(Clone, Debug)]
pub(crate) struct Api {
    http: Client,
    url: String,
    token: String,
}

impl Api {
    pub(crate) async fn sign_in(url: &str, account: &str) -> Result<Self> {
        let http = Client::builder().no_proxy().build()?;
        let form = format!("grant_type=password&username={account}&client_id=lectern-local");
        let request = http.post(format!("{url}/issuer/token")).body(form);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer: Value = request.send().await?.json().await?;
        let token =
            answer["access_token"].as_str().with_context(|| format!("no token: {answer}"))?.to_owned();
        Ok(Self { http, url: url.to_owned(), token })
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        self.ask(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Result<Value> {
        self.ask(Method::POST, path, Some(body)).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value> {
        for waits in 0.. {
            let request = self.request(method.clone(), path);
            let request = if let Some(body) = &body { request.json(body) } else { request };
            let answer = request.send().await?;
            let status = answer.status();
            if status == StatusCode::TOO_MANY_REQUESTS && waits < WAITS_MAX {
                let seconds =
                    answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
                sleep(Duration::from_secs(seconds.unwrap_or(1))).await;
                continue;
            }
            let text = answer.text().await?;
            ensure!(status.is_success(), "{method} {path}: {status} {text}");
            return Ok(serde_json::from_str(&text).unwrap_or_default());
        }
        unreachable!("the last try returns")
    }

    /// A request in this person's name.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token)
    }

    /// Hands a file in; answers with the document's id.
    pub(crate) async fn hand_in(&self, name: &str, bytes: &[u8], fields: &Value) -> Result<String> {
        let mut wish = json!({ "file_name": name, "size": bytes.len() });
        for (field, value) in fields.as_object().into_iter().flatten() {
            wish[field] = value.clone();
        }
        let declared = self.post("/api/uploads", wish).await?;
        let id = declared["document_id"].as_str().context("no id")?.to_owned();
        let part_size = usize::try_from(declared["part_size"].as_u64().context("no part size")?)?;
        let mut parts = Vec::new();
        for (part, chunk) in list(&declared, "parts").iter().zip(bytes.chunks(part_size)) {
            let url = part["url"].as_str().context("no address")?;
            let sent = self.http.put(url).body(chunk.to_vec()).send().await?.error_for_status()?;
            let etag = sent.headers().get("etag").context("no ETag")?.to_str()?;
            parts.push(json!({ "number": part["number"], "etag": etag }));
        }
        self.post(&format!("/api/uploads/{id}/complete"), json!({ "parts": parts })).await?;
        Ok(id)
    }

    /// Hands a file in and waits until it is ready.
    pub(crate) async fn ready(&self, name: &str, bytes: &[u8], fields: &Value) -> Result<String> {
        let id = self.hand_in(name, bytes, fields).await?;
        let document = self.finished(&id).await?;
        ensure!(document["status"] == "ready", "{name}: {document:#}");
        Ok(id)
    }

    pub(crate) async fn document(&self, id: &str) -> Result<Value> {
        self.get(&format!("/api/documents/{id}")).await
    }

    /// Waits until nothing more happens to a document by itself.
    pub(crate) async fn finished(&self, id: &str) -> Result<Value> {
        let mut since = 0;
        within(LONG_MAX, &format!("{id} comes to its end"), async || {
            let document =
                self.get(&format!("/api/documents/{id}?wait={POLL_SECONDS}&since={since}")).await?;
            since = document["version"].as_u64().unwrap_or_default();
            let over = FINAL.contains(&document["status"].as_str().unwrap_or_default());
            Ok(if over { Ok(document) } else { Err(format!("{document:#}")) })
        })
        .await
    }

    /// The one document whose title, file name or subject holds a word, as soon as there is one.
    pub(crate) async fn found(&self, word: &str) -> Result<Value> {
        within(LONG_MAX, &format!("a document called {word}"), async || {
            let answer = self.get(&format!("/api/documents?q={word}")).await?;
            let [one] = list(&answer, "documents") else { return Ok(Err(answer.to_string())) };
            Ok(Ok(one.clone()))
        })
        .await
    }

    /// SHA-256 of the stored original, in hexadecimal.
    pub(crate) async fn original_hash(&self, id: &str) -> Result<String> {
        let link = self.get(&format!("/api/documents/{id}/original")).await?;
        let url = link["url"].as_str().context("no address")?;
        let mut answer = self.http.get(url).send().await?.error_for_status()?;
        let mut hash = Sha256::new();
        while let Some(chunk) = answer.chunk().await? {
            hash.update(&chunk);
        }
        Ok(hex::encode(hash.finalize()))
    }
}

/// A list in an answer; empty if it is not there.
pub(crate) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// SHA-256 of a file on disk, in hexadecimal.
pub(crate) async fn file_hash(path: &Path) -> Result<String> {
    let mut file = tokio::fs::File::open(path).await?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = tokio::io::AsyncReadExt::read(&mut file, &mut buffer).await?;
        if read == 0 {
            return Ok(hex::encode(hash.finalize()));
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
}
