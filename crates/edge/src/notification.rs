use crate::Trouble;
use aws_lambda_events::s3::S3Event;
use percent_encoding::percent_decode_str;

/// An object that S3 says was created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    pub bucket: String,
    /// Decoded, exactly once.
    pub key: String,
    pub version_id: String,
    pub sequencer: String,
    /// Bytes.
    pub size: u64,
}

/// Reads an S3 notification; other events in it, and S3's test message, are passed over.
///
/// Keys arrive form-encoded (Amazon S3 User Guide, "Event message structure").
pub fn created(body: &str) -> Result<Vec<Created>, Trouble> {
    let malformed = |what: String| Trouble::poison(format!("the notification is malformed: {what}"));
    let value: serde_json::Value =
        serde_json::from_str(body).map_err(|error| malformed(error.to_string()))?;
    if value.get("Event").and_then(|event| event.as_str()) == Some("s3:TestEvent") {
        return Ok(Vec::new());
    }
    let event: S3Event = serde_json::from_value(value).map_err(|error| malformed(error.to_string()))?;
    let is_created =
        |name: &Option<String>| name.as_deref().is_some_and(|name| name.starts_with("ObjectCreated:"));
    let created = event.records.into_iter().filter(|record| is_created(&record.event_name));
    created
        .map(|record| {
            let (bucket, object) = (record.s3.bucket.name, record.s3.object);
            let missing = |what| malformed(format!("{what} is missing"));
            Ok(Created {
                bucket: bucket.ok_or_else(|| missing("the bucket"))?,
                key: decode(&object.key.ok_or_else(|| missing("the key"))?)?,
                version_id: object.version_id.unwrap_or_else(|| "null".to_owned()),
                sequencer: object.sequencer.unwrap_or_default(),
                size: object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
            })
        })
        .collect()
}

fn decode(key: &str) -> Result<String, Trouble> {
    let spaced = key.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    decoded.map(Into::into).map_err(|_| Trouble::poison("the notification's key is not UTF-8"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A whole record, as S3 writes it.
    pub(crate) fn body(name: &str, key: &str) -> String {
        serde_json::json!({ "Records": [{
            "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-central-1",
            "eventTime": "2026-01-02T03:04:05.006Z", "eventName": name,
            "userIdentity": { "principalId": "P" }, "requestParameters": { "sourceIPAddress": "127.0.0.1" },
            "responseElements": { "x-amz-request-id": "R", "x-amz-id-2": "I" },
            "s3": {
                "s3SchemaVersion": "1.0", "configurationId": "C",
                "bucket": { "name": "b", "ownerIdentity": { "principalId": "P" }, "arn": "arn:aws:s3:::b" },
                "object": { "key": key, "size": 3, "eTag": "e", "versionId": "v", "sequencer": "00AB" }
            }
        }] })
        .to_string()
    }

    #[test]
    fn keys_are_decoded_exactly_once() {
        let check = |encoded: &str, key: &str| {
            let created = created(&body("ObjectCreated:Put", encoded)).unwrap();
            assert_eq!(created[0].key, key);
        };
        check("inbox/school-1/a+b%2Bc.docx", "inbox/school-1/a b+c.docx");
        check("inbox/school-1/100%2525.txt", "inbox/school-1/100%25.txt");
        check("inbox/s/%F0%9F%8E%93.md", "inbox/s/\u{1F393}.md");
        assert!(created(&body("ObjectCreated:Put", "%FF")).is_err());
    }

    #[test]
    fn what_is_no_creation_is_passed_over() {
        assert!(created(&body("ObjectRemoved:Delete", "k")).unwrap().is_empty());
        assert!(created(r#"{"Service":"Amazon S3","Event":"s3:TestEvent"}"#).unwrap().is_empty());
        assert!(created("nonsense").is_err());
    }
}
