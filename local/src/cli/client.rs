use super::output::{CliError, text};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

/// Longer than the longest poll (20 s) and than any answer of an HTTP API (30 s).
const ANSWER_TIME: Duration = Duration::from_secs(35);

/// How often a request is sent again that came when too many did.
const THROTTLED_MAX: u32 = 5;
/// The longest rest before that: the API's own is a second or two.
const THROTTLED_TIME: Duration = Duration::from_secs(5);

/// Talks to a running host's API.
#[derive(Clone, Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
}

/// An answer that is a refusal (RFC 9457).
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) problem: Value,
}

impl From<Refused> for CliError {
    fn from(refused: Refused) -> Self {
        let (detail, title) = (text(&refused.problem, "detail"), text(&refused.problem, "title"));
        let what = if detail.is_empty() { title } else { detail };
        let error = Self::new(if what.is_empty() { refused.status.to_string() } else { what.to_owned() });
        match text(&refused.problem, "next_action") {
            "" => error,
            next => error.next(next),
        }
    }
}

impl Client {
    /// With the token given, or with one that the host's development issuer gives to the account.
    pub(super) async fn sign_in(url: &str, token: Option<&str>, account: &str) -> Result<Self, CliError> {
        let http = reqwest::Client::builder().no_proxy().build();
        let http = http.map_err(|error| CliError::new(format!("no connections can be made: {error}")))?;
        let mut client = Self { http, url: url.trim_end_matches('/').to_owned(), token: String::new() };
        client.token = match token {
            Some(token) => token.to_owned(),
            None => client.development_token(account).await?,
        };
        Ok(client)
    }

    async fn development_token(&self, account: &str) -> Result<String, CliError> {
        let form = [("grant_type", "password"), ("username", account), ("client_id", "lectern-local")];
        let request = self.http.post(format!("{}/issuer/token", self.url)).timeout(ANSWER_TIME);
        let body: String = form.map(|(name, value)| format!("{name}={}", encode(value))).join("&");
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        let answer = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = answer.status();
        let answer: Value = answer.json().await.unwrap_or_default();
        match answer.get("access_token").and_then(Value::as_str) {
            Some(token) => Ok(token.to_owned()),
            None => Err(CliError::new(format!("{} did not sign {account:?} in ({status})", self.url))
                .next("Use --as teacher, evaluator or operator on one machine; elsewhere give a token with LECTERN_TOKEN")),
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> CliError {
        let why = if error.is_timeout() { "did not answer in time" } else { "does not answer" };
        CliError::new(format!("{} {why}", self.url))
            .next("Start it with `cargo run` (or `lectern up`), or say where it is with --url")
    }

    pub(super) async fn get(&self, path: &str) -> Result<Result<Value, Refused>, CliError> {
        self.send(self.request(Method::GET, path)).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Result<Value, Refused>, CliError> {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token).timeout(ANSWER_TIME)
    }

    async fn send(&self, request: RequestBuilder) -> Result<Result<Value, Refused>, CliError> {
        let mut answer = self.once(&request).await?;
        for _ in 0..THROTTLED_MAX {
            if answer.status() != StatusCode::TOO_MANY_REQUESTS {
                break;
            }
            let said =
                answer.headers().get("retry-after").and_then(|seconds| seconds.to_str().ok()?.parse().ok());
            tokio::time::sleep(said.map_or(THROTTLED_TIME, Duration::from_secs).min(THROTTLED_TIME)).await;
            answer = self.once(&request).await?;
        }
        let status = answer.status();
        let body: Value = answer.json().await.unwrap_or_else(|_| json!({}));
        Ok(if status.is_success() { Ok(body) } else { Err(Refused { status, problem: body }) })
    }

    async fn once(&self, request: &RequestBuilder) -> Result<Response, CliError> {
        // Bodies are JSON here, which can be sent again.
        let request =
            request.try_clone().ok_or_else(|| CliError::new("the request can be sent once only"))?;
        request.send().await.map_err(|error| self.unreachable(&error))
    }

    /// Fetches an address that the API gave out (presigned: it takes no token).
    pub(super) async fn fetch(&self, url: &str) -> Result<Value, CliError> {
        let answer =
            self.http.get(url).timeout(ANSWER_TIME).send().await.map_err(|error| self.unreachable(&error))?;
        answer.json().await.map_err(|error| CliError::new(format!("the document cannot be read: {error}")))
    }

    /// Puts one part to its presigned address; answers its entity tag.
    pub(super) async fn put_part(&self, url: &str, bytes: Vec<u8>) -> Result<String, String> {
        let answer =
            self.http.put(url).body(bytes).send().await.map_err(|error| error.without_url().to_string())?;
        let status = answer.status();
        let tag = answer.headers().get("etag").and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        match tag {
            Some(tag) if status.is_success() => Ok(tag),
            _ => Err(format!("the storage answered {status}")),
        }
    }
}

/// Everything but unreserved characters (RFC 3986, section 2.3).
const RESERVED: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes a value for a path or a query.
pub(super) fn encode(value: &str) -> String {
    percent_encoding::utf8_percent_encode(value, RESERVED).to_string()
}
