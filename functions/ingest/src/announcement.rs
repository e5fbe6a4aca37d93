//! What lies on the queue `uploads`.

use contract::queue::Look;
use edge::{Created, Trouble};
use serde::Deserialize;

/// One message, understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Announcement {
    /// S3 tells of objects that are there; of none, if it tells of something else.
    Objects(Vec<Created>),
    /// Somebody wants an object looked for.
    Look(Look),
}

/// What tells the two apart.
#[derive(Deserialize)]
struct Mark {
    #[serde(default)]
    look: Option<serde_json::Value>,
}

impl Announcement {
    /// Reads a message's body. One that is neither a notification nor a [`Look`] is poison.
    pub(crate) fn read(body: &str) -> Result<Self, Trouble> {
        let poison = |error: serde_json::Error| Trouble::poison(format!("not a message for ingest: {error}"));
        let mark: Mark = serde_json::from_str(body).map_err(poison)?;
        if mark.look.is_some() {
            return serde_json::from_str(body).map(Self::Look).map_err(poison);
        }
        edge::created(body).map(Self::Objects)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notifications_and_looks_are_told_apart() {
        let read = |body: &str| Announcement::read(body).unwrap();
        let test = r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}"#;
        assert_eq!(read(test), Announcement::Objects(Vec::new()));
        let look = r#"{"look":"018f2f6e-7c1a-7000-8000-0123456789ab","task_token":"t"}"#;
        assert!(matches!(read(look), Announcement::Look(look) if look.task_token.as_deref() == Some("t")));
        for odd in ["", "[]", "{}", r#"{"look":"no id"}"#, r#"{"Records":[{}]}"#] {
            assert!(!Announcement::read(odd).unwrap_err().is_retryable(), "{odd}");
        }
    }
}
