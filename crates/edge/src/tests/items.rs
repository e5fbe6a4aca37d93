//! The register's largest item.

use crate::register::to_item;
use aws_sdk_dynamodb::types::AttributeValue;
use document::{
    ATTEMPTS_KEPT_MAX, Arrival, Code, Document, DocumentId, Event, Failure, Moment, Origin,
    REVISIONS_KEPT_MAX, Revision, Sequencer, TIMELINE_ENTRIES_MAX, Timing, decide,
};
use serde_json::{Value, json};

/// Longest item, in bytes (Amazon DynamoDB quotas: 400 KB).
const ITEM_BYTES_MAX: usize = 400 * 1024;
/// Four bytes in UTF-8: the most that a bound in characters lets through.
const WIDE: &str = "🎒";
/// S3's longest key, version id or upload id, in bytes.
const S3_BYTES_MAX: usize = 1024;
/// Files of one result: each role once.
const ROLES: usize = 8;

/// What DynamoDB counts of a value ("Item sizes and formats"): UTF-8, at most 21 bytes for a number, 3 for a list or map
/// and 1 for each of its elements.
fn bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(_) => 21,
        AttributeValue::Bool(_) | AttributeValue::Null(_) => 1,
        AttributeValue::L(list) => 3 + list.iter().map(|value| 1 + bytes(value)).sum::<usize>(),
        AttributeValue::M(map) => {
            3 + map.iter().map(|(name, value)| 1 + name.len() + bytes(value)).sum::<usize>()
        }
        other => panic!("the register holds no {other:?}"),
    }
}

fn size(document: &Document) -> usize {
    to_item(document).unwrap().iter().map(|(name, value)| name.len() + bytes(value)).sum()
}

/// A document whose every field is as long as the API, S3 and the rules let it become, in `status`.
pub(super) fn fullest(status: &str) -> Document {
    let failure = Failure::new(Code::ResultsWrong).with_detail(&WIDE.repeat(9999)).caused_by(&"w".repeat(64));
    let note = failure.message.clone();
    let text = |chars: usize| WIDE.repeat(chars);
    let s3 = "x".repeat(S3_BYTES_MAX);
    let id = DocumentId::mint(Moment::from_millis(0), [1; 10]);
    let moment = Moment::from_millis(1_767_323_045_123).to_string();
    let many = |count: usize, one: &Value| vec![one.clone(); count];
    let reference = format!("{id}.0123456789ab.1000000000.{}", "0".repeat(32));
    let (sha256, key) = ("0".repeat(64), s3.clone());
    let attempt = json!({"number": 1, "reference": reference, "sent_at": moment, "job_id": "j".repeat(contract::processor::JOB_ID_BYTES_MAX)});
    let closed = json!({"id": s3, "sequencer": "0".repeat(64), "outcome": "superseded", "at": moment, "references": vec![&reference; ATTEMPTS_KEPT_MAX]});
    let file = json!({"role": "annotations", "name": text(200), "key": key, "sha256": sha256, "media_type": "m".repeat(200), "size": 1});
    let summary: serde_json::Map<_, _> = (0..20).map(|number| (format!("{number:0>40}"), json!(1))).collect();
    let item = json!({
        "document_id": id, "version": 1_u64 << 53, "school": "s".repeat(S3_BYTES_MAX), "teacher": text(200), "teacher_name": text(200),
        "kind": "lesson_plan", "title": text(300), "lesson": {"subject": text(200), "grade": text(200)},
        "file_name": "f".repeat(S3_BYTES_MAX), "media_type": "m".repeat(200), "size": u64::MAX, "sha256": sha256, "key": key,
        "uploaded_at": moment, "upload": {"id": s3, "part_size": u64::MAX, "completed": true},
        "revision": {"id": s3, "sequencer": "0".repeat(64)}, "revisions": many(REVISIONS_KEPT_MAX, &closed),
        "status": status, "status_at": moment, "attempts": many(ATTEMPTS_KEPT_MAX, &attempt), "cycle": 1_000_000,
        "owner": {"lease": {"function": "f".repeat(64), "until": moment}}, "deadline": moment,
        "result": {"attempt": 1, "files": many(ROLES, &file)}, "normalized": {"key": key, "size": 1, "summary": summary},
        "failure": failure, "receipt": {"at": moment, "objects": 1, "jobs": 1},
        "timeline": many(TIMELINE_ENTRIES_MAX, &json!({"at": moment, "status": status, "note": note})),
    });
    serde_json::from_value(item).expect("a document")
}

#[test]
fn the_fullest_document_is_far_from_the_longest_item() {
    let bytes = size(&fullest("failed"));
    assert!((ITEM_BYTES_MAX / 4..ITEM_BYTES_MAX / 2).contains(&bytes), "{bytes} bytes");
}

/// What others say without end is cut before it is kept.
#[test]
fn no_event_makes_it_longer_than_its_limits() {
    let document = Document { owner: document::Owner::default(), ..fullest("transferring") };
    let (work, now) = (document.work(document.attempt_number()), Moment::from_millis(0));
    let endless = WIDE.repeat(1_000_000);
    let undelivered =
        Event::Undelivered { work: work.clone(), reason: endless.clone(), retry_after_seconds: None };
    let failure = Failure::of_processor(&endless, &endless, Code::ProcessorRefused);
    for event in [undelivered, Event::Refused { work, failure }] {
        let changed = decide(Some(&document), &event, now, &Timing::default()).change.expect("a change");
        assert!(size(&changed) < ITEM_BYTES_MAX / 2, "{} bytes", size(&changed));
    }
}

#[test]
fn lists_grow_to_their_length_and_then_forget() {
    let now = Moment::from_millis(0);
    let free = |status| Document { owner: document::Owner::default(), ..fullest(status) };
    let becomes = |document: &Document, event: &Event| {
        *decide(Some(document), event, now, &Timing::default()).change.expect("a change")
    };
    for past in [-2, -1, 0] {
        let filled = |limit: usize| limit.saturating_add_signed(past);
        let grown = |limit: usize| (filled(limit) + 1).min(limit);

        let mut document = free("transferring");
        document.timeline.truncate(filled(TIMELINE_ENTRIES_MAX));
        document.timeline[0].note = "The first.".to_owned();
        let failure = Failure::new(Code::ProcessorRefused);
        let changed =
            becomes(&document, &Event::Refused { work: document.work(1), failure: failure.clone() });
        assert_eq!(changed.timeline.len(), grown(TIMELINE_ENTRIES_MAX));
        let (first, last) = (changed.timeline.first().unwrap(), changed.timeline.last().unwrap());
        assert_eq!((first.note.as_str(), &last.note), ("The first.", &failure.message));

        let mut document = free("queued");
        document.attempts.truncate(filled(ATTEMPTS_KEPT_MAX));
        let claimed =
            Event::Claimed { work: document.work(2), function: "transfer".to_owned(), nonce: [7; 16] };
        let changed = becomes(&document, &claimed);
        assert_eq!((changed.attempts.len(), changed.attempt_number()), (grown(ATTEMPTS_KEPT_MAX), 2));

        let mut document = free("processing");
        document.revisions.truncate(filled(REVISIONS_KEPT_MAX));
        let revision = Revision { id: "newer".to_owned(), sequencer: Sequencer("1".repeat(64)) };
        let arrival = Arrival {
            document_id: document.document_id,
            key: document.key.clone(),
            origin: Origin::Upload,
            revision,
            size: 1,
            media_type: String::new(),
            kind: document.kind,
            inspection: Ok(()),
        };
        let changed = becomes(&document, &Event::Arrived(Box::new(arrival)));
        let closed = changed.revisions.last().unwrap();
        assert_eq!(
            (changed.revisions.len(), &closed.id),
            (grown(REVISIONS_KEPT_MAX), &"x".repeat(S3_BYTES_MAX))
        );
        assert_eq!(changed.revision_id(), "newer");
    }
}
