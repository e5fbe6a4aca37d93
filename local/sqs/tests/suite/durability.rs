//! What is on disk after the queues were closed and opened again.

use crate::support::{SECOND, config, still_clock};
use clock::Pace;
use local_sqs::{Outgoing, QueueSpec, Queues, Receive, Redrive};
use tempfile::TempDir;

fn spec() -> Vec<QueueSpec> {
    let redrive = Some(Redrive { target: String::from("dead"), max_receive_count: 5 });
    vec![
        QueueSpec { redrive, visibility: 90 * SECOND, max_message_bytes: 2_048, ..QueueSpec::named("work") },
        QueueSpec::named("dead"),
    ]
}

#[tokio::test]
async fn queues_messages_receipts_and_time_outs_survive() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("queues.sqlite");
    let clock = still_clock();
    let queues = Queues::open(&path, config(&clock, Pace::REAL)).unwrap();
    queues.create_all(spec()).await.unwrap();
    for body in ["one", "two", "three"] {
        queues.send("work", Outgoing::of(body)).await.unwrap();
    }
    let taken = queues.receive("work", Receive::up_to(2)).await.unwrap();
    let before = queues.attributes("work").await.unwrap();
    drop(queues);

    let queues = Queues::open(&path, config(&clock, Pace::REAL)).unwrap();
    assert_eq!(queues.attributes("work").await.unwrap(), before);
    queues.delete("work", &taken[0].receipt_handle).await.unwrap();
    let left = queues.receive("work", Receive::up_to(10)).await.unwrap();
    assert_eq!(left.iter().map(|it| it.body.as_str()).collect::<Vec<_>>(), ["three"]);
    clock.advance(90 * SECOND);
    assert_eq!(queues.receive("work", Receive::up_to(10)).await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_was_in_flight_is_visible_at_once_when_the_host_says_so() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("queues.sqlite");
    let clock = still_clock();
    let queues = Queues::open(&path, config(&clock, Pace::REAL)).unwrap();
    queues.create_all(spec()).await.unwrap();
    queues.send("work", Outgoing::of("plan")).await.unwrap();
    queues.send("work", Outgoing { delay: Some(60 * SECOND), ..Outgoing::of("later") }).await.unwrap();
    queues.receive("work", Receive::up_to(10)).await.unwrap();
    drop(queues);

    let queues = Queues::open(&path, config(&clock, Pace::REAL)).unwrap();
    assert!(queues.receive("work", Receive::up_to(10)).await.unwrap().is_empty());
    assert_eq!(queues.release_in_flight().await.unwrap(), 1);
    let again = queues.receive("work", Receive::up_to(10)).await.unwrap();
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].receive_count, 2);
}

#[tokio::test]
async fn a_second_opening_of_the_same_file_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("queues.sqlite");
    let clock = still_clock();
    let queues = Queues::open(&path, config(&clock, Pace::REAL)).unwrap();
    queues.create_all(spec()).await.unwrap();
    assert!(Queues::open(&path, config(&clock, Pace::REAL)).is_err());
}

#[tokio::test]
async fn many_senders_at_once_are_all_on_disk() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("queues.sqlite");
    let clock = still_clock();
    let queues = Queues::open(&path, config(&clock, Pace::REAL)).unwrap();
    queues.create_all(spec()).await.unwrap();
    let senders = (0..400).map(|number| {
        let queues = queues.clone();
        tokio::spawn(async move { queues.send("work", Outgoing::of(number.to_string())).await.map(drop) })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.unwrap().unwrap();
    }
    drop(queues);
    let queues = Queues::open(&path, config(&clock, Pace::REAL)).unwrap();
    assert_eq!(queues.attributes("work").await.unwrap().visible, 400);
}
