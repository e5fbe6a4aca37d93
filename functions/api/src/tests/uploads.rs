use super::world::World;
use document::Status;
use serde_json::{Value, json};

const TEACHER: &str = "teacher@school-1";
const MIB: u64 = 1024 * 1024;

fn numbers(parts: &Value) -> Vec<u64> {
    parts.as_array().unwrap().iter().map(|part| part["number"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_file_is_announced_sent_in_parts_and_completed() {
    let world = World::new().await;
    let wish = json!({"file_name": "Übung 1.mp4", "media_type": "video/mp4", "size": 250 * 8 * MIB, "title": "Fractions",
        "lesson": {"subject": "Mathematics", "grade": "5"}, "sha256": "AB".repeat(32)});
    let begun = world.post(TEACHER, "/api/uploads", wish).await;
    assert_eq!(begun.status, 201, "{begun:?}");
    let begun = begun.json();
    assert_eq!((&begun["part_size"], &begun["part_count"]), (&json!(8 * MIB), &json!(250)));
    assert_eq!((numbers(&begun["parts"]), &begun["next"]), ((1..=100).collect(), &json!(101)));
    let url = reqwest::Url::parse(begun["parts"][1]["url"].as_str().unwrap()).unwrap();
    let id = begun["document_id"].as_str().unwrap();
    assert_eq!(url.path(), format!("/uploads/uploads/{id}/%C3%9Cbung%201.mp4"));
    let query: Vec<_> = url.query_pairs().map(|(name, value)| format!("{name}={value}")).collect();
    for expect in ["partNumber=2", "uploadId=upload-0", "X-Amz-Expires=3600", "X-Amz-SignedHeaders=host"] {
        assert!(query.iter().any(|pair| pair == expect), "{expect} in {query:?}");
    }
    assert!(!url.query().unwrap().contains("checksum"), "a browser cannot know a checksum beforehand: {url}");

    let document = world.document(id).await;
    assert_eq!((document.status, document.teacher.as_deref()), (Status::Uploading, Some(TEACHER)));
    assert_eq!((document.school.as_deref(), document.title.as_str()), (Some("school-1"), "Fractions"));
    assert_eq!((document.media_type.as_str(), document.sha256), ("video/mp4", Some("ab".repeat(32))));

    for number in [1, 2, 4, 250] {
        world.aws.receive("upload-0", number);
    }
    let progress = world.get(TEACHER, &format!("/api/uploads/{id}?from=101")).await.json();
    assert_eq!(numbers(&progress["received"]), [1, 2, 4, 250]);
    assert_eq!(progress["received"][3]["etag"], "\"e250\"");
    assert_eq!((numbers(&progress["parts"]), &progress["next"]), ((101..=200).collect(), &json!(201)));
    let progress = world.get(TEACHER, &format!("/api/uploads/{id}")).await.json();
    assert_eq!(numbers(&progress["parts"])[..3], [3, 5, 6]);
    let progress = world.get(TEACHER, &format!("/api/uploads/{id}?from=201")).await.json();
    assert_eq!((numbers(&progress["parts"]).last(), progress.get("next")), (Some(&249), None));

    let parts =
        json!({"parts": [{"number": 2, "etag": "\"e2\""}, {"number": 1, "etag": "\"e1\"", "size": 5}]});
    for _ in 0..2 {
        let done = world.post(TEACHER, &format!("/api/uploads/{id}/complete"), parts.clone()).await;
        assert_eq!(
            (done.status.as_u16(), done.json()["status"].as_str()),
            (200, Some("uploading")),
            "{done:?}"
        );
    }
    assert!(world.document(id).await.upload.unwrap().completed);
    let progress = world.get(TEACHER, &format!("/api/uploads/{id}")).await.json();
    assert_eq!((&progress["complete"], numbers(&progress["parts"]).len()), (&json!(true), 0));
    world.arrive(id).await;
    let done = world.post(TEACHER, &format!("/api/uploads/{id}/complete"), parts).await;
    assert_eq!(done.json()["status"], "queued");
    let cancelled = world.delete(TEACHER, &format!("/api/uploads/{id}")).await;
    assert_eq!(cancelled.problem(), (409, "upload-complete".to_owned()));
}

#[tokio::test]
async fn a_completion_whose_answer_was_lost_succeeds_when_it_is_asked_for_again() {
    let world = World::new().await;
    let parts = json!({"parts": [{"number": 1, "etag": "e"}]});
    for ask in ["complete", "progress"] {
        let id = world.declare(TEACHER, "plan.docx").await;
        let document = world.document(&id).await;
        world.aws.join(&document.upload.unwrap().id, &document.key);
        let cancelled = world.delete(TEACHER, &format!("/api/uploads/{id}")).await;
        assert_eq!(cancelled.problem(), (409, "upload-complete".to_owned()));
        assert!(!world.document(&id).await.upload.unwrap().completed);
        let answer = match ask {
            "complete" => world.post(TEACHER, &format!("/api/uploads/{id}/complete"), parts.clone()).await,
            _ => world.get(TEACHER, &format!("/api/uploads/{id}")).await,
        };
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(world.document(&id).await.upload.unwrap().completed, "{ask}");
    }
}

#[tokio::test]
async fn parts_that_the_upload_does_not_have_are_refused() {
    let world = World::new().await;
    let id = world.declare(TEACHER, "plan.docx").await;
    let path = format!("/api/uploads/{id}/complete");
    for parts in [json!([]), json!([{"number": 2, "etag": "e"}]), json!([{"number": 1, "etag": ""}])] {
        let refused = world.post(TEACHER, &path, json!({"parts": parts})).await;
        assert_eq!(refused.problem(), (409, "parts-wrong".to_owned()), "{parts}");
    }
    assert_eq!(world.aws.uploads().len(), 1);
}

#[tokio::test]
async fn an_upload_can_be_called_off_until_it_is_complete() {
    let world = World::new().await;
    let id = world.declare(TEACHER, "plan.docx").await;
    let path = format!("/api/uploads/{id}");
    for _ in 0..2 {
        let cancelled = world.delete(TEACHER, &path).await;
        assert_eq!((cancelled.status.as_u16(), &cancelled.json()["status"]), (200, &json!("rejected")));
    }
    assert!(world.aws.uploads().is_empty());
    assert_eq!(world.document(&id).await.failure.unwrap().code, "upload-cancelled");
    let parts = json!({"parts": [{"number": 1, "etag": "e"}]});
    let late = world.post(TEACHER, &format!("{path}/complete"), parts).await;
    assert_eq!(late.problem(), (410, "upload-gone".to_owned()));
    assert_eq!(world.get(TEACHER, &path).await.problem(), (410, "upload-gone".to_owned()));
}

#[tokio::test]
async fn only_teachers_hand_in() {
    let world = World::new().await;
    for person in ["evaluator@school-1", "operator@school-1"] {
        let refused = world.post(person, "/api/uploads", json!({"file_name": "plan.docx", "size": 1})).await;
        assert_eq!(refused.problem(), (403, "role-required".to_owned()));
    }
    assert!(world.aws.uploads().is_empty());
}

#[tokio::test]
async fn deleting_a_document_ends_its_upload_and_starts_forgetting() {
    let world = World::new().await;
    let id = world.declare(TEACHER, "plan.docx").await;
    let removed = world.delete(TEACHER, &format!("/api/documents/{id}")).await;
    assert_eq!((removed.status.as_u16(), &removed.json()["status"]), (202, &json!("deleted")));
    assert!(world.aws.uploads().is_empty());
    let started = world.aws.sent();
    assert!(started[0]["stateMachineArn"].as_str().unwrap().ends_with(":forget"), "{started:?}");
    assert_eq!(world.delete(TEACHER, &format!("/api/documents/{id}")).await.status, 202);
    let gone = world.get(TEACHER, &format!("/api/documents/{id}/original")).await;
    assert_eq!(gone.problem(), (410, "document-deleted".to_owned()));
    assert_eq!(world.get(TEACHER, &format!("/api/documents/{id}")).await.json()["status"], "deleted");
}

#[tokio::test]
async fn what_a_document_holds_is_read_by_its_people() {
    let world = World::new().await;
    let id = world.declare(TEACHER, "a \"b\".mp4").await;
    world.arrive(&id).await;
    let link = world.get("evaluator@school-1", &format!("/api/documents/{id}/media")).await.json();
    let url = reqwest::Url::parse(link["url"].as_str().unwrap()).unwrap();
    let query: std::collections::BTreeMap<_, _> = url.query_pairs().collect();
    assert_eq!((&*query["versionId"], &*query["X-Amz-Expires"]), ("v1", "300"));
    assert_eq!(query["response-content-type"], "video/mp4");
    assert!(query["response-content-disposition"].starts_with("attachment; filename=\"a _b_.mp4\""));

    let text = json!({"transcript": {"segments": [{"id": "s1", "start_ms": 0, "end_ms": 10, "text": "Good morning"}]}})
        .to_string();
    let key = world.normalize(&id, &text).await;
    let read = world.get("evaluator@school-1", &format!("/api/documents/{id}/normalized")).await;
    assert_eq!((read.status.as_u16(), &read.text), (200, &text));
    let captions = world.get("evaluator@school-1", &format!("/api/documents/{id}/captions.vtt")).await;
    assert_eq!(captions.text, "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nGood morning\n");
    assert_eq!(captions.headers["content-type"], "text/vtt; charset=utf-8");
    world.aws.put(&key, text.replace("Good", "Evil").as_bytes());
    let damaged = world.get("evaluator@school-1", &format!("/api/documents/{id}/normalized")).await;
    assert_eq!(damaged.problem(), (500, "stored-file-damaged".to_owned()));
}
