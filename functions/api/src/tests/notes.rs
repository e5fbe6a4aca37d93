use super::world::World;
use crate::notes::NOTES_MAX;
use http::Method;
use serde_json::{Value, json};

const EVALUATOR: &str = "evaluator@school-1";
const COLLEAGUE: &str = "evaluator2@school-1";
const ID: &str = "3f0c3b6e-6f7a-4d69-9d6a-0f6d4a0c6f11";

/// A plan whose text is "Ten 🎒 for all.", and the address of its notes.
async fn plan(file_name: &str) -> (World, String) {
    let world = World::new().await;
    let id = world.declare("teacher@school-1", file_name).await;
    world.arrive(&id).await;
    world.normalize(&id, &json!({"text": "Ten 🎒 for all."}).to_string()).await;
    (world, format!("/api/documents/{id}/notes"))
}

fn passage() -> Value {
    json!({"start": 4, "end": 9, "exact": "🎒 for", "prefix": "Ten ", "suffix": " all."})
}

async fn bodies(world: &World, path: &str) -> Vec<String> {
    let notes = world.get(EVALUATOR, path).await.json();
    let body = |note: &Value| note["body"]["value"].as_str().unwrap().to_owned();
    notes["notes"].as_array().unwrap().iter().map(body).collect()
}

#[tokio::test]
async fn a_note_is_an_annotation_of_the_document() {
    let (world, path) = plan("plan.md").await;
    let written =
        world.post(EVALUATOR, &path, json!({"note_id": ID, "body": "Why?\n<b>", "target": passage()})).await;
    assert_eq!(written.status, 201, "{written:?}");
    let note = written.json();
    assert_eq!(
        (&note["@context"], &note["type"]),
        (&json!("http://www.w3.org/ns/anno.jsonld"), &json!("Annotation"))
    );
    assert_eq!((&note["id"], &note["note_id"]), (&json!(format!("urn:uuid:{ID}")), &json!(ID)));
    assert_eq!(note["creator"], json!({"id": EVALUATOR, "name": "evaluator"}));
    assert_eq!(note["body"], json!({"type": "TextualBody", "format": "text/plain", "value": "Why?\n<b>"}));
    assert_eq!(note["target"]["source"], path.replace("/notes", "/normalized"));
    let selector = json!([{"type": "TextPositionSelector", "start": 4, "end": 9},
        {"type": "TextQuoteSelector", "exact": "🎒 for", "prefix": "Ten ", "suffix": " all."}]);
    assert_eq!(
        (&note["target"]["selector"], &note["version"], &note["mine"]),
        (&selector, &json!(1), &json!(true))
    );
    for (person, mine) in [(EVALUATOR, true), (COLLEAGUE, false), ("operator@school-1", false)] {
        let read = world.get(person, &path).await.json();
        let expect = Value::Object(
            note.as_object().unwrap().clone().into_iter().chain([("mine".to_owned(), json!(mine))]).collect(),
        );
        assert_eq!(read["notes"], json!([expect]), "{person}");
    }
}

#[tokio::test]
async fn notes_come_in_the_order_of_their_places() {
    let (world, path) = plan("plan.md").await;
    for (body, target) in [
        ("whole", Value::Null),
        ("later", json!({"start": 10, "end": 13, "exact": "all"})),
        ("first", json!({"start": 0, "end": 3, "exact": "Ten"})),
        ("again", json!({"start": 0, "end": 1, "exact": "T"})),
    ] {
        let written = world.post(EVALUATOR, &path, json!({"body": body, "target": target})).await;
        assert_eq!(written.status, 201, "{written:?}");
        world.advance_a_second();
    }
    assert_eq!(bodies(&world, &path).await, ["first", "again", "later", "whole"]);
}

#[tokio::test]
async fn a_passage_that_is_not_there_and_a_moment_of_a_text_are_refused() {
    let (world, path) = plan("plan.md").await;
    let check = async |target: Value, status: u16, code: &str| {
        let answer = world.post(EVALUATOR, &path, json!({"body": "x", "target": target})).await;
        assert_eq!(answer.problem(), (status, code.to_owned()), "{target}");
    };
    check(json!({"start": 3, "end": 8, "exact": "🎒 for"}), 422, "passage-wrong").await;
    check(json!({"start": 4, "end": 99, "exact": "🎒 for"}), 422, "passage-wrong").await;
    check(json!({"start_ms": 1}), 422, "moment-wrong").await;
    check(json!({"start": 4}), 400, "body-malformed").await;
    let (world, path) = plan("film.mp4").await;
    let at = async |target: Value| world.post(EVALUATOR, &path, json!({"body": "x", "target": target})).await;
    let note = at(json!({"start_ms": 12_500, "end_ms": 15_000})).await.json();
    assert_eq!(
        note["target"]["selector"],
        json!({"type": "FragmentSelector",
        "conformsTo": "http://www.w3.org/TR/media-frags/", "value": "t=12.5,15"})
    );
    assert_eq!(at(json!({"start_ms": 2, "end_ms": 2})).await.problem(), (422, "moment-wrong".to_owned()));
}

#[tokio::test]
async fn what_is_sent_twice_is_written_once() {
    let (world, path) = plan("plan.md").await;
    let new = |body: &str| json!({"note_id": ID.to_uppercase(), "body": body});
    for _ in 0..2 {
        let written = world.post(EVALUATOR, &path, new("one")).await;
        assert_eq!((written.status.as_u16(), &written.json()["note_id"]), (201, &json!(ID)));
    }
    assert_eq!(bodies(&world, &path).await, ["one"]);
    let taken = (409, "note-id-taken".to_owned());
    assert_eq!(world.post(EVALUATOR, &path, new("another")).await.problem(), taken);
    assert_eq!(world.post(COLLEAGUE, &path, new("one")).await.problem(), taken);
    let odd = world.post(EVALUATOR, &path, json!({"note_id": "1", "body": "x"})).await;
    assert_eq!(odd.problem(), (422, "field-wrong".to_owned()));
}

#[tokio::test]
async fn only_the_author_changes_a_note_and_only_what_they_have_seen() {
    let (world, path) = plan("plan.md").await;
    world.post(EVALUATOR, &path, json!({"note_id": ID, "body": "one"})).await;
    let one = format!("{path}/{ID}");
    let before = world.get(EVALUATOR, &path).await;
    world.advance_a_second();
    for _ in 0..2 {
        let changed = world.put(EVALUATOR, &one, json!({"body": "two", "version": 1})).await;
        assert_eq!((changed.status.as_u16(), &changed.json()["version"]), (200, &json!(2)), "{changed:?}");
        assert_ne!(changed.json()["modified"], changed.json()["created"]);
    }
    let path_since = format!("{path}?wait=20&since={}", before.json()["fingerprint"].as_str().unwrap());
    assert_eq!(world.get(COLLEAGUE, &path_since).await.json()["notes"][0]["body"]["value"], "two");
    let late = world.put(EVALUATOR, &one, json!({"body": "three", "version": 1})).await;
    assert_eq!(late.problem(), (409, "note-changed".to_owned()));
    let others = (403, "note-of-somebody-else".to_owned());
    assert_eq!(world.put(COLLEAGUE, &one, json!({"body": "x", "version": 2})).await.problem(), others);
    assert_eq!(world.delete(COLLEAGUE, &one).await.problem(), others);
    for _ in 0..2 {
        assert_eq!(world.delete(EVALUATOR, &one).await.status, 204);
    }
    assert!(bodies(&world, &path).await.is_empty());
    let gone = world.put(EVALUATOR, &one, json!({"body": "x", "version": 2})).await;
    assert_eq!(gone.problem(), (404, "not-found".to_owned()));
}

/// Notes of somebody else, as the table holds them, numbered.
fn of_somebody_else(path: &str, numbers: std::ops::Range<usize>) -> Vec<Value> {
    let note = |number: usize| {
        json!({"Put": {"TableName": "notes", "Item": {
            "document_id": {"S": path.split('/').nth(3).unwrap()},
            "note_id": {"S": format!("00000000-0000-4000-8000-{number:012}")},
            "version": {"N": "1"}, "author": {"S": COLLEAGUE}, "body": {"S": "x"},
            "created": {"S": "2026-01-02T03:04:05.000Z"}, "modified": {"S": "2026-01-02T03:04:05.000Z"},
        }}})
    };
    numbers.map(note).collect()
}

/// One of them, and the edition that it makes.
fn one_and_the_edition(path: &str, number: usize, edition: u64) -> Value {
    let mut writes = of_somebody_else(path, number..number + 1);
    writes.push(json!({"Put": {"TableName": "notes", "Item": {
        "document_id": {"S": path.split('/').nth(3).unwrap()}, "note_id": {"S": "#"},
        "version": {"N": edition.to_string()},
    }}}));
    writes.into()
}

#[tokio::test]
async fn the_last_place_is_given_once() {
    let (world, path) = plan("plan.md").await;
    for from in (0..NOTES_MAX - 1).step_by(100) {
        world.aws.transact(&of_somebody_else(&path, from..(from + 100).min(NOTES_MAX - 1)).into());
    }
    world.aws.transact_meanwhile(one_and_the_edition(&path, NOTES_MAX, 1));
    let late = world.post(EVALUATOR, &path, json!({"note_id": ID, "body": "late"})).await;
    assert_eq!(late.problem(), (409, "notes-full".to_owned()));
    assert_eq!(bodies(&world, &path).await.len(), NOTES_MAX);
}

#[tokio::test]
async fn two_who_write_at_once_are_both_heard() {
    let (world, path) = plan("plan.md").await;
    world.aws.transact_meanwhile(one_and_the_edition(&path, 0, 1));
    let written = world.post(EVALUATOR, &path, json!({"note_id": ID, "body": "late"})).await;
    assert_eq!(written.status, 201, "{written:?}");
    world.aws.transact_meanwhile(one_and_the_edition(&path, 1, 3));
    let changed = world.put(EVALUATOR, &format!("{path}/{ID}"), json!({"body": "later", "version": 1})).await;
    assert_eq!((changed.status.as_u16(), &changed.json()["version"]), (200, &json!(2)), "{changed:?}");
    assert_eq!(bodies(&world, &path).await, ["x", "x", "later"]);
}

#[tokio::test]
async fn notes_are_for_the_evaluators_of_the_school() {
    let (world, path) = plan("plan.md").await;
    world.post(EVALUATOR, &path, json!({"note_id": ID, "body": "one"})).await;
    let one = format!("{path}/{ID}");
    let check = async |person: &str, method: Method, path: &str, status: u16, code: &str| {
        let body = match method {
            Method::POST => json!({"body": "x"}),
            Method::PUT => json!({"body": "x", "version": 1}),
            _ => Value::Null,
        };
        let answer = world.call(person, method.clone(), path, body).await;
        assert_eq!(answer.problem(), (status, code.to_owned()), "{person} {method}");
    };
    for (method, path) in
        [(Method::GET, &path), (Method::POST, &path), (Method::PUT, &one), (Method::DELETE, &one)]
    {
        check("teacher@school-1", method.clone(), path, 403, "role-required").await;
        check("evaluator@school-2", method.clone(), path, 404, "not-found").await;
        if method != Method::GET {
            check("operator@school-1", method, path, 403, "role-required").await;
        }
    }
    let id = world.declare("teacher@school-1", "plan.md").await;
    let early = world
        .post(EVALUATOR, &format!("/api/documents/{id}/notes"), json!({"body": "x", "target": passage()}))
        .await;
    assert_eq!(early.problem(), (409, "document-not-ready".to_owned()));
    world.delete("teacher@school-1", path.trim_end_matches("/notes")).await;
    check(EVALUATOR, Method::GET, &path, 410, "document-deleted").await;
}
