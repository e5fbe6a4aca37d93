use super::{
    client::{Client, Refused},
    output::CliError,
};
use futures::{StreamExt, TryStreamExt, stream};
use indicatif::ProgressBar;
use serde_json::{Value, json};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    time::Duration,
};

/// Parts on their way at once: enough to keep a line busy, few enough to hold in memory.
const PARTS_AT_ONCE_MAX: usize = 4;
/// How often one part is tried.
const PART_TRIES_MAX: u32 = 4;
/// How long the first pause between tries of a part is; doubles each time.
const PART_PAUSE: Duration = Duration::from_millis(250);

/// What became of an upload.
pub(super) enum Uploaded {
    /// It is complete; this is its document.
    Complete { document_id: String },
    /// The API refused it, and says why.
    Refused(Refused),
}

/// Uploads a file by presigned multipart, several parts at once.
pub(super) async fn upload(
    client: &Client,
    path: &Path,
    name: &str,
    size: u64,
    progress: &ProgressBar,
) -> Result<Uploaded, CliError> {
    let declaration = json!({ "file_name": name, "media_type": media_type(name), "size": size });
    let mut upload = match client.post("/api/uploads", &declaration).await? {
        Ok(upload) => upload,
        Err(refused) => return Ok(Uploaded::Refused(refused)),
    };
    let unreadable =
        || CliError::new("the host's answer to the upload makes no sense; is it another version?");
    let document_id = upload["document_id"].as_str().ok_or_else(unreadable)?.to_owned();
    let part_size = upload["part_size"].as_u64().filter(|size| *size > 0).ok_or_else(unreadable)?;
    let count = size.div_ceil(part_size);
    let mut tags: Vec<(u64, String)> = Vec::new();
    loop {
        let urls = urls(&upload).ok_or_else(unreadable)?;
        if urls.is_empty() && (tags.len() as u64) < count {
            return Err(unreadable());
        }
        let sent = stream::iter(urls).map(|(number, url)| async move {
            let tag =
                part(client, path, (number - 1) * part_size, part_size.min(size), &url, progress).await?;
            Ok::<_, CliError>((number, tag))
        });
        tags.extend(sent.buffer_unordered(PARTS_AT_ONCE_MAX).try_collect::<Vec<_>>().await?);
        if tags.len() as u64 >= count {
            break;
        }
        // Addresses are given out by the hundred.
        let next = tags.iter().map(|(number, _)| number).max().map_or(1, |last| last + 1);
        upload =
            client.get(&format!("/api/uploads/{document_id}?from={next}")).await?.map_err(CliError::from)?;
    }
    tags.sort_unstable();
    let parts: Vec<_> = tags.iter().map(|(number, etag)| json!({ "number": number, "etag": etag })).collect();
    let complete = format!("/api/uploads/{document_id}/complete");
    Ok(match client.post(&complete, &json!({ "parts": parts })).await? {
        Ok(_) => Uploaded::Complete { document_id },
        Err(refused) => Uploaded::Refused(refused),
    })
}

fn urls(upload: &Value) -> Option<Vec<(u64, String)>> {
    let parts = upload["parts"].as_array()?.iter();
    parts.map(|part| Some((part["number"].as_u64()?, part["url"].as_str()?.to_owned()))).collect()
}

async fn part(
    client: &Client,
    path: &Path,
    offset: u64,
    length: u64,
    url: &str,
    progress: &ProgressBar,
) -> Result<String, CliError> {
    let unreadable = |error: io::Error| CliError::new(format!("{} cannot be read: {error}", path.display()));
    let mut pause = PART_PAUSE;
    let mut problem = String::new();
    for _ in 0..PART_TRIES_MAX {
        let bytes = read(path.to_owned(), offset, length).await.map_err(unreadable)?;
        let count = bytes.len() as u64;
        match client.put_part(url, bytes).await {
            Ok(tag) => {
                progress.inc(count);
                return Ok(tag);
            }
            Err(error) => problem = error,
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    Err(CliError::new(format!("{} could not be uploaded: {problem}", path.display())).next("Submit it again"))
}

async fn read(path: PathBuf, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    let read = move || {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        file.take(length).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    tokio::task::spawn_blocking(read).await.map_err(io::Error::other)?
}

fn media_type(name: &str) -> &'static str {
    document::FileType::of_name(name).map_or("application/octet-stream", document::FileType::media_type)
}
