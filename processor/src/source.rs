use crate::{app::App, fault::Fault, jobs::Record, limits::bytes_max};
use futures::StreamExt as _;
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;

/// A source that sends nothing for this long is gone.
const IDLE_MAX: Duration = Duration::from_secs(30);

/// Fetches a job's source into its place and returns its SHA-256. No redirects: a presigned address needs none.
pub(crate) async fn fetch(app: &App, record: &Record) -> Result<String, Fault> {
    let submission = &record.submission;
    let unreachable =
        |what: &dyn std::fmt::Display| Fault::Source(what.to_string().chars().take(200).collect());
    let url = submission
        .source_url
        .as_deref()
        .ok_or_else(|| Fault::Internal("neither file nor source".to_owned()))?;
    // The address may carry a signature; errors must not.
    let failed = |error: reqwest::Error| unreachable(&error.without_url());
    let answer = app.client.get(url).send().await.map_err(failed)?;
    if !answer.status().is_success() {
        return Err(unreachable(&answer.status()));
    }
    let cap = bytes_max(submission.kind);
    let path = app.store.input(&submission.reference);
    let mut file = tokio::fs::File::create(&path).await?;
    let (mut digest, mut length) = (Sha256::new(), 0_u64);
    let mut chunks = answer.bytes_stream();
    loop {
        let next = tokio::time::timeout(IDLE_MAX, chunks.next()).await;
        let Some(chunk) = next.map_err(|_| unreachable(&"it stopped sending"))? else { break };
        let chunk = chunk.map_err(failed)?;
        length += chunk.len() as u64;
        if length > cap {
            return Err(Fault::TooLarge(format!("files of this kind may have {cap} bytes")));
        }
        digest.update(&chunk);
        file.write_all(&chunk).await?;
    }
    file.sync_all().await?;
    let sha256 = hex::encode(digest.finalize());
    let as_announced = length == submission.size
        && submission.sha256.as_ref().is_none_or(|told| told.eq_ignore_ascii_case(&sha256));
    if as_announced { Ok(sha256) } else { Err(Fault::Digest) }
}
