//! Somebody who hands a file in and does not give up: every step is tried again until the host has acknowledged it.

use crate::{
    aws::Aws,
    files::{File, Way},
};
use anyhow::{Context as _, Result, bail};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(40);
/// A request to a host that dies meanwhile ends by then.
const REQUEST_MAX: Duration = Duration::from_secs(10);
/// Tries of one step; with the pause, more than the longest run.
const TRIES_MAX: u32 = 20_000;

/// What the host has acknowledged: from here on it must not be lost.
#[derive(Clone, Debug)]
pub(crate) struct Acknowledged {
    pub(crate) file: File,
    /// The document's id if it was announced, the object's key otherwise.
    pub(crate) place: Place,
}

#[derive(Clone, Debug)]
pub(crate) enum Place {
    Document(String),
    Object { key: String, version: String },
}

/// One who hands files in.
#[derive(Clone)]
pub(crate) struct Teacher {
    http: Client,
    api_url: String,
    aws: Aws,
    token: String,
}

impl Teacher {
    pub(crate) async fn sign_in(api_url: &str, aws: &Aws, account: &str) -> Result<Self> {
        let http = Client::builder().no_proxy().timeout(REQUEST_MAX).build()?;
        let form = format!("grant_type=password&username={account}&client_id=lectern-local");
        let request = http.post(format!("{api_url}/issuer/token"));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        let answer: Value = request.send().await?.json().await?;
        let token =
            answer["access_token"].as_str().with_context(|| format!("no token: {answer}"))?.to_owned();
        Ok(Self { http, api_url: api_url.to_owned(), aws: aws.clone(), token })
    }

    /// Hands a file in, however long it takes.
    pub(crate) async fn hand_in(&self, file: File) -> Result<Acknowledged> {
        let place = match file.way {
            Way::Announced => self.announce_and_send(&file).await?,
            Way::Inbox => self.put(&file).await?,
        };
        Ok(Acknowledged { file, place })
    }

    async fn put(&self, file: &File) -> Result<Place> {
        let key = format!("inbox/school-1/{}", file.name);
        for _ in 0..TRIES_MAX {
            match self.aws.put(&key, &file.bytes).await {
                Ok(version) => return Ok(Place::Object { key, version }),
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
        bail!("{key} was never taken")
    }

    async fn announce_and_send(&self, file: &File) -> Result<Place> {
        let announcement = json!({ "file_name": file.name, "size": file.bytes.len() });
        let begun = self.insist(Method::POST, "/api/uploads", Some(&announcement)).await?;
        let id = begun["document_id"].as_str().context("an upload has an id")?.to_owned();
        let path = format!("/api/uploads/{id}");
        let mut there = BTreeMap::new();
        for _ in 0..TRIES_MAX {
            let progress = self.insist(Method::GET, &path, None).await?;
            if progress["complete"] == true {
                return Ok(Place::Document(id));
            }
            for part in progress["received"].as_array().into_iter().flatten() {
                there.insert(part["number"].as_u64(), part["etag"].clone());
            }
            let missing = progress["parts"].as_array().context("parts are listed")?;
            if missing.is_empty() {
                let parts: Vec<_> =
                    there.iter().map(|(number, etag)| json!({ "number": number, "etag": etag })).collect();
                let path = format!("{path}/complete");
                self.insist(Method::POST, &path, Some(&json!({ "parts": parts }))).await?;
                return Ok(Place::Document(id));
            }
            let part_size = usize::try_from(progress["part_size"].as_u64().unwrap_or(1))?;
            for part in missing {
                self.send_part(part, &file.bytes, part_size).await?;
            }
        }
        bail!("{} was never complete", file.name)
    }

    /// Sends one part once. Whether it came is asked afterwards.
    async fn send_part(&self, part: &Value, bytes: &[u8], part_size: usize) -> Result<()> {
        let number = usize::try_from(part["number"].as_u64().context("a part has a number")?)?;
        let chunk = bytes.chunks(part_size).nth(number - 1).context("a part of the file")?.to_vec();
        let url = part["url"].as_str().context("a part has an address")?;
        if self.http.put(url).body(chunk).send().await.is_err() {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Asks until there is an answer; what the host does not take ends the run.
    pub(crate) async fn insist(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        for _ in 0..TRIES_MAX {
            let answer = match self.ask(method.clone(), path, body).await {
                Ok(answer) if !answer.status().is_server_error() && answer.status() != 429 => answer,
                _ => {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            let status = answer.status();
            let Ok(text) = answer.text().await else { continue };
            anyhow::ensure!(status.is_success(), "{method} {path}: {status} {text}");
            return serde_json::from_str(&text).with_context(|| format!("{method} {path}: {text}"));
        }
        bail!("{method} {path}: no answer")
    }

    /// Asks once.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Response> {
        let request = self.http.request(method, format!("{}{path}", self.api_url)).bearer_auth(&self.token);
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        Ok(request.send().await?)
    }
}
