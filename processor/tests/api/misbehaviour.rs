use crate::customer::{Customer, TOKEN, digest};
use serde_json::{Value, json};

#[tokio::test]
async fn answers_come_as_scripted() {
    let mut customer = Customer::new().await;
    customer.script(json!({"match": "plan", "answers": [503, 429, "drop", "lost"], "retry_after": 1})).await;
    let busy = customer.submit("r", "plan.txt", b"Rain.").await;
    assert_eq!((busy.status().as_u16(), &busy.headers()["retry-after"]), (503, &"1".parse().unwrap()));
    assert_eq!(customer.submit("r", "plan.txt", b"Rain.").await.status(), 429);
    assert!(customer.try_submit("r", "plan.txt", b"Rain.").await.is_err());
    assert_eq!(customer.status("r").await.json::<Value>().await.unwrap()["status"], "unknown");
    // The job was accepted although nobody heard of it.
    assert!(customer.try_submit("r", "plan.txt", b"Rain.").await.is_err());
    let callback = customer.callback().await.json();
    let again: Value = customer.submit("r", "plan.txt", b"Rain.").await.json().await.unwrap();
    assert_eq!(again["job_id"], callback["data"]["job_id"]);
    assert_eq!(customer.submit("other", "other.txt", b"Sun.").await.status(), 202);
}

#[tokio::test]
async fn callbacks_come_as_scripted() {
    let mut customer = Customer::new().await;
    let mut messages = async |way: &str, count: usize| {
        customer.script(json!({"match": way, "callback": way})).await;
        customer.submit(way, &format!("{way}.txt"), b"Teh rain.").await;
        let mut came = Vec::new();
        for _ in 0..count {
            came.push(customer.callback().await);
        }
        came
    };
    let twice = messages("twice", 2).await;
    assert_eq!(twice[0].id, twice[1].id);
    let twice = messages("twice-new-id", 2).await;
    assert_ne!(twice[0].id, twice[1].id);
    assert_eq!(twice[0].body, twice[1].body);
    let forged = messages("forged-first", 2).await;
    assert_eq!((forged[0].rightly_signed(), forged[1].rightly_signed()), (false, true));
    let tampered = messages("tampered", 1).await;
    assert!(!tampered[0].rightly_signed());
    let stale = messages("stale", 1).await;
    assert!(stale[0].rightly_signed() && stale[0].timestamp <= twice[0].timestamp - 590);
    let failed = messages("failed-retryable", 1).await;
    assert_eq!(failed[0].json()["data"]["error"]["retryable"], true);
    let after = messages("failed-after", 2).await;
    assert_eq!(
        (&after[0].json()["type"], &after[1].json()["type"]),
        (&"job.finished".into(), &"job.failed".into())
    );
    let unknown = messages("unknown-reference", 2).await;
    assert_ne!(unknown[0].json()["data"]["reference"], unknown[1].json()["data"]["reference"]);
    let other = messages("different-second", 2).await;
    let hash = |message: &crate::customer::Message| {
        let files = message.json()["data"]["files"].as_array().unwrap().clone();
        files.iter().find(|file| file["role"] == "annotations").unwrap()["sha256"].clone()
    };
    assert_ne!(hash(&other[0]), hash(&other[1]));
    assert!(messages("oversized", 2).await[0].body.len() > 256 * 1024);
    // Neither "never" nor anything before it left a message behind.
    messages("never", 0).await;
    assert_eq!(messages("once", 1).await[0].json()["data"]["reference"], "once");
}

#[tokio::test]
async fn an_early_callback_comes_before_the_answer() {
    let mut customer = Customer::new().await;
    customer.script(json!({"callback": "early"})).await;
    assert_eq!(customer.submit("r", "plan.txt", b"Rain.").await.status(), 202);
    assert_eq!(customer.unread(), 1);
}

#[tokio::test]
async fn files_are_wrong_as_scripted() {
    let mut customer = Customer::new().await;
    for trick in [
        "truncated",
        "corrupt",
        "wrong-hash",
        "wrong-size",
        "missing",
        "extra",
        "gone",
        "cut",
        "expired",
        "empty",
    ] {
        customer.script(json!({"match": trick, "files": trick, "role": "text", "fetches": 1})).await;
        let callback = customer.outcome(&format!("{trick}.txt"), b"Rain falls.").await;
        let files = callback["data"]["files"].as_array().unwrap().clone();
        let text = files.iter().find(|file| file["role"] == "text");
        let Some(text) = text else {
            assert_eq!(trick, "missing");
            continue;
        };
        assert_eq!(files.len(), if trick == "extra" { 3 } else { 2 }, "{trick}");
        let answer = customer.fetch(text).await;
        let status = answer.status().as_u16();
        let body = answer.bytes().await;
        let right = body.as_ref().is_ok_and(|body| {
            text["sha256"] == digest(body) && text["size"] == body.len() && !body.is_empty() && status == 200
        });
        assert_eq!(right, trick == "extra", "{trick}");
        match trick {
            "gone" => assert_eq!(status, 404),
            "expired" => assert_eq!(status, 403),
            "cut" => assert!(body.is_err()),
            _ => assert_eq!(status, 200, "{trick}"),
        }
        if ["truncated", "corrupt", "gone", "cut"].contains(&trick) {
            customer.file(&callback, "text").await;
        }
    }
}

#[tokio::test]
async fn questions_are_answered_as_scripted() {
    let mut customer = Customer::new().await;
    customer.script(json!({"asks": [503, "unknown"]})).await;
    customer.outcome("plan.txt", b"Rain.").await;
    assert_eq!(customer.status("reference-of-plan.txt").await.status(), 503);
    let status = async || {
        customer.status("reference-of-plan.txt").await.json::<Value>().await.unwrap()["status"].clone()
    };
    assert_eq!(status().await, "unknown");
    assert_eq!(status().await, "finished");
}

#[tokio::test]
async fn scripts_are_taken_only_where_they_are_allowed() {
    let customer = Customer::with(|options| options.scriptable = false).await;
    let post = |customer: &Customer, script: Value| {
        customer.client.post(customer.url("script")).bearer_auth(TOKEN).json(&script).send()
    };
    assert_eq!(post(&customer, json!({})).await.unwrap().status(), 404);
    let customer = Customer::new().await;
    assert_eq!(post(&customer, json!({"callback": "sometimes"})).await.unwrap().status(), 400);
    assert_eq!(post(&customer, json!({"answers": [503], "repeat": true})).await.unwrap().status(), 204);
    assert_eq!(customer.submit("r", "plan.txt", b"Rain.").await.status(), 503);
    let cleared = customer.client.delete(customer.url("script")).bearer_auth(TOKEN).send().await.unwrap();
    assert_eq!(cleared.status(), 204);
    assert_eq!(customer.submit("r", "plan.txt", b"Rain.").await.status(), 202);
}

#[tokio::test]
async fn the_command_line_makes_things_go_wrong() {
    let customer = Customer::with(|options| options.throttle = 1.0).await;
    let answer = customer.submit("r", "plan.txt", b"Rain.").await;
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (429, &"1".parse().unwrap()));

    let mut customer = Customer::with(|options| (options.corrupt, options.forge) = (1.0, 1.0)).await;
    customer.submit("r", "plan.txt", b"Rain.").await;
    assert!(!customer.callback().await.rightly_signed());
    let callback = customer.callback().await.json();
    let text = &callback["data"]["files"][0];
    let body = customer.fetch(text).await.bytes().await.unwrap();
    assert_eq!(text["size"], body.len());
    assert_ne!(text["sha256"], digest(&body));
}
