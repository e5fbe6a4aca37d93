use super::world::World;
use document::{Code, Failure};
use serde_json::{Value, json};

const OPERATOR: &str = "operator@school-1";

/// Two failures of one cause and one of another in the first school, one failure in the second.
async fn failures() -> (World, Vec<String>) {
    let world = World::new().await;
    let mut ids = Vec::new();
    let unreachable = Failure::new(Code::ProcessorUnreachable).caused_by("http-503");
    for (person, failure) in [
        ("teacher@school-1", unreachable.clone()),
        ("teacher@school-1", Failure::new(Code::ProcessorRefused)),
        ("teacher2@school-1", unreachable.clone()),
        ("teacher@school-2", unreachable),
    ] {
        let id = world.declare(person, "plan.docx").await;
        world.fail(&id, failure).await;
        world.advance_a_second();
        ids.push(id);
    }
    (world, ids)
}

fn ids(rows: &Value) -> Vec<&str> {
    rows.as_array().unwrap().iter().map(|row| row["document_id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_operator_sees_what_failed_and_why() {
    let (world, all) = failures().await;
    let failed = world.get(OPERATOR, "/api/operations/failed").await.json();
    assert_eq!(ids(&failed["documents"]), [&all[2], &all[1], &all[0]]);
    assert_eq!(failed["causes"][0]["cause"], "processor-unreachable/http-503");
    assert_eq!((&failed["causes"][0]["count"], &failed["causes"][1]["count"]), (&json!(2), &json!(1)));
    let path = "/api/operations/failed?cause=processor-unreachable/http-503&limit=1";
    let first = world.get(OPERATOR, path).await.json();
    assert_eq!(ids(&first["documents"]), [&all[2]]);
    let next = format!("{path}&cursor={}", first["cursor"].as_str().unwrap());
    let second = world.get(OPERATOR, &next).await.json();
    assert_eq!((ids(&second["documents"]), second.get("causes")), (vec![all[0].as_str()], None));
}

#[tokio::test]
async fn an_operator_sees_how_things_stand_in_their_school() {
    let (world, _) = failures().await;
    let waiting = world.declare("teacher@school-1", "waiting.docx").await;
    let overview = world.get(OPERATOR, "/api/operations/overview").await.json();
    assert_eq!(overview["statuses"]["failed"], json!({"count": 3, "at_least": false}));
    assert_eq!(overview["statuses"]["uploading"], json!({"count": 1, "at_least": false}));
    assert_eq!(overview["statuses"]["ready"], json!({"count": 0, "at_least": false}));
    let cause = &overview["causes"][0];
    assert_eq!((&cause["cause"], &cause["count"]), (&json!("processor-unreachable/http-503"), &json!(2)));
    assert_eq!(overview["waiting"]["oldest"]["document_id"], waiting.as_str());
    let hours = overview["throughput"].as_array().unwrap();
    let expect = json!({"hour": "2026-01-02T03:00:00.000Z", "ready": 0, "failed": 3, "at_least": false});
    assert_eq!((hours.len(), &hours[23]), (24, &expect));
    let videos = json!({"name": "videos", "waiting": 6, "in_flight": 1, "delayed": 0, "dead": 12});
    assert_eq!((overview["queues"].as_array().unwrap().len(), &overview["queues"][2]), (5, &videos));
    let overdue = json!({"name": "overdue", "running": 7, "at_least": true});
    assert_eq!((overview["machines"].as_array().unwrap().len(), &overview["machines"][2]), (4, &overdue));
}

#[tokio::test]
async fn failed_documents_go_on_and_others_are_skipped_with_a_reason() {
    let (world, all) = failures().await;
    let uploading = world.declare("teacher@school-1", "plan.docx").await;
    let sent_before = world.aws.sent().len();
    let request =
        |dry_run: bool| json!({"ids": [all[0], all[0], all[3], uploading, "x"], "dry_run": dry_run});
    let dry = world.post(OPERATOR, "/api/operations/redrive", request(true)).await.json();
    assert_eq!(dry["redriven"], json!([all[0]]));
    assert_eq!(
        (world.aws.sent().len(), world.document(&all[0]).await.status.as_str()),
        (sent_before, "failed")
    );
    let done = world.post(OPERATOR, "/api/operations/redrive", request(false)).await.json();
    assert_eq!(done["redriven"], json!([all[0]]));
    assert_eq!(ids(&done["skipped"]), [all[3].as_str(), uploading.as_str(), "x"]);
    assert_eq!(done["skipped"][0]["why"], "there is no such document");
    assert_eq!(done["skipped"][1]["why"], "it has not failed: its status is uploading");
    assert_eq!(world.document(&all[0]).await.status.as_str(), "queued");
    let message = world.aws.sent().pop().unwrap();
    assert_eq!(message["QueueUrl"], "https://sqs.example/lesson-plans");
    assert_eq!(world.document(&all[3]).await.status.as_str(), "failed");
}

#[tokio::test]
async fn everything_with_one_cause_goes_on_at_once() {
    let (world, all) = failures().await;
    let request = json!({"cause": "processor-unreachable/http-503"});
    let done = world.post(OPERATOR, "/api/operations/redrive", request).await.json();
    assert_eq!((&done["redriven"], &done["more"]), (&json!([all[2], all[0]]), &json!(false)));
    for odd in
        [json!({}), json!({"ids": [], "cause": "x"}), json!({"cause": ""}), json!({"ids": vec!["x"; 101]})]
    {
        let refused = world.post(OPERATOR, "/api/operations/redrive", odd.clone()).await;
        assert_eq!(refused.problem(), (422, "field-wrong".to_owned()), "{odd}");
    }
    let misspelt =
        world.post(OPERATOR, "/api/operations/redrive", json!({"ids": [all[1]], "dryrun": true})).await;
    assert_eq!(misspelt.problem(), (400, "body-malformed".to_owned()));
    assert_eq!(world.document(&all[1]).await.status.as_str(), "failed");
}
