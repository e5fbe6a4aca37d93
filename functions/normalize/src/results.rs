use crate::store::Store;
use document::{Document, ResultFile};
use edge::Trouble;
use normalizer::{File, Manifest, Role};

/// Everything that the normalizer needs: what the register knows, and the files that it names.
pub(crate) async fn manifest(
    store: &Store,
    document: &Document,
    processor: &str,
) -> Result<Manifest, Trouble> {
    let result = document.result.as_ref().ok_or_else(|| Trouble::poison("the document has no results"))?;
    let attempt = document.attempts.iter().find(|attempt| attempt.number == result.attempt);
    let mut files = Vec::with_capacity(result.files.len());
    for file in &result.files {
        files.push(fetched(store, file).await?);
    }
    Ok(Manifest {
        document_id: document.document_id.to_string(),
        revision: document.revision_id().to_owned(),
        kind: document.kind,
        title: document.title.clone(),
        language: None,
        processor: processor.to_owned(),
        job_id: attempt.and_then(|attempt| attempt.job_id.clone()),
        files,
    })
}

/// A file with its bytes, as far as they are read at all. That they hash to what the register says is proved by the
/// normalizer.
async fn fetched(store: &Store, file: &ResultFile) -> Result<File, Trouble> {
    let role: Role =
        file.role.parse().map_err(|()| Trouble::poison(format!("the role {:?} is unknown", file.role)))?;
    let bytes = if role.is_read() { store.read(&file.key, role.bytes_max()).await? } else { Vec::new() };
    Ok(File {
        role,
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        size: file.size,
        sha256: file.sha256.clone(),
        bytes,
    })
}
