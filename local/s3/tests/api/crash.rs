use crate::harness::{Harness, VERSIONED, noise};
use std::{
    collections::BTreeSet,
    env,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
};

/// What the child prints before the key of every object that was acknowledged.
const ACKNOWLEDGED: &str = "acknowledged ";

/// How many acknowledgements the child gives before it is killed.
const KILLED_AFTER: [usize; 3] = [1, 20, 60];

fn body(key: &str) -> Vec<u8> {
    let number: usize = key.parse().unwrap();
    // By turns in the index, in one chunk and in several.
    noise([1_000, 100_000, 700_000][number % 3] + number)
}

/// Writes into the current directory until it is killed. Only the test below runs it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "a process of its own, which its parent kills"]
async fn writes_until_it_is_killed() {
    let harness = Harness::on_disk(Path::new("store")).await;
    let start = harness.client.list_objects_v2().bucket(VERSIONED).send().await.unwrap().contents().len();
    let writers = (0..4).map(|writer| {
        let client = harness.client.clone();
        tokio::spawn(async move {
            for number in (start + writer..).step_by(4) {
                let key = format!("{number:06}");
                client.put_object().bucket(VERSIONED).key(&key).body(body(&key).into()).send().await.unwrap();
                println!("{ACKNOWLEDGED}{key}");
            }
        })
    });
    futures::future::join_all(writers).await;
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill_whole_and_with_its_event() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeSet::new();
    for count in KILLED_AFTER {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "crash::writes_until_it_is_killed", "--ignored", "--nocapture"])
            .current_dir(directory.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let keys = lines.filter_map(|line| line.split_once(ACKNOWLEDGED).map(|(_, key)| key.to_owned()));
        acknowledged.extend(keys.take(count));
        child.kill().unwrap();
        child.wait().unwrap();
    }

    let harness = Harness::on_disk(&directory.path().join("store")).await;
    let listed = harness.client.list_object_versions().bucket(VERSIONED).send().await.unwrap();
    let stored: BTreeSet<String> =
        listed.versions().iter().filter_map(|it| it.key().map(str::to_owned)).collect();
    assert!(acknowledged.is_subset(&stored), "lost: {:?}", acknowledged.difference(&stored));
    for key in &stored {
        assert_eq!(harness.get(VERSIONED, key).await, body(key), "{key}");
    }
    let events = harness.store.next_events(10_000).await.unwrap();
    assert_eq!(events.len(), listed.versions().len(), "one event for each version");
}
