//! What a callback makes of its document.

use crate::{
    Collect,
    announced::{Announced, announced},
    fault::Stop,
    fetch::Fetch,
    proof::{manifest, prove},
    vault::{INERT_MEDIA_TYPE, served_as},
};
use contract::callback::{Callback, callback_key};
use document::{
    Answer, Document, DocumentId, Event, MachineRef, Reference, ResultFile, ResultSet, Status, Unusable,
    Work, refused_key, result_key,
};
use edge::Trouble;
use futures::{StreamExt, TryStreamExt, stream};
use normalizer::{File, Role};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

/// Files fetched or stored at once for one document.
const AT_ONCE_MAX: usize = 4;

/// A set of results that is about to be proved.
#[derive(Debug)]
struct Receipt<'a> {
    document: &'a Document,
    attempt: u32,
    callback: &'a Callback,
    machine: Option<MachineRef>,
    callback_key: &'a str,
    end: Instant,
}

impl Collect {
    /// A callback as it came: kept first, so that a machine can come back to it. Nobody comes back to a repeat.
    pub(crate) async fn received(&self, webhook_id: &str, body: String, end: Instant) -> Result<(), Trouble> {
        let callback = parse(&body)?;
        let named: Result<Reference, _> = callback.data.reference.parse();
        let reference = named.map_err(|error| Trouble::poison(error.to_string()))?;
        let id = reference.document_id;
        let Some((document, attempt)) = self.awaiting(id, &callback.data.reference).await? else {
            tracing::info!(webhook_id, "a callback was passed over");
            return Ok(());
        };
        let key = callback_key(id, attempt, &hex::encode(Sha256::digest(body.as_bytes())));
        if !is_repeat(&document, &callback) {
            self.vault.put(&key, "application/json", body).await?;
        }
        let receipt = Receipt {
            document: &document,
            attempt,
            callback: &callback,
            machine: None,
            callback_key: &key,
            end,
        };
        let answer = self.judge(&receipt).await?;
        tracing::info!(webhook_id, ?answer, "a callback was judged");
        Ok(())
    }

    /// A callback that is kept already: a machine wants its results fetched.
    pub(crate) async fn stored(
        &self,
        work: &Work,
        reference: &str,
        callback_key: &str,
        end: Instant,
    ) -> Result<Answer, Trouble> {
        let id = work.document_id;
        let Some((document, attempt)) = self.awaiting(id, reference).await? else {
            return Ok(Answer::Stale("the document does not wait for these results"));
        };
        let callback = parse(&self.vault.callback(callback_key).await?)?;
        if callback.data.reference != reference {
            return Err(Trouble::poison(format!("{callback_key} is about another job")));
        }
        let receipt = Receipt {
            document: &document,
            attempt,
            callback: &callback,
            machine: work.machine,
            callback_key,
            end,
        };
        let answer = self.judge(&receipt).await?;
        tracing::info!(?answer, "stored results were judged");
        Ok(answer)
    }

    /// The document, if it is one that results can still change, and the attempt that the reference stands for.
    async fn awaiting(&self, id: DocumentId, reference: &str) -> Result<Option<(Document, u32)>, Trouble> {
        let document = self.pipeline.register.read(id).await?;
        let Some(document) = document.filter(|document| document.has_issued(reference)) else {
            tracing::error!(alarm = "reference-unknown", "a result for a reference that nobody gave out");
            return Ok(None);
        };
        if matches!(
            document.status,
            Status::Uploading | Status::Rejected | Status::Superseded | Status::Deleted
        ) {
            return Ok(None);
        }
        let attempt = document.attempts.iter().find(|attempt| attempt.reference == reference);
        let number = attempt.map(|attempt| attempt.number);
        Ok(number.map(|number| (document, number)))
    }

    async fn judge(&self, receipt: &Receipt<'_>) -> Result<Answer, Trouble> {
        match self.collect(receipt).await {
            Ok(files) => self.proved(receipt, files).await,
            Err(Stop::Unusable(fault)) => self.unusable(receipt, fault).await,
            Err(Stop::Trouble(trouble)) => Err(trouble),
        }
    }

    /// Fetches, proves and stores; gives what the register will name.
    async fn collect(&self, receipt: &Receipt<'_>) -> Result<Vec<ResultFile>, Stop> {
        let document = receipt.document;
        let files = announced(document.kind, receipt.callback)?;
        if let Some(known) = document.result.as_ref().filter(|known| is_same(known, &files)) {
            // A repeat: what it announces was fetched and proved before.
            return Ok(known.files.clone());
        }
        let key = |file: &Announced| {
            result_key(document.document_id, receipt.attempt, file.role.as_str(), &file.sha256)
        };
        let (renditions, small): (Vec<_>, Vec<_>) =
            files.iter().partition(|file| file.role == Role::Rendition);
        let mut fetches = Vec::new();
        for file in &small {
            fetches.push(self.whole(file, receipt.end));
        }
        // In order, so that the bytes find their files again.
        let held: Vec<_> = stream::iter(fetches).buffered(AT_ONCE_MAX).try_collect().await?;
        let manifest = manifest(document, &small, held);
        if let Err(fault) = prove(document, &manifest) {
            self.archive(receipt, manifest.files).await?;
            return Err(fault.into());
        }
        // The large ones come last: a set that is wrong already never costs them.
        for file in renditions {
            self.rendition(file, key(file), receipt.end).await?;
        }
        let mut puts = Vec::new();
        for (file, proved) in small.iter().zip(manifest.files) {
            puts.push(self.keep(file, key(file), proved.bytes));
        }
        stream::iter(puts).buffered(AT_ONCE_MAX).try_collect::<Vec<()>>().await?;
        Ok(files.iter().map(|file| result_file(file, key(file))).collect())
    }

    async fn whole(&self, file: &Announced, end: Instant) -> Result<Vec<u8>, Unusable> {
        Fetch::begin(&self.guard, file, end).await?.whole().await
    }

    /// Keeps what came and cannot be right, so that an operator can show it to the processor's people.
    async fn archive(&self, receipt: &Receipt<'_>, files: Vec<File>) -> Result<(), Trouble> {
        let id = receipt.document.document_id;
        let mut puts = Vec::new();
        for file in files {
            let key = refused_key(id, receipt.attempt, file.role.as_str(), &file.sha256);
            puts.push(async move { self.vault.put(&key, INERT_MEDIA_TYPE, file.bytes).await });
        }
        stream::iter(puts).buffered(AT_ONCE_MAX).try_collect::<Vec<()>>().await.map(drop)
    }

    async fn keep(&self, file: &Announced, key: String, bytes: Vec<u8>) -> Result<(), Trouble> {
        self.vault.put(&key, served_as(file.role, &file.media_type), bytes).await
    }

    async fn proved(&self, receipt: &Receipt<'_>, files: Vec<ResultFile>) -> Result<Answer, Trouble> {
        let id = receipt.document.document_id;
        let keys: Vec<_> = files.iter().map(|file| file.key.clone()).collect();
        let reference = receipt.callback.data.reference.clone();
        let event = Event::ResultsProved { reference, machine: receipt.machine, files };
        let answer = self.pipeline.apply_to(id, Some(receipt.document), &event).await?.answer;
        if answer != Answer::Done {
            self.remove_losers(id, keys).await?;
        }
        Ok(answer)
    }

    /// Removes what was stored and is not what the register names.
    async fn remove_losers(&self, id: DocumentId, keys: Vec<String>) -> Result<(), Trouble> {
        let document = self.pipeline.register.read(id).await?;
        let named =
            document.and_then(|document| document.result).map(|result| result.files).unwrap_or_default();
        for key in keys.iter().filter(|key| named.iter().all(|file| file.key != **key)) {
            self.vault.delete(key).await?;
        }
        Ok(())
    }

    async fn unusable(&self, receipt: &Receipt<'_>, fault: Unusable) -> Result<Answer, Trouble> {
        let id = receipt.document.document_id;
        tracing::warn!(?fault, "the results cannot be used");
        let event = Event::ResultsUnusable {
            reference: receipt.callback.data.reference.clone(),
            machine: receipt.machine,
            callback_key: receipt.callback_key.to_owned(),
            fault,
        };
        Ok(self.pipeline.apply(id, &event).await?.answer)
    }
}

fn parse(body: &str) -> Result<Callback, Trouble> {
    serde_json::from_str(body).map_err(|error| Trouble::poison(format!("not a callback: {error}")))
}

/// Whether what a callback announces was fetched and proved before.
fn is_repeat(document: &Document, callback: &Callback) -> bool {
    let known = document.result.as_ref();
    known.is_some_and(|known| announced(document.kind, callback).is_ok_and(|files| is_same(known, &files)))
}

/// Whether the announced files are those that the register names already.
fn is_same(known: &ResultSet, files: &[Announced]) -> bool {
    known.files.len() == files.len()
        && files.iter().all(|file| {
            let is_it = |known: &ResultFile| known.role == file.role.as_str() && known.sha256 == file.sha256;
            known.files.iter().any(is_it)
        })
}

fn result_file(file: &Announced, key: String) -> ResultFile {
    ResultFile {
        role: file.role.to_string(),
        name: file.name.clone(),
        key,
        sha256: file.sha256.clone(),
        media_type: file.media_type.clone(),
        size: file.size,
    }
}
