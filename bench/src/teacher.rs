use anyhow::Context as _;
use document::DocumentId;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

/// A teacher's client: announces a file, puts it to the presigned address, completes the upload.
#[derive(Clone, Debug)]
pub(crate) struct Teacher {
    http: reqwest::Client,
    url: String,
    pub(crate) token: String,
}

impl Teacher {
    /// Signs in at the host's development issuer.
    pub(crate) async fn sign_in(api_url: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        let form = "grant_type=password&username=teacher&client_id=lectern-local";
        let request = http.post(format!("{api_url}/issuer/token"));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        let answer = json(request).await?;
        let token = answer["access_token"].as_str().context("no token was given")?.to_owned();
        Ok(Self { http, url: api_url.to_owned(), token })
    }

    /// Announces a file and sends it; what is left is to complete the upload.
    pub(crate) async fn send(&self, name: &str, bytes: Vec<u8>) -> anyhow::Result<Sent> {
        let declaration = json!({ "file_name": name, "size": bytes.len() });
        let request = self.http.post(format!("{}/api/uploads", self.url)).bearer_auth(&self.token);
        let begun = json(request.json(&declaration)).await?;
        let document_id: DocumentId = serde_json::from_value(begun["document_id"].clone())?;
        let url = begun["parts"][0]["url"].as_str().context("no address was given")?;
        let put = self.http.put(url).body(bytes).send().await?.error_for_status()?;
        let etag =
            put.headers().get("etag").and_then(|tag| tag.to_str().ok()).context("no ETag was given")?;
        Ok(Sent { document_id, etag: etag.to_owned() })
    }

    pub(crate) async fn complete(&self, sent: &Sent) -> anyhow::Result<()> {
        let url = format!("{}/api/uploads/{}/complete", self.url, sent.document_id);
        let parts = json!({ "parts": [{ "number": 1, "etag": sent.etag }] });
        json(self.http.post(url).bearer_auth(&self.token).json(&parts)).await.map(drop)
    }

    /// A document as the API shows it.
    pub(crate) async fn document(&self, id: DocumentId) -> anyhow::Result<Value> {
        json(self.http.get(format!("{}/api/documents/{id}", self.url)).bearer_auth(&self.token)).await
    }
}

/// A file that was sent, in one part.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) document_id: DocumentId,
    etag: String,
}

async fn json(request: RequestBuilder) -> anyhow::Result<Value> {
    let answer = request.send().await?;
    let status = answer.status();
    let body = answer.text().await?;
    anyhow::ensure!(status.is_success(), "{status}: {body}");
    serde_json::from_str(&body).context("the answer is not JSON")
}
