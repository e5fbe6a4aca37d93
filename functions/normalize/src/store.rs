use edge::{Misconfigured, Runtime, Trouble};

/// The buckets: results are read, normalized documents are written.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    s3: aws_sdk_s3::Client,
    results_bucket: String,
    normalized_bucket: String,
}

/// A normalized document that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) key: String,
    /// Where the bucket is versioned.
    version_id: Option<String>,
}

impl Store {
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        Ok(Self {
            s3: runtime.s3(),
            results_bucket: runtime.variables.required("RESULTS_BUCKET")?.to_owned(),
            normalized_bucket: runtime.variables.required("NORMALIZED_BUCKET")?.to_owned(),
        })
    }

    /// A result file of at most `bytes_max`. What was proved was not larger, so a larger one is not what was proved.
    pub(crate) async fn read(&self, key: &str, bytes_max: u64) -> Result<Vec<u8>, Trouble> {
        let request = self.s3.get_object().bucket(&self.results_bucket).key(key);
        let answer = request
            .send()
            .await
            .map_err(|error| Trouble::passing(format!("the result {key} could not be read"), error))?;
        let length = answer.content_length().and_then(|length| u64::try_from(length).ok());
        if length.is_none_or(|length| length > bytes_max) {
            return Err(Trouble::poison(format!(
                "the result {key} has {length:?} bytes, more than {bytes_max}"
            )));
        }
        let body = answer.body.collect().await;
        body.map(|body| body.into_bytes().to_vec())
            .map_err(|error| Trouble::passing(format!("the result {key} broke off"), error))
    }

    /// Writes a normalized document; it is durable once this returns.
    pub(crate) async fn write(&self, key: &str, json: Vec<u8>) -> Result<Written, Trouble> {
        let put = self.s3.put_object().bucket(&self.normalized_bucket).key(key);
        let answer = put.content_type("application/json").body(json.into()).send().await;
        let answer = answer
            .map_err(|error| Trouble::passing("the normalized document could not be written", error))?;
        Ok(Written { key: key.to_owned(), version_id: answer.version_id })
    }

    pub(crate) async fn delete(&self, written: &Written) -> Result<(), Trouble> {
        let delete = self.s3.delete_object().bucket(&self.normalized_bucket).key(&written.key);
        let answer = delete.set_version_id(written.version_id.clone()).send().await;
        answer.map(drop).map_err(|error| {
            Trouble::passing("a normalized document that nobody waits for could not be deleted", error)
        })
    }
}
