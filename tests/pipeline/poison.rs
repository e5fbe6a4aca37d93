//! Messages that make no sense end in the archive and hold nobody up.

use crate::{
    files,
    harness::{RESULTS, calm, eventually},
};
use futures::future::join_all;
use serde_json::json;

pub(crate) async fn a_poison_message_is_archived_and_its_neighbours_go_on() {
    let host = calm().await;
    let (teacher, aws) = (host.api("teacher").await, host.aws().await);
    let bytes = files::markdown();
    let before = join_all((0..3).map(|n| teacher.submit(["a.md", "b.md", "c.md"][n], &bytes))).await;
    let queues = ["uploads", "lesson-plans", "videos", "results", "normalization"];
    let poison = r#"{"poison": "makes no sense"}"#;
    let sent = join_all(queues.map(|queue| aws.send(queue, poison))).await;
    let after = join_all((0..3).map(|n| teacher.submit(["d.md", "e.md", "f.md"][n], &bytes))).await;
    for id in before.iter().chain(&after) {
        teacher.ready(id).await;
        aws.assert_one_normalized(id).await;
    }
    for (queue, message) in queues.iter().zip(&sent) {
        let key = format!("parked/{queue}/{message}.json");
        eventually(&format!("{key} is archived"), async || match &aws.keys(RESULTS, &key).await[..] {
            [_] => Ok(()),
            _ => Err("nothing".to_owned()),
        })
        .await;
        assert_eq!(aws.object(RESULTS, &key).await, poison.as_bytes());
        aws.until_empty(&format!("{queue}-dead")).await;
    }
}

pub(crate) async fn work_about_nothing_is_passed_over() {
    let host = calm().await;
    let aws = host.aws().await;
    let nobody = "018f2f6e-7c1a-7000-8000-0123456789ab";
    let body = json!({ "document_id": nobody, "revision": "v", "attempt": 1 }).to_string();
    for queue in ["lesson-plans", "videos", "normalization"] {
        let message = aws.send(queue, &body).await;
        aws.until_empty(queue).await;
        aws.until_empty(&format!("{queue}-dead")).await;
        assert!(aws.keys(RESULTS, &format!("parked/{queue}/{message}")).await.is_empty(), "{queue}");
    }
    assert!(aws.item(nobody).await.is_none());
}
