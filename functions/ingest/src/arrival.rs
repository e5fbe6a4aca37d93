//! An object that S3 tells of becomes an event of its document.

use crate::{
    Ingest,
    inspection::{self, Announced, Subject},
    originals::Facts,
};
use document::{
    Arrival, Document, DocumentId, Event, FileType, Kind, News, Origin, Place, Revision, Sequencer, Status,
    Verdict, rules::news,
};
use edge::{Created, Trouble};

/// Longest teacher or title taken from an object's metadata, in characters: both are shown in lists.
const METADATA_CHARS_MAX: usize = 200;
/// What a file is taken for while nobody knows what it is.
const UNKNOWN_MEDIA_TYPE: &str = "application/octet-stream";

/// Where an object belongs and what it is called.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) document_id: DocumentId,
    pub(crate) key: String,
    pub(crate) file_name: String,
    /// The school that the prefix names, for an object put straight into the bucket.
    school: Option<String>,
}

impl Found {
    pub(crate) fn upload(document: &Document) -> Self {
        Self {
            document_id: document.document_id,
            key: document.key.clone(),
            file_name: document.file_name.clone(),
            school: None,
        }
    }

    /// `None` for keys that are nobody's.
    fn of(bucket: &str, key: &str) -> Option<Self> {
        let key = key.to_owned();
        match Place::of(&key) {
            Place::Upload { document_id, file_name } => {
                Some(Self { document_id, key, file_name, school: None })
            }
            Place::Inbox { school, file_name } => {
                let document_id = DocumentId::of_object(bucket, &key);
                Some(Self { document_id, key, file_name, school: Some(school) })
            }
            Place::Folder | Place::Unknown => None,
        }
    }

    fn origin(&self, facts: Option<&Facts>) -> Origin {
        let Some(school) = self.school.clone() else {
            return Origin::Upload;
        };
        let said = |name: &str| {
            let value: String = facts?.metadata.get(name)?.trim().chars().take(METADATA_CHARS_MAX).collect();
            (!value.is_empty()).then_some(value)
        };
        Origin::Inbox {
            school,
            teacher: said("teacher"),
            title: said("title"),
            file_name: self.file_name.clone(),
        }
    }
}

impl Ingest {
    /// Handles one object that S3 tells of.
    pub(crate) async fn object(&self, object: Created) -> Result<(), Trouble> {
        let Created { bucket, key, version_id, sequencer, .. } = object;
        let revision = Revision { id: version_id, sequencer: Sequencer(sequencer) };
        let Some(found) = Found::of(&bucket, &key).filter(|_| bucket == self.originals.bucket()) else {
            tracing::info!(%bucket, "a folder or a key that is nobody's was passed over");
            return Ok(());
        };
        let id = found.document_id;
        let current = self.pipeline.register.read(id).await?;
        let news = news(current.as_ref(), &found.key, found.school.is_none(), &revision);
        match news {
            News::Unexpected | News::Known => {
                tracing::info!(?news, "an object was passed over");
                return Ok(());
            }
            // Neither needs the object: one sends again what is written, the other only leaves a trace.
            News::Repeat | News::Old => {
                let arrival = arrival(&found, current.as_ref(), revision, None, Ok(()));
                return self.apply(current.as_ref(), arrival).await.map(drop);
            }
            News::Unordered => {
                let latest = self.originals.facts(&found.key, None).await?;
                if latest.is_none_or(|latest| latest.version != revision.id) {
                    tracing::info!("a version that is not the latest was passed over");
                    return Ok(());
                }
            }
            News::New => {}
        }
        let Some(facts) = self.originals.facts(&found.key, Some(&revision.id)).await? else {
            tracing::info!("the object is gone already");
            return Ok(());
        };
        self.arrived(&found, current.as_ref(), revision, &facts).await.map(drop)
    }

    /// Inspects a version that lies in the bucket and lets its document know.
    pub(crate) async fn arrived(
        &self,
        found: &Found,
        current: Option<&Document>,
        revision: Revision,
        facts: &Facts,
    ) -> Result<Verdict, Trouble> {
        // What was announced binds the upload that was announced, not what is put in its place later.
        let announced = current
            .filter(|document| document.status == Status::Uploading && document.revisions.is_empty())
            .map(|document| Announced { size: document.size, sha256: document.sha256.as_deref() });
        let subject = Subject {
            file_name: &found.file_name,
            size: facts.size,
            bytes_max: self.upload_bytes_max,
            stored_sha256: facts.sha256.as_deref(),
            announced,
        };
        let version = self.originals.version(&found.key, &revision.id);
        let inspection = inspection::inspect(&version, &subject).await?;
        if let Err(failure) = &inspection {
            tracing::info!(code = %failure.code, "the file is not taken");
        }
        self.apply(current, arrival(found, current, revision, Some(facts), inspection)).await
    }

    async fn apply(&self, seen: Option<&Document>, arrival: Arrival) -> Result<Verdict, Trouble> {
        self.pipeline.apply_to(arrival.document_id, seen, &Event::Arrived(Box::new(arrival))).await
    }
}

fn arrival(
    found: &Found,
    current: Option<&Document>,
    revision: Revision,
    facts: Option<&Facts>,
    inspection: Result<(), document::Failure>,
) -> Arrival {
    let file_type = FileType::of_name(&found.file_name);
    let known_kind = current.map_or(Kind::LessonPlan, |document| document.kind);
    Arrival {
        document_id: found.document_id,
        key: found.key.clone(),
        origin: found.origin(facts),
        revision,
        size: facts.map_or(0, |facts| facts.size),
        media_type: file_type.map_or(UNKNOWN_MEDIA_TYPE, FileType::media_type).to_owned(),
        kind: file_type.map_or(known_kind, FileType::kind),
        inspection,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn an_inbox_object_says_who_handed_it_in() {
        let found = Found::of("uploads", "inbox/school-1/2026/plan.docx").unwrap();
        let facts = |metadata: &[(&str, &str)]| Facts {
            version: "v".into(),
            size: 1,
            sha256: None,
            metadata: metadata.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
        };
        let origin = found.origin(Some(&facts(&[("teacher", " t-1 "), ("title", "")])));
        let expect = Origin::Inbox {
            school: "school-1".into(),
            teacher: Some("t-1".into()),
            title: None,
            file_name: "plan.docx".into(),
        };
        assert_eq!(origin, expect);
        for (chars, kept) in [
            (METADATA_CHARS_MAX - 1, METADATA_CHARS_MAX - 1),
            (METADATA_CHARS_MAX, METADATA_CHARS_MAX),
            (METADATA_CHARS_MAX + 1, METADATA_CHARS_MAX),
        ] {
            let metadata = HashMap::from([("title".to_owned(), "ü".repeat(chars))]);
            let origin = found.origin(Some(&Facts { metadata, ..facts(&[]) }));
            let Origin::Inbox { title: Some(title), .. } = origin else { panic!("no title") };
            assert_eq!(title.chars().count(), kept);
        }
    }

    #[test]
    fn folders_and_strange_keys_are_nobodys() {
        for key in ["", "inbox/", "inbox/school-1/", "results/x", "uploads/x/y", "/inbox/s/x"] {
            assert!(Found::of("uploads", key).is_none(), "{key}");
        }
    }
}
