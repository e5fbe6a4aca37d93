//! What an earlier version has sent is handled by this one: a release rolls out while work is under way.

use crate::{
    files,
    harness::{RESULTS, UPLOADS, calm, repository},
};
use serde_json::Value;
use std::fs;

const FILE: &str = "in flight.md";
const QUEUES: [&str; 5] = ["uploads", "lesson-plans", "videos", "results", "normalization"];
/// Each when what it asks for is still there: the last one makes the processor forget.
const MACHINES: [&str; 4] = ["transfer", "results", "overdue", "forget"];

/// The files of the first version, with what they stand for put in their places.
struct Recorded {
    places: Vec<(&'static str, String)>,
}

impl Recorded {
    fn read(&self, path: &str) -> String {
        let text = fs::read_to_string(repository("crates/contract/fixtures/v1").join(path)).unwrap();
        self.places.iter().fold(text, |text, (place, value)| text.replace(place, value))
    }

    /// The messages of a queue.
    fn messages(&self, queue: &str) -> Vec<String> {
        let folder = format!("queues/{queue}");
        let entries = fs::read_dir(repository("crates/contract/fixtures/v1").join(&folder)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.map(|name| self.read(&format!("{folder}/{name}"))).collect()
    }
}

pub(crate) async fn what_the_first_version_has_sent_is_handled() {
    let host = calm().await;
    let (teacher, aws) = (host.api("teacher").await, host.aws().await);
    let id = teacher.submit(FILE, &files::markdown()).await;
    let ready = teacher.ready(&id).await;
    let item = aws.item(&id).await.unwrap();
    let revision = item["revision"].as_m().unwrap();
    let callbacks = aws.keys(RESULTS, &format!("results/{id}/1/callback/")).await;
    let recorded = Recorded {
        places: vec![
            (
                "018f2f6e-7c1a-7000-8000-0123456789ab.0123456789ab.1.00112233445566778899aabbccddeeff",
                aws.reference(&id).await,
            ),
            ("018f2f6e-7c1a-7000-8000-0123456789ab", id.clone()),
            ("the-revision", revision["id"].as_s().unwrap().clone()),
            ("0000000000000001", revision["sequencer"].as_s().unwrap().clone()),
            ("lectern-uploads", UPLOADS.to_owned()),
            ("the-callback-key", callbacks[0].clone()),
            ("the-token", "0".repeat(64)),
        ],
    };
    for queue in QUEUES {
        let messages = recorded.messages(queue);
        assert!(!messages.is_empty(), "{queue}");
        for message in messages {
            aws.send(queue, &message).await;
        }
        aws.until_empty(queue).await;
    }
    for machine in MACHINES {
        let input = recorded.read(&format!("machines/{machine}.json"));
        aws.start(machine, &format!("in-flight-{id}"), &input).await;
        aws.succeeded(machine, &id).await;
    }
    aws.until_empty("results").await;
    assert_eq!(aws.dead_letters().await, 0);
    let now = teacher.document(&id).await;
    for name in ["status", "attempts", "result", "normalized", "failure"] {
        assert_eq!(now.get(name), ready.get(name), "{name}: {now:#}");
    }
    assert_eq!(now["status"], Value::from("ready"));
}
