use super::{eventually, logs};
use clock::{Clock as _, SystemClock};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use std::time::Duration;

/// Seconds of one long poll: short, so that a wait that ends in vain ends soon.
const POLL_SECONDS: u32 = 5;
/// The longest that a connection rests before it is given up. Whoever serves closes it some day (the referee after 75 s), and a
/// request that is sent in that moment is lost.
const IDLE_MAX: Duration = Duration::from_secs(20);

/// The HTTP API as one signed-in person uses it.
#[derive(Clone)]
pub(crate) struct Api {
    http: Client,
    url: String,
    token: Option<String>,
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) media_type: String,
    pub(crate) text: String,
    /// Null if it is not JSON.
    pub(crate) body: Value,
}

impl Api {
    pub(crate) fn without_token(url: &str) -> Self {
        let http = Client::builder().no_proxy().pool_idle_timeout(IDLE_MAX).build().unwrap();
        Self { http, url: url.to_owned(), token: None }
    }

    pub(crate) async fn sign_in(url: &str, issuer_url: &str, account: &str) -> Self {
        let stranger = Self::without_token(url);
        let form = format!("grant_type=password&username={account}&client_id=lectern-local");
        let request = stranger.http.post(format!("{issuer_url}/token"));
        let answer = request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await
            .unwrap();
        let answer: Value = answer.json().await.unwrap();
        let token = answer["access_token"].as_str().unwrap_or_else(|| panic!("no token: {answer}"));
        Self { token: Some(token.to_owned()), ..stranger }
    }

    pub(crate) fn with_token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Self::send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Self::send(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        Self::send(self.request(Method::PUT, path).json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        Self::send(self.request(Method::DELETE, path)).await
    }

    /// What an address that the API gave out holds.
    pub(crate) async fn fetch(&self, url: &str) -> Vec<u8> {
        let answer = self.http.get(url).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.bytes().await.unwrap().into()
    }

    /// Sends a callback to the host, as a processor would.
    pub(crate) async fn call_back(&self, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let mut request = self.http.post(format!("{}/callbacks/processor", self.url)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Self::send(request).await
    }

    /// The same, rightly signed with a secret.
    pub(crate) async fn call_back_signed(&self, secret: &webhook::Secret, id: &str, body: Vec<u8>) -> Answer {
        let now = SystemClock.now().as_second();
        let signature = secret.sign(id, now, &body);
        let headers =
            [(webhook::ID, id), (webhook::TIMESTAMP, &now.to_string()), (webhook::SIGNATURE, &signature)];
        self.call_back(&headers, body).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn send(request: RequestBuilder) -> Answer {
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let media_type = answer.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
        let text = answer.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Answer { status, media_type: media_type.unwrap_or_default(), text, body }
    }

    /// Announces an upload.
    pub(crate) async fn declare(&self, name: &str, size: usize) -> Answer {
        logs::private(name);
        self.post("/api/uploads", &json!({ "file_name": name, "size": size })).await
    }

    /// Hands a file in; answers with the document's id.
    pub(crate) async fn submit(&self, name: &str, bytes: &[u8]) -> String {
        let declared = self.declare(name, bytes.len()).await;
        assert_eq!(declared.status, 201, "{name}: {}", declared.text);
        let id = declared.body["document_id"].as_str().unwrap().to_owned();
        let part_size = usize::try_from(declared.body["part_size"].as_u64().unwrap()).unwrap();
        let mut parts = Vec::new();
        for (part, chunk) in declared.body["parts"].as_array().unwrap().iter().zip(bytes.chunks(part_size)) {
            let sent =
                self.http.put(part["url"].as_str().unwrap()).body(chunk.to_vec()).send().await.unwrap();
            assert!(sent.status().is_success(), "{name}: {} {:?}", sent.status(), sent.text().await);
            let etag = sent.headers()["etag"].to_str().unwrap();
            parts.push(json!({ "number": part["number"], "etag": etag }));
        }
        let completed = self.post(&format!("/api/uploads/{id}/complete"), &json!({ "parts": parts })).await;
        assert_eq!(completed.status, 200, "{name}: {}", completed.text);
        id
    }

    pub(crate) async fn document(&self, id: &str) -> Value {
        let answer = self.get(&format!("/api/documents/{id}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body
    }

    /// Waits until the document is as wished.
    pub(crate) async fn until(&self, id: &str, what: &str, wished: impl Fn(&Value) -> bool) -> Value {
        let mut since = 0;
        eventually(&format!("{id} {what}"), async || {
            let poll = format!("/api/documents/{id}?wait={POLL_SECONDS}&since={since}");
            let answer = self.get(&poll).await;
            if answer.status != 200 {
                return Err(answer.text);
            }
            if wished(&answer.body) {
                return Ok(answer.body);
            }
            since = answer.body["version"].as_u64().unwrap();
            Err(format!("{:#}", answer.body))
        })
        .await
    }

    /// Waits until nothing more happens by itself.
    pub(crate) async fn finished(&self, id: &str) -> Value {
        let done = ["ready", "rejected", "failed", "deleted"];
        self.until(id, "is finished", |document| done.contains(&document["status"].as_str().unwrap())).await
    }

    /// Waits until it is finished, and finds it ready.
    pub(crate) async fn ready(&self, id: &str) -> Value {
        let document = self.finished(id).await;
        assert_eq!(document["status"], "ready", "{document:#}");
        document
    }

    /// The normalized document of a ready one.
    pub(crate) async fn normalized(&self, id: &str) -> Value {
        let answer = self.get(&format!("/api/documents/{id}/normalized")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body
    }

    /// The documents that this person finds by a word.
    pub(crate) async fn search(&self, word: &str) -> Vec<Value> {
        let answer = self.get(&format!("/api/documents?q={word}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body["documents"].as_array().unwrap().clone()
    }

    /// The id of the one document that is found by a word, as soon as there is one.
    pub(crate) async fn found(&self, word: &str) -> String {
        eventually(&format!("a document called {word}"), async || match &self.search(word).await[..] {
            [one] => Ok(one["document_id"].as_str().unwrap().to_owned()),
            others => Err(format!("{} documents", others.len())),
        })
        .await
    }
}
