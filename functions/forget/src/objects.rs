use aws_sdk_s3::{
    Client,
    types::{Delete, ObjectIdentifier},
};
use document::Document;
use edge::{Misconfigured, Runtime, Trouble};

/// Object versions removed with one call (the most that S3 takes).
const REMOVE_AT_ONCE_MAX: i32 = 1000;
/// Calls for one prefix in one step; a document has tens of objects, and the machine runs the step twice.
const CALLS_MAX: u32 = 100;

/// The three buckets.
#[derive(Debug)]
pub(crate) struct Objects {
    s3: Client,
    uploads: String,
    results: String,
    normalized: String,
}

impl Objects {
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        let bucket = |name| runtime.variables.required(name).map(str::to_owned);
        Ok(Self {
            s3: runtime.s3(),
            uploads: bucket("UPLOADS_BUCKET")?,
            results: bucket("RESULTS_BUCKET")?,
            normalized: bucket("NORMALIZED_BUCKET")?,
        })
    }

    /// Removes every version of everything that belongs to a document; answers how many versions went.
    pub(crate) async fn remove(&self, document: &Document) -> Result<u64, Trouble> {
        if let Some(upload) = &document.upload {
            let abort = self.s3.abort_multipart_upload().bucket(&self.uploads).key(&document.key);
            if let Err(error) = abort.upload_id(&upload.id).send().await {
                let gone =
                    error.as_service_error().is_some_and(|error| error.meta().code() == Some("NoSuchUpload"));
                if !gone {
                    return Err(Trouble::passing("the upload could not be aborted", error));
                }
            }
        }
        let id = document.document_id;
        let mut removed = self.remove_below(&self.uploads, &document.key, |key| key == document.key).await?;
        for prefix in [format!("results/{id}/"), format!("refused/{id}/")] {
            removed += self.remove_below(&self.results, &prefix, |_| true).await?;
        }
        let normalized = format!("normalized/{id}/");
        removed += self.remove_below(&self.normalized, &normalized, |_| true).await?;
        Ok(removed)
    }

    async fn remove_below(
        &self,
        bucket: &str,
        prefix: &str,
        ours: impl Fn(&str) -> bool,
    ) -> Result<u64, Trouble> {
        let mut removed = 0;
        for _ in 0..CALLS_MAX {
            let listed = self
                .s3
                .list_object_versions()
                .bucket(bucket)
                .prefix(prefix)
                .max_keys(REMOVE_AT_ONCE_MAX)
                .send()
                .await
                .map_err(|error| Trouble::passing("the versions could not be listed", error))?;
            let versions = listed.versions().iter().map(|version| (version.key(), version.version_id()));
            let markers = listed.delete_markers().iter().map(|marker| (marker.key(), marker.version_id()));
            let found: Vec<_> = versions
                .chain(markers)
                .filter_map(|(key, version)| Some((key?, version)))
                .filter(|(key, _)| ours(key))
                .map(|(key, version)| identifier(key, version))
                .collect::<Result<_, _>>()?;
            if found.is_empty() {
                break;
            }
            removed += found.len() as u64;
            self.delete(bucket, found).await?;
        }
        Ok(removed)
    }

    async fn delete(&self, bucket: &str, objects: Vec<ObjectIdentifier>) -> Result<(), Trouble> {
        let delete = Delete::builder()
            .set_objects(Some(objects))
            .quiet(true)
            .build()
            .map_err(|error| Trouble::poison(format!("a deletion cannot be written: {error}")))?;
        let answer = self.s3.delete_objects().bucket(bucket).delete(delete).send().await;
        let answer = answer.map_err(|error| Trouble::passing("the versions could not be removed", error))?;
        match answer.errors().first() {
            None => Ok(()),
            Some(error) => Err(Trouble::passing(
                "a version could not be removed",
                error.code().unwrap_or("unknown").to_owned(),
            )),
        }
    }
}

fn identifier(key: &str, version: Option<&str>) -> Result<ObjectIdentifier, Trouble> {
    ObjectIdentifier::builder()
        .key(key)
        .set_version_id(version.map(str::to_owned))
        .build()
        .map_err(|error| Trouble::poison(format!("a deletion cannot be written: {error}")))
}
