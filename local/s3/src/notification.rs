//! The message that tells a subscriber of a new object, in AWS's shape ("Event message structure", version 2.1).

use crate::{bucket::Bucket, encoding::form_encode, index::Version, operations::Caller};
use serde_json::json;

/// What brought an object into being.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Creation {
    Put,
    CompleteMultipartUpload,
    Copy,
}

impl Creation {
    fn event_name(self) -> &'static str {
        match self {
            Self::Put => "ObjectCreated:Put",
            Self::CompleteMultipartUpload => "ObjectCreated:CompleteMultipartUpload",
            Self::Copy => "ObjectCreated:Copy",
        }
    }
}

/// A sequence as `sequencer`: of fixed width, so that comparing it as text compares it as a number.
fn sequencer(sequence: i64) -> String {
    format!("{sequence:016X}")
}

/// The notification of a version that has just been inserted.
pub(crate) fn notification(
    region: &str,
    bucket: &Bucket,
    version: &Version,
    creation: Creation,
    caller: &Caller,
) -> String {
    let mut object = json!({
        "key": form_encode(&version.key),
        "size": version.size,
        "eTag": version.etag,
        "sequencer": sequencer(version.sequence),
    });
    if let Some(version_id) = bucket.shown(&version.id) {
        object["versionId"] = version_id.into();
    }
    let record = json!({
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": region,
        "eventTime": format!("{:.3}", version.modified),
        "eventName": creation.event_name(),
        "userIdentity": { "principalId": caller.principal },
        "requestParameters": { "sourceIPAddress": "127.0.0.1" },
        "responseElements": { "x-amz-request-id": caller.request_id, "x-amz-id-2": caller.request_id },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "object-created",
            "bucket": {
                "name": bucket.name,
                "ownerIdentity": { "principalId": caller.principal },
                "arn": format!("arn:aws:s3:::{}", bucket.name),
            },
            "object": object,
        },
    });
    json!({ "Records": [record] }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequencers_sort_as_numbers_do() {
        let mut numbers = [1, 9, 10, 15, 16, 255, 256, i64::MAX];
        let before = numbers;
        numbers.sort_by_key(|number| sequencer(*number));
        assert_eq!(numbers, before);
        assert_eq!(sequencer(255), "00000000000000FF");
    }
}
