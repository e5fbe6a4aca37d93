//! What lies on the queue `uploads`.

use aws_lambda_events::s3::{S3Event, S3EventRecord};
use contract::queue::Look;
use document::{Revision, Sequencer};
use edge::Trouble;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// S3's name for the version of an object in a bucket that keeps no versions.
const NULL_VERSION: &str = "null";

/// One message, understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Announcement {
    /// S3 tells of objects that are there.
    Objects(Vec<NewObject>),
    /// Somebody wants an object looked for.
    Look(Look),
    /// Nothing to do, and why.
    Nothing(&'static str),
}

/// One object that S3 tells of.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NewObject {
    pub(crate) bucket: String,
    /// Decoded.
    pub(crate) key: String,
    pub(crate) revision: Revision,
}

impl Announcement {
    /// Reads a message's body. One that is neither a notification nor a [`Look`] is poison.
    pub(crate) fn read(body: &str) -> Result<Self, Trouble> {
        let poison = |error: serde_json::Error| Trouble::poison(format!("not a message for ingest: {error}"));
        let value: Value = serde_json::from_str(body).map_err(poison)?;
        if value.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
            return Ok(Self::Nothing("S3 tests its notification when the bucket is made"));
        }
        if value.get("look").is_some() {
            return serde_json::from_value(value).map(Self::Look).map_err(poison);
        }
        let event: S3Event = serde_json::from_value(value).map_err(poison)?;
        let objects: Vec<_> = event.records.into_iter().filter_map(new_object).collect::<Result<_, _>>()?;
        if objects.is_empty() {
            return Ok(Self::Nothing("the notification tells of no new object"));
        }
        Ok(Self::Objects(objects))
    }
}

/// `None` for what is not the making of an object, such as a deletion.
fn new_object(record: S3EventRecord) -> Option<Result<NewObject, Trouble>> {
    let name = record.event_name.unwrap_or_default();
    // Queues get `ObjectCreated:Put`; other receivers are told `s3:ObjectCreated:Put`.
    if !name.trim_start_matches("s3:").starts_with("ObjectCreated:") {
        return None;
    }
    let object = record.s3.object;
    let (Some(bucket), Some(key)) = (record.s3.bucket.name, object.key) else {
        return Some(Err(Trouble::poison("a notification names no bucket or no key")));
    };
    let Some(key) = decode(&key) else {
        return Some(Err(Trouble::poison(format!("the key {key:?} is not UTF-8"))));
    };
    let revision = Revision {
        id: object.version_id.filter(|id| !id.is_empty()).unwrap_or_else(|| NULL_VERSION.to_owned()),
        sequencer: Sequencer(object.sequencer.unwrap_or_default()),
    };
    Some(Ok(NewObject { bucket, key, revision }))
}

/// Notifications carry keys as HTML forms carry values: `+` for a space, then percent-encoded UTF-8.
fn decode(key: &str) -> Option<String> {
    let spaced = key.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notification(event: &str, keys: &[&str]) -> String {
        let record = |key: &&str| {
            serde_json::json!({
                "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-west-1",
                "eventTime": "2026-01-02T03:04:05.000Z", "eventName": event,
                "userIdentity": {"principalId": "p"}, "requestParameters": {"sourceIPAddress": "127.0.0.1"},
                "responseElements": {},
                "s3": {
                    "s3SchemaVersion": "1.0", "configurationId": "c",
                    "bucket": {"name": "uploads", "ownerIdentity": {"principalId": "p"}, "arn": "a"},
                    "object": {"key": key, "size": 1, "eTag": "e", "versionId": "v1", "sequencer": "0055"}
                }
            })
        };
        serde_json::json!({"Records": keys.iter().map(record).collect::<Vec<_>>()}).to_string()
    }

    #[test]
    fn keys_are_decoded_exactly_once() {
        let check = |encoded: &str, expect: Option<&str>| {
            let read = Announcement::read(&notification("ObjectCreated:Put", &[encoded]));
            match (read, expect) {
                (Ok(Announcement::Objects(objects)), Some(key)) => assert_eq!(objects[0].key, key),
                (Err(trouble), None) => assert!(!trouble.is_retryable()),
                (read, expect) => panic!("{encoded}: {read:?}, not {expect:?}"),
            }
        };
        check("inbox/s/a+b.docx", Some("inbox/s/a b.docx"));
        check("inbox/s/a%2Bb.docx", Some("inbox/s/a+b.docx"));
        check("inbox/s/100%2525.docx", Some("inbox/s/100%25.docx"));
        check("inbox/s/Gr%C3%B6%C3%9Fe%F0%9F%98%80.docx", Some("inbox/s/Größe😀.docx"));
        check("inbox/s/Gro%CC%88%C3%9Fe.docx", Some("inbox/s/Gro\u{308}ße.docx"));
        check("inbox/s/%FF.docx", None);
    }

    #[test]
    fn only_the_making_of_objects_counts() {
        let read = |body: &str| Announcement::read(body).unwrap();
        assert!(matches!(
            read(r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}"#),
            Announcement::Nothing(_)
        ));
        assert!(matches!(read(&notification("ObjectRemoved:Delete", &["k"])), Announcement::Nothing(_)));
        assert!(matches!(
            read(&notification("s3:ObjectCreated:CompleteMultipartUpload", &["k", "l"])),
            Announcement::Objects(objects) if objects.len() == 2
        ));
        assert!(matches!(
            read(r#"{"look":"018f2f6e-7c1a-7000-8000-0123456789ab","task_token":"t"}"#),
            Announcement::Look(_)
        ));
        for odd in ["", "[]", "{}", r#"{"look":"no id"}"#, r#"{"Records":[{}]}"#] {
            assert!(!Announcement::read(odd).unwrap_err().is_retryable(), "{odd}");
        }
    }
}
