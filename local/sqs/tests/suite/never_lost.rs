//! Whatever happens in whatever order: every acknowledged message is received until it is deleted, never after,
//! and never by two receivers at once.

use crate::support::{Bench, SECOND};
use local_sqs::{Outgoing, QueueSpec, Receive, Redrive};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// How often the queue delivers a message before it moves it away.
const RECEIVES_MAX: u32 = 4;

#[derive(Clone, Copy, Debug)]
enum Step {
    Send { delay: u32 },
    Receive { max: usize, visibility: u32 },
    Delete { which: usize },
    ChangeVisibility { which: usize, visibility: u32 },
    Advance { seconds: u32 },
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..40_u32).prop_map(|delay| Step::Send { delay: delay.saturating_sub(20) }),
        4 => (1..=10_usize, 0..60_u32).prop_map(|(max, visibility)| Step::Receive { max, visibility }),
        2 => (0..100_usize).prop_map(|which| Step::Delete { which }),
        2 => (0..100_usize, 0..60_u32).prop_map(|(which, visibility)| Step::ChangeVisibility { which, visibility }),
        3 => (0..90_u32).prop_map(|seconds| Step::Advance { seconds }),
        1 => Just(Step::Restart),
    ]
}

/// What must be true of the queue, kept beside it.
#[derive(Default)]
struct Model {
    undeleted: BTreeSet<String>,
    /// Deleted, unless a receive had moved them to the dead-letter queue just before.
    perhaps_moved: BTreeSet<String>,
    /// All receipts ever given, in order, with their message.
    receipts: Vec<(String, String)>,
    /// The latest receipt of each message.
    latest: BTreeMap<String, String>,
    /// Until when, in seconds, nobody else may get it.
    held_until: BTreeMap<String, u32>,
    now: u32,
}

async fn apply(bench: &Bench, model: &mut Model, step: Step) -> Result<(), TestCaseError> {
    match step {
        Step::Send { delay } => {
            let message = Outgoing { delay: Some(delay * SECOND), ..Outgoing::of("work") };
            let sent = bench.queues.send("work", message).await.expect("the message is allowed");
            model.held_until.insert(sent.message_id.clone(), model.now + delay);
            model.undeleted.insert(sent.message_id);
        }
        Step::Receive { max, visibility } => {
            let how = Receive { visibility: Some(visibility * SECOND), ..Receive::up_to(max) };
            for message in bench.queues.receive("work", how).await.expect("the queue exists") {
                prop_assert!(model.undeleted.contains(&message.message_id), "a deleted message came back");
                prop_assert!(model.held_until[&message.message_id] <= model.now, "somebody else holds it");
                model.held_until.insert(message.message_id.clone(), model.now + visibility);
                model.latest.insert(message.message_id.clone(), message.receipt_handle.clone());
                model.receipts.push((message.receipt_handle, message.message_id));
            }
        }
        Step::Delete { which } if !model.receipts.is_empty() => {
            let (receipt, message) = model.receipts[which % model.receipts.len()].clone();
            bench.queues.delete("work", &receipt).await.expect("a receipt once given is well formed");
            if model.latest[&message] == receipt && model.undeleted.remove(&message) {
                // Received as often as allowed, it may have moved away already, where this receipt is stale.
                let received = model.receipts.iter().filter(|(_, other)| *other == message).count();
                if received >= RECEIVES_MAX as usize {
                    model.perhaps_moved.insert(message);
                }
            }
        }
        Step::ChangeVisibility { which, visibility } if !model.receipts.is_empty() => {
            let (receipt, message) = model.receipts[which % model.receipts.len()].clone();
            let changed = bench.queues.change_visibility("work", &receipt, visibility * SECOND).await;
            if changed.is_ok() {
                prop_assert_eq!(&model.latest[&message], &receipt, "a stale receipt changed something");
                model.held_until.insert(message, model.now + visibility);
            }
        }
        Step::Advance { seconds } => {
            bench.clock.advance(seconds * SECOND);
            model.now += seconds;
        }
        Step::Restart => {
            bench.queues.release_in_flight().await.expect("memory does not fail");
            for message in model.latest.keys() {
                model.held_until.insert(message.clone(), model.now);
            }
        }
        Step::Delete { .. } | Step::ChangeVisibility { .. } => {}
    }
    Ok(())
}

async fn drain(bench: &Bench) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    bench.clock.advance(3_600 * SECOND);
    for queue in ["work", "dead"] {
        loop {
            let batch = bench.take(queue).await;
            if batch.is_empty() {
                break;
            }
            seen.extend(batch.into_iter().map(|message| message.message_id));
        }
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_acknowledged_message_is_received_until_it_is_deleted(steps in prop::collection::vec(step(), 1..80)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime starts");
        runtime.block_on(async {
            let redrive = Some(Redrive { target: String::from("dead"), max_receive_count: RECEIVES_MAX });
            let work = QueueSpec { redrive, ..QueueSpec::named("work") };
            let bench = Bench::with(vec![work, QueueSpec::named("dead")]).await;
            let mut model = Model::default();
            for step in steps {
                apply(&bench, &mut model, step).await?;
            }
            let drained = drain(&bench).await;
            prop_assert!(drained.is_superset(&model.undeleted), "a message was lost");
            let mut extra = drained.difference(&model.undeleted);
            prop_assert!(extra.all(|message| model.perhaps_moved.contains(message)), "a deleted message came back");
            Ok(())
        })?;
    }
}
