//! Duplicates and order: 13 to 21.

use crate::{
    case::{Case, Ends, case},
    story::{attempts, ended, hand_in, is, notes, put, ready_after, times},
};
use faults::{Acknowledged, Behaviour, Fault, Handout, Simulation, When};
use serde_json::Value;
use std::time::Duration;

/// A happy document's writes of the register: queued, claimed, accepted, returned, ready.
const RETURNED: u32 = 3;
/// A document that was handed in writes objects: the callback, two results, the normalized document.
const NORMALIZED: u32 = 3;
/// Longer than a handful of functions take.
const A_WHILE: Duration = Duration::from_mins(1);
/// Shorter than the guard waits for a host.
const A_MOMENT: Duration = Duration::from_secs(5);

const NEWS: &str = "crates/document/src/rules/upload.rs pub fn news";
const VERSION: &str = "crates/edge/src/register.rs version = :version";
const FIRST_WINS: &str = "crates/document/src/rules/results.rs fn second";
const MAY_CLAIM: &str = "crates/document/src/rules/delivery.rs may_claim";
const LOSERS: &str = "functions/collect/src/receipt.rs fn remove_losers";
const DELETED_STAYS: &str = "crates/document/src/rules/upload.rs document.status == Status::Deleted";
const FORGET_REPEATS: &str = "statemachines/forget.asl.json RemoveAgain";

pub(crate) fn cases() -> Vec<Case> {
    [duplicates(), order()].concat()
}

fn duplicates() -> Vec<Case> {
    vec![
        case!(13, f13_an_event_comes_twice, Ends::Once, [NEWS, MAY_CLAIM]),
        case!(13, f13_an_event_comes_ten_times_in_a_row, Ends::Once, [NEWS, MAY_CLAIM]),
        case!(13, f13_an_event_comes_ten_times_at_once, Ends::Once, [NEWS, MAY_CLAIM, VERSION]),
        case!(
            14,
            f14_every_message_comes_again_after_success,
            Ends::Once,
            [NEWS, MAY_CLAIM, "functions/normalize/src/lib.rs fn waits_for"]
        ),
        case!(
            14,
            f14_every_batch_comes_three_times,
            Ends::Once,
            [NEWS, MAY_CLAIM, "functions/normalize/src/lib.rs fn waits_for"]
        ),
        case!(
            15,
            f15_a_callback_comes_twice_at_once,
            Ends::Once,
            ["functions/collect/src/receipt.rs fn is_same", VERSION]
        ),
        case!(
            15,
            f15_a_callback_comes_ten_times_at_once,
            Ends::Once,
            ["functions/collect/src/receipt.rs fn is_same", VERSION]
        ),
        case!(
            16,
            f16_a_result_comes_under_a_new_id,
            Ends::Once,
            ["functions/collect/src/receipt.rs fn is_same"]
        ),
        case!(17, f17_two_results_one_after_the_other, Ends::Once, [FIRST_WINS, LOSERS]),
        case!(17, f17_two_results_at_once, Ends::Once, [FIRST_WINS, LOSERS, VERSION]),
        case!(17, f17_a_second_result_comes_after_ready, Ends::Once, [FIRST_WINS, LOSERS]),
    ]
}

fn order() -> Vec<Case> {
    vec![
        case!(
            18,
            f18_a_callback_comes_before_the_answer,
            Ends::Once,
            [
                "crates/document/src/rules/results.rs Status::Queued | Status::Transferring | Status::Processing"
            ]
        ),
        case!(
            18,
            f18_a_callback_comes_and_the_answer_is_lost,
            Ends::Once,
            [
                "crates/document/src/rules/results.rs Status::Queued | Status::Transferring | Status::Processing"
            ]
        ),
        case!(
            18,
            f18_a_callback_comes_and_the_host_dies,
            Ends::Once,
            [
                "crates/document/src/rules/results.rs Status::Queued | Status::Transferring | Status::Processing"
            ]
        ),
        case!(
            19,
            f19_two_events_come_in_reverse,
            Ends::Once,
            [NEWS, "crates/document/src/rules/upload.rs fn record_old"]
        ),
        case!(
            19,
            f19_a_newer_version_comes_while_the_older_is_processed,
            Ends::Once,
            [NEWS, "crates/document/src/rules/upload.rs fn forget_closed"]
        ),
        case!(19, f19_five_versions_at_once, Ends::Once, [NEWS, VERSION]),
        case!(
            19,
            f19_a_result_of_an_older_version_comes_late,
            Ends::Refused,
            [
                "crates/document/src/rules/results.rs the results are for an older revision",
                "functions/collect/src/receipt.rs attempt.reference == reference"
            ]
        ),
        case!(20, f20_deleted_before_its_event, Ends::Once, [DELETED_STAYS]),
        case!(
            20,
            f20_deleted_while_it_is_sent,
            Ends::Once,
            ["crates/document/src/rules/delivery.rs the document is further along", FORGET_REPEATS]
        ),
        case!(
            20,
            f20_deleted_while_it_is_processed,
            Ends::Once,
            ["functions/collect/src/receipt.rs Status::Deleted"]
        ),
        case!(20, f20_deleted_while_its_results_are_fetched, Ends::Once, [LOSERS, FORGET_REPEATS]),
        case!(
            20,
            f20_deleted_while_it_is_normalized,
            Ends::Once,
            ["functions/normalize/src/lib.rs fn withdraw", FORGET_REPEATS]
        ),
        case!(
            21,
            f21_a_failure_is_reported_right_after_success,
            Ends::Refused,
            [
                "crates/document/src/rules/results.rs a newer attempt is under way, or the document is further along"
            ]
        ),
        case!(
            21,
            f21_a_failure_is_reported_after_ready,
            Ends::Refused,
            [
                "crates/document/src/rules/results.rs a newer attempt is under way, or the document is further along"
            ]
        ),
    ]
}

/// The document's own id.
fn id(document: &Value) -> &str {
    document["document_id"].as_str().unwrap_or_default()
}

/// Sends a callback about the first job, rightly signed, and lets what follows from it happen.
async fn call_back(simulation: &Simulation, body: &[u8]) {
    let taken = simulation.faults.passages("invoke lectern-collect");
    simulation.processor.call_back("msg_late", body).await;
    assert!(simulation.drain().await);
    assert_eq!(simulation.faults.passages("invoke lectern-collect"), taken + 1, "it was taken and looked at");
}

/// The first reference that the processor was given.
fn first_reference(simulation: &Simulation) -> String {
    simulation.processor.references().first().cloned().expect("it has a job")
}

/// Everything that is kept under results is named by the register, but for callbacks.
async fn nothing_but_the_winner_is_kept(simulation: &Simulation, document: &Value) {
    let named = document["result"]["files"].as_array().cloned().unwrap_or_default();
    for key in kept(simulation).await.iter().filter(|key| !key.contains("/callback/")) {
        assert!(named.iter().any(|file| file["key"] == **key), "{key} is nobody's: {document:#}");
    }
}

/// The keys of what is kept under results.
async fn kept(simulation: &Simulation) -> Vec<String> {
    let list = simulation.people.s3().list_objects_v2().bucket("lectern-results").prefix("results/");
    let list = list.send().await.expect("the bucket can be listed");
    list.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect()
}

async fn f13_an_event_comes_twice(simulation: &Simulation) {
    simulation.faults.deliver("lectern-uploads", 2);
    let upload = put(simulation, &Handout::plan(1)).await;
    ready_after(simulation, &upload, 1).await;
}

async fn f13_an_event_comes_ten_times_in_a_row(simulation: &Simulation) {
    simulation.faults.deliver("lectern-uploads", 10);
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!(times(&document, "queued"), 1, "{document:#}");
}

async fn f13_an_event_comes_ten_times_at_once(simulation: &Simulation) {
    // A notification that is not struck off is delivered again, as a message of its own.
    simulation.faults.script_times("acknowledge", When::Before, 0, 9, Fault::Outage);
    // All ten read an empty register before the first of them writes.
    simulation.faults.script_times("DynamoDB PutItem", When::Before, 0, 10, Fault::Slow(A_MOMENT));
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!(simulation.faults.passages("notify lectern-uploads"), 10);
    assert_eq!((times(&document, "queued"), attempts(&document)), (1, 1), "{document:#}");
}

async fn f14_every_message_comes_again_after_success(simulation: &Simulation) {
    let queues = ["uploads", "lesson-plans", "results", "normalization"];
    for queue in queues {
        simulation.faults.script_times(&format!("delete lectern-{queue}"), When::Before, 0, 2, Fault::Outage);
    }
    let upload = put(simulation, &Handout::plan(1)).await;
    let ready = is(simulation, &upload, "ready").await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!(document, ready, "nothing changes it any more");
    for queue in queues {
        let passages = simulation.faults.passages(&format!("delete lectern-{queue}"));
        assert!(passages >= 3, "{queue} delivered {passages} times");
    }
}

async fn f14_every_batch_comes_three_times(simulation: &Simulation) {
    for queue in ["uploads", "lesson-plans", "results", "normalization"] {
        simulation.faults.deliver(&format!("lectern-{queue}"), 3);
    }
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!((times(&document, "ready"), attempts(&document)), (1, 1), "{document:#}");
}

async fn callbacks_at_once(simulation: &Simulation, count: u32) {
    simulation.processor.next(Behaviour::Again(count));
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!(simulation.faults.passages("invoke lectern-collect"), u64::from(count), "each was looked at");
    assert_eq!((times(&document, "returned"), times(&document, "ready")), (1, 1), "{document:#}");
    assert_eq!(notes(&document, "A second, different result"), 0, "{document:#}");
}

async fn f15_a_callback_comes_twice_at_once(simulation: &Simulation) {
    callbacks_at_once(simulation, 2).await;
}

async fn f15_a_callback_comes_ten_times_at_once(simulation: &Simulation) {
    callbacks_at_once(simulation, 10).await;
}

async fn f16_a_result_comes_under_a_new_id(simulation: &Simulation) {
    simulation.processor.next(Behaviour::AgainAnew);
    let upload = put(simulation, &Handout::video(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!(simulation.faults.passages("invoke lectern-collect"), 2, "both were looked at");
    assert_eq!(notes(&document, "A second, different result"), 0, "{document:#}");
    // The same in other bytes: nobody will want it, so only the first is kept.
    let mut again = simulation.processor.callback_body(&first_reference(simulation)).expect("it called back");
    again.push(b'\n');
    call_back(simulation, &again).await;
    let kept = kept(simulation).await;
    assert_eq!(kept.iter().filter(|key| key.contains("/callback/")).count(), 1, "{kept:?}");
}

async fn f17_two_results_one_after_the_other(simulation: &Simulation) {
    simulation.processor.next(Behaviour::Contradicts);
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!(notes(&document, "A second, different result"), 1, "{document:#}");
    nothing_but_the_winner_is_kept(simulation, &document).await;
}

async fn f17_two_results_at_once(simulation: &Simulation) {
    simulation.processor.next(Behaviour::Contradicts);
    // Both are proved, and have read the register, before either of them writes.
    simulation.faults.script_times("DynamoDB PutItem", When::Before, RETURNED, 2, Fault::Slow(A_MOMENT));
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!(notes(&document, "A second, different result"), 1, "{document:#}");
    nothing_but_the_winner_is_kept(simulation, &document).await;
}

async fn f17_a_second_result_comes_after_ready(simulation: &Simulation) {
    let upload = put(simulation, &Handout::plan(1)).await;
    let before = ready_after(simulation, &upload, 1).await;
    call_back(simulation, &simulation.processor.body_about(&first_reference(simulation), false, true)).await;
    let document = ended(simulation, &upload, "ready").await;
    assert_eq!(notes(&document, "A second, different result"), 1, "{document:#}");
    for name in ["result", "normalized", "attempts", "revision", "status_at"] {
        assert_eq!(document[name], before[name], "{name}");
    }
    nothing_but_the_winner_is_kept(simulation, &document).await;
}

async fn f18_a_callback_comes_before_the_answer(simulation: &Simulation) {
    simulation.processor.next(Behaviour::Early);
    // Long enough for its results to be fetched and proved.
    simulation.faults.script("processor POST", When::After, Fault::Slow(A_MOMENT));
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!((times(&document, "returned"), &document["cycle"]), (1, &0.into()), "{document:#}");
}

async fn f18_a_callback_comes_and_the_answer_is_lost(simulation: &Simulation) {
    simulation.processor.next(Behaviour::Early);
    simulation.faults.script("processor POST", When::After, Fault::Outage);
    let upload = put(simulation, &Handout::video(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!(attempts(&document), 1, "{document:#}");
}

async fn f18_a_callback_comes_and_the_host_dies(simulation: &Simulation) {
    simulation.processor.next(Behaviour::Early);
    simulation.faults.script("processor POST", When::After, Fault::Crash);
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!(attempts(&document), 1, "{document:#}");
}

/// Puts another content at the place of an upload.
async fn overwrite(simulation: &Simulation, handout: &Handout, number: u64) -> Acknowledged {
    put(simulation, &handout.saying(Handout::plan(number))).await
}

/// The document is of this version, and so many are closed.
fn is_of(document: &Value, upload: &Acknowledged, closed: usize) {
    assert_eq!(document["revision"]["id"].as_str(), upload.version.as_deref(), "{document:#}");
    assert_eq!(document["revisions"].as_array().map_or(0, Vec::len), closed, "{document:#}");
}

async fn f19_two_events_come_in_reverse(simulation: &Simulation) {
    simulation.faults.script("invoke lectern-ingest", When::Before, Fault::Slow(A_WHILE));
    let first = Handout::plan(1);
    put(simulation, &first).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let newer = overwrite(simulation, &first, 2).await;
    let document = ready_after(simulation, &newer, 1).await;
    is_of(&document, &newer, 1);
    assert_eq!(notes(&document, "An older version of the file arrived late"), 1, "{document:#}");
}

async fn f19_a_newer_version_comes_while_the_older_is_processed(simulation: &Simulation) {
    simulation.processor.next(Behaviour::Late(Duration::from_mins(30)));
    let first = Handout::plan(1);
    let older = put(simulation, &first).await;
    is(simulation, &older, "processing").await;
    let abandoned = first_reference(simulation);
    let newer = overwrite(simulation, &first, 2).await;
    let document = ready_after(simulation, &newer, 2).await;
    is_of(&document, &newer, 1);
    assert!(!simulation.processor.references().contains(&abandoned), "the older one's job is forgotten");
}

async fn f19_five_versions_at_once(simulation: &Simulation) {
    let first = Handout::plan(1);
    let mut newest = put(simulation, &first).await;
    for number in 2..=5 {
        newest = overwrite(simulation, &first, number).await;
    }
    let document = ended(simulation, &newest, "ready").await;
    assert_eq!(document["revision"]["id"].as_str(), newest.version.as_deref(), "{document:#}");
    assert_eq!(simulation.processor.references().len(), 1, "only the newest one's job is left");
}

async fn f19_a_result_of_an_older_version_comes_late(simulation: &Simulation) {
    simulation.processor.next(Behaviour::Late(Duration::from_hours(50)));
    let first = Handout::plan(1);
    let older = put(simulation, &first).await;
    is(simulation, &older, "processing").await;
    let late = simulation.processor.body_about(&first_reference(simulation), false, false);
    let newer = overwrite(simulation, &first, 2).await;
    let before = ready_after(simulation, &newer, 2).await;
    call_back(simulation, &late).await;
    assert_eq!(ended(simulation, &newer, "ready").await, before, "nothing changed");
}

/// Deletes a document and lets everything drain: it stays deleted, and the processor keeps nothing.
async fn stays_deleted(simulation: &Simulation, upload: &Acknowledged) -> Value {
    let document = simulation.document(upload).await;
    assert!(simulation.people.delete("teacher", id(&document)).await, "{document:#}");
    let document = ended(simulation, upload, "deleted").await;
    assert!(!document["receipt"].is_null(), "{document:#}");
    assert!(simulation.processor.references().is_empty(), "{:?}", simulation.processor.references());
    document
}

async fn f20_deleted_before_its_event(simulation: &Simulation) {
    simulation.faults.script("invoke lectern-ingest", When::Before, Fault::Slow(A_WHILE));
    let upload = hand_in(simulation, &Handout::plan(1)).await;
    let document = stays_deleted(simulation, &upload).await;
    assert_eq!((simulation.processor.jobs(), times(&document, "queued")), (0, 0), "{document:#}");
}

async fn f20_deleted_while_it_is_sent(simulation: &Simulation) {
    simulation.faults.script("processor POST", When::Before, Fault::Slow(A_WHILE));
    let upload = hand_in(simulation, &Handout::plan(1)).await;
    is(simulation, &upload, "transferring").await;
    stays_deleted(simulation, &upload).await;
}

async fn f20_deleted_while_it_is_processed(simulation: &Simulation) {
    simulation.processor.next(Behaviour::Late(Duration::from_mins(30)));
    let upload = hand_in(simulation, &Handout::video(1)).await;
    is(simulation, &upload, "processing").await;
    let late = simulation.processor.body_about(&first_reference(simulation), false, false);
    let before = stays_deleted(simulation, &upload).await;
    simulation.processor.call_back("msg_late", &late).await;
    assert_eq!(ended(simulation, &upload, "deleted").await, before, "nothing is resurrected");
}

async fn f20_deleted_while_its_results_are_fetched(simulation: &Simulation) {
    simulation.faults.script_times("fetch", When::After, 0, 2, Fault::Slow(A_WHILE));
    let upload = hand_in(simulation, &Handout::plan(1)).await;
    let fetching = async {
        while simulation.faults.passages("fetch") < 2 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_hours(1), fetching).await.expect("its results are fetched");
    stays_deleted(simulation, &upload).await;
}

async fn f20_deleted_while_it_is_normalized(simulation: &Simulation) {
    simulation.faults.script_times("S3 PutObject", When::After, NORMALIZED, 1, Fault::Slow(A_WHILE));
    let upload = hand_in(simulation, &Handout::plan(1)).await;
    is(simulation, &upload, "returned").await;
    tokio::time::sleep(A_WHILE / 2).await;
    assert_eq!(simulation.document(&upload).await["status"], "returned", "it is being normalized");
    stays_deleted(simulation, &upload).await;
}

async fn f21_a_failure_is_reported_right_after_success(simulation: &Simulation) {
    simulation.processor.next(Behaviour::FailsAfter);
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!(simulation.faults.passages("invoke lectern-collect"), 2, "both were looked at");
    assert!(document["failure"].is_null(), "{document:#}");
}

async fn f21_a_failure_is_reported_after_ready(simulation: &Simulation) {
    let upload = put(simulation, &Handout::plan(1)).await;
    let before = ready_after(simulation, &upload, 1).await;
    call_back(simulation, &simulation.processor.body_about(&first_reference(simulation), true, false)).await;
    assert_eq!(ended(simulation, &upload, "ready").await, before, "nothing changed");
}
