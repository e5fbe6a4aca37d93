use super::aws::{Aws, refusal};
use crate::{Register, SHARDS, register::CONFLICTS_MAX};
use document::{Answer, Declaration, DocumentId, Event, Kind, Moment};
use serde_json::json;
use std::{collections::BTreeSet, time::Duration};

fn declared() -> (DocumentId, Event) {
    let document_id = DocumentId::mint(Moment::from_millis(0), [1; 10]);
    let declaration = Declaration {
        document_id,
        school: Some("school-1".to_owned()),
        teacher: Some("t1".to_owned()),
        teacher_name: None,
        kind: Kind::LessonPlan,
        title: "Plan".to_owned(),
        lesson: None,
        file_name: "plan.md".to_owned(),
        media_type: "text/markdown".to_owned(),
        size: 1,
        sha256: None,
        key: "uploads/x/plan.md".to_owned(),
        upload_id: "u".to_owned(),
        part_size: 1,
    };
    (document_id, Event::Declared(Box::new(declaration)))
}

/// Somebody else is always quicker, so many times.
fn contended(times: usize) -> Aws {
    Aws::new(move |operation, before| match operation {
        "PutItem" if before < times => refusal("ConditionalCheckFailedException"),
        _ => (200, json!({})),
    })
}

#[tokio::test]
async fn an_event_is_decided_anew_a_bounded_number_of_times() {
    let (id, event) = declared();
    let tries = usize::try_from(CONFLICTS_MAX).unwrap();
    for conflicts in [tries - 2, tries - 1] {
        let aws = contended(conflicts);
        let verdict = Register::new(&aws.runtime()).unwrap().apply(id, &event).await;
        assert_eq!(verdict.map(|verdict| verdict.answer).ok(), Some(Answer::Done), "{conflicts}");
        assert_eq!(aws.calls("PutItem"), conflicts + 1);
    }
    for conflicts in [tries, tries + 1] {
        let aws = contended(conflicts);
        let trouble = Register::new(&aws.runtime()).unwrap().apply(id, &event).await.unwrap_err();
        assert!(trouble.is_retryable() && trouble.again_in() <= Duration::from_secs(1), "{trouble}");
        assert_eq!((aws.calls("GetItem"), aws.calls("PutItem")), (tries, tries));
    }
}

#[tokio::test(start_paused = true)]
async fn throttling_that_lasts_is_passing_trouble_after_the_clients_own_tries() {
    let (id, event) = declared();
    for operation in ["GetItem", "PutItem"] {
        let aws =
            Aws::new(
                move |called, _| {
                    if called == operation { refusal("ThrottlingException") } else { (200, json!({})) }
                },
            );
        let trouble = Register::new(&aws.runtime()).unwrap().apply(id, &event).await.unwrap_err();
        assert!(trouble.is_retryable(), "{trouble}");
        assert!((2..=4).contains(&aws.calls(operation)), "{} calls", aws.calls(operation));
    }
}

#[tokio::test]
async fn every_shard_of_every_stage_has_its_turn_in_as_many_minutes() {
    let aws = Aws::new(|_, _| (200, json!({"Items": []})));
    let register = Register::new(&aws.runtime()).unwrap();
    for minute in 0..i64::from(SHARDS) {
        register.oldest_waiting(Moment::from_millis(minute * 60_000 + 59_999)).await.unwrap();
    }
    let asked: Vec<_> = aws.bodies("Query");
    let shards: BTreeSet<_> =
        asked.iter().map(|body| body["ExpressionAttributeValues"][":shard"]["S"].as_str().unwrap()).collect();
    let stages = ["queued", "transferring", "processing", "returned"];
    let all = stages.iter().flat_map(|stage| (0..SHARDS).map(move |shard| format!("{stage}#{shard}")));
    assert_eq!(shards, all.collect::<Vec<_>>().iter().map(String::as_str).collect());
    assert_eq!(asked.len(), shards.len(), "none is asked for twice");
}
