use super::put_object::check_key;
use crate::{
    bounds::DELETED_KEYS_MAX,
    bucket::{Bucket, Versioning},
    conditions::WriteConditions,
    error::{Outcome, StoreError},
    index::{Contents, NewVersion, Properties, Scope},
    store::Store,
};
use s3s::{
    S3Error,
    dto::{
        DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
        ETagCondition, Error,
    },
    s3_error,
};

/// What a deletion did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Deletion {
    /// The marker that was written, or the version that was removed.
    version_id: Option<String>,
    marker: bool,
}

impl Store {
    pub(super) async fn delete_object(&self, input: DeleteObjectInput) -> Outcome<DeleteObjectOutput> {
        let bucket = self.bucket(&input.bucket)?;
        check_key(&input.key)?;
        let condition = input.if_match;
        let deletion = self
            .index
            .write(Vec::new(), move |scope| {
                delete(scope, &bucket, &input.key, input.version_id.as_deref(), condition)
            })
            .await?;
        Ok(DeleteObjectOutput {
            delete_marker: deletion.marker.then_some(true),
            version_id: deletion.version_id,
            request_charged: None,
        })
    }

    /// Deletes all keys in one commit. What is refused is reported key by key and hinders none of the others.
    pub(super) async fn delete_objects(&self, input: DeleteObjectsInput) -> Outcome<DeleteObjectsOutput> {
        let bucket = self.bucket(&input.bucket)?;
        let objects = input.delete.objects;
        if objects.is_empty() || objects.len() > DELETED_KEYS_MAX {
            return Err(s3_error!(
                MalformedXML,
                "Between 1 and {DELETED_KEYS_MAX} objects can be deleted at once"
            )
            .into());
        }
        let quiet = input.delete.quiet.unwrap_or(false);
        self.index
            .write(Vec::new(), move |scope| {
                let (mut deleted, mut errors) = (Vec::new(), Vec::new());
                for object in objects {
                    let condition = object.e_tag.map(ETagCondition::ETag);
                    let done = check_key(&object.key).and_then(|()| {
                        delete(scope, &bucket, &object.key, object.version_id.as_deref(), condition)
                    });
                    match done {
                        Ok(_) if quiet => {}
                        Ok(deletion) => deleted.push(report(object.key, object.version_id, deletion)),
                        Err(StoreError::Answer(answer)) => {
                            errors.push(refusal(object.key, object.version_id, &answer));
                        }
                        Err(failure) => return Err(failure),
                    }
                }
                Ok(DeleteObjectsOutput {
                    deleted: Some(deleted),
                    errors: Some(errors),
                    request_charged: None,
                })
            })
            .await
    }
}

fn report(key: String, asked: Option<String>, deletion: Deletion) -> DeletedObject {
    DeletedObject {
        delete_marker: deletion.marker.then_some(true),
        delete_marker_version_id: deletion.version_id.filter(|_| deletion.marker),
        key: Some(key),
        version_id: asked,
    }
}

fn refusal(key: String, version_id: Option<String>, answer: &S3Error) -> Error {
    Error {
        code: Some(answer.code().as_str().to_owned()),
        key: Some(key),
        message: answer.message().map(str::to_owned),
        version_id,
    }
}

/// Hides a key behind a marker, or with a `version_id` removes that version for good. What is not there is deleted.
fn delete(
    scope: &mut Scope<'_>,
    bucket: &Bucket,
    key: &str,
    version_id: Option<&str>,
    if_match: Option<ETagCondition>,
) -> Outcome<Deletion> {
    let conditions = WriteConditions { if_match, if_none_match: None };
    if conditions.any() {
        conditions.check(scope.current(&bucket.name, key)?.as_ref())?;
    }
    if let Some(id) = version_id {
        let version = scope.version(&bucket.name, key, id)?;
        let marker = version.as_ref().is_some_and(|version| version.marker);
        if let Some(version) = version {
            scope.remove_version(&bucket.name, &version)?;
        }
        return Ok(Deletion { version_id: Some(id.to_owned()), marker });
    }
    if bucket.versioning == Versioning::Never {
        if let Some(version) = scope.current(&bucket.name, key)? {
            scope.remove_version(&bucket.name, &version)?;
        }
        return Ok(Deletion::default());
    }
    let marker = scope.insert_version(NewVersion {
        bucket,
        key,
        marker: true,
        size: 0,
        etag: String::new(),
        properties: Properties::default(),
        checksum: None,
        contents: Contents::None,
    })?;
    Ok(Deletion { version_id: Some(marker.id), marker: true })
}
