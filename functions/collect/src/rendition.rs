//! A rendition goes from its host into the bucket in parts and is never held whole. Nobody can read it before it was proved:
//! the parts become an object only when the file is complete and is the announced one.

use crate::{
    Collect,
    announced::Announced,
    fault::Stop,
    fetch::Fetch,
    proof::{RENDITION_HEAD_BYTES, prove_rendition},
    vault::{Vault, served_as},
};
use aws_sdk_s3::{
    primitives::ByteStream,
    types::{CompletedMultipartUpload, CompletedPart},
};
use bytes::BytesMut;
use edge::Trouble;
use tokio::time::Instant;

/// Bytes of one part: the largest rendition has 128 of them, and S3 takes 10,000.
const PART_BYTES: usize = 16 * 1024 * 1024;

/// Parts on their way to becoming an object.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    vault: &'a Vault,
    key: String,
    upload: String,
    done: Vec<CompletedPart>,
}

impl Collect {
    /// Fetches a rendition into `key`. Nothing is left behind if it is wrong.
    pub(crate) async fn rendition(&self, file: &Announced, key: String, end: Instant) -> Result<(), Stop> {
        let fetch = Fetch::begin(&self.guard, file, end).await?;
        let mut parts = Parts::begin(&self.vault, key, served_as(file.role, &file.media_type)).await?;
        match parts.fill(file, fetch).await {
            Ok(()) => Ok(parts.complete().await?),
            Err(stop) => {
                parts.abort().await;
                Err(stop)
            }
        }
    }
}

impl<'a> Parts<'a> {
    async fn begin(vault: &'a Vault, key: String, media_type: &str) -> Result<Self, Trouble> {
        let create = vault.client.create_multipart_upload().bucket(&vault.bucket).key(&key);
        let created = create.content_type(media_type).send().await;
        let created = created.map_err(|error| Trouble::passing("a rendition could not be begun", error))?;
        let upload = created.upload_id.unwrap_or_default();
        Ok(Self { vault, key, upload, done: Vec::new() })
    }

    async fn fill(&mut self, file: &Announced, mut fetch: Fetch<'_>) -> Result<(), Stop> {
        let head_bytes = usize::try_from(file.size).unwrap_or(usize::MAX).min(RENDITION_HEAD_BYTES);
        let (mut buffer, mut is_proved) = (BytesMut::new(), false);
        while let Some(chunk) = fetch.next().await? {
            buffer.extend_from_slice(&chunk);
            if !is_proved && buffer.len() >= head_bytes {
                prove_rendition(file, &buffer[..head_bytes])?;
                is_proved = true;
            }
            while buffer.len() >= PART_BYTES {
                self.put(buffer.split_to(PART_BYTES)).await?;
            }
        }
        if !buffer.is_empty() {
            self.put(buffer).await?;
        }
        Ok(())
    }

    async fn put(&mut self, bytes: BytesMut) -> Result<(), Trouble> {
        let number = i32::try_from(self.done.len() + 1).unwrap_or(i32::MAX);
        let part = self.vault.client.upload_part().bucket(&self.vault.bucket).key(&self.key);
        let part = part.upload_id(&self.upload).part_number(number);
        let stored = part.body(ByteStream::from(bytes.freeze())).send().await;
        let stored =
            stored.map_err(|error| Trouble::passing("a part of a rendition could not be stored", error))?;
        let done = CompletedPart::builder().part_number(number).set_e_tag(stored.e_tag);
        self.done.push(done.set_checksum_crc32(stored.checksum_crc32).build());
        Ok(())
    }

    async fn complete(self) -> Result<(), Trouble> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(self.done)).build();
        let complete =
            self.vault.client.complete_multipart_upload().bucket(&self.vault.bucket).key(&self.key);
        let completed = complete.upload_id(&self.upload).multipart_upload(parts).send().await;
        completed.map(drop).map_err(|error| Trouble::passing("a rendition could not be completed", error))
    }

    async fn abort(self) {
        let abort = self.vault.client.abort_multipart_upload().bucket(&self.vault.bucket).key(&self.key);
        if let Err(error) = abort.upload_id(&self.upload).send().await {
            tracing::warn!(%error, key = %self.key, "the parts of a rendition stay until the bucket removes them");
        }
    }
}
