//! Crash points: 1 to 10. What a disk adds to them is in `disk`.

use crate::{
    case::{Case, Ends, case},
    story::{attempts, ended, hand_in, is, put, ready_after},
};
use faults::{Behaviour, Fault, Handout, Simulation, When, Wrong, people::UPLOADS};
use serde_json::json;
use std::time::Duration;

/// A happy document's writes of the register: queued, claimed, accepted, returned, ready.
const CLAIM: u32 = 1;
const ACCEPTED: u32 = 2;
const RETURNED: u32 = 3;
const READY: u32 = 4;
/// A happy document's writes of objects: the original, the callback, two results, the normalized document.
const FIRST_RESULT: u32 = 2;
const SECOND_RESULT: u32 = 3;
const NORMALIZED: u32 = 4;
/// A happy document's messages that functions send: to transfer, to collect, to normalize.
const CALLBACK_MESSAGE: u32 = 1;
const NORMALIZE_MESSAGE: u32 = 2;

const SENDS_AGAIN: &str = "crates/document/src/rules/upload.rs News::Repeat";
const LEASE: &str = "crates/document/src/rules/delivery.rs owner.lease";
const IDEMPOTENCY: &str = "functions/transfer/src/processor.rs IDEMPOTENCY_KEY, key";

pub(crate) fn cases() -> Vec<Case> {
    [uploads(), sending(), results(), machines()].concat()
}

fn uploads() -> Vec<Case> {
    vec![
        case!(
            1,
            f01_dies_before_an_object_is_durable,
            Ends::Refused,
            ["local/s3/src/operations/put_object.rs put_object"]
        ),
        case!(
            1,
            f01_dies_between_the_parts_of_an_upload,
            Ends::Once,
            ["functions/api/src/uploads/progress.rs received"]
        ),
        case!(
            1,
            f01_dies_before_an_upload_is_completed,
            Ends::Once,
            ["crates/document/src/rules/upload.rs fn completed"]
        ),
        case!(
            1,
            f01_an_upload_that_nobody_finishes,
            Ends::Error,
            ["functions/ingest/src/look.rs Event::NotThere"]
        ),
        case!(
            2,
            f02_dies_before_the_event_is_sent,
            Ends::Once,
            ["local/src/host/outboxes.rs store.acknowledge"]
        ),
        case!(2, f02_dies_before_the_event_is_struck_off, Ends::Once, [SENDS_AGAIN]),
        case!(
            2,
            f02_dies_after_an_upload_is_completed,
            Ends::Once,
            ["local/src/host/outboxes.rs store.acknowledge"]
        ),
        case!(
            2,
            f02_the_queue_cannot_be_reached,
            Ends::Once,
            ["local/src/host/outboxes.rs store.acknowledge"]
        ),
        case!(
            3,
            f03_dies_with_an_event_received,
            Ends::Once,
            ["local/src/host/resources.rs release_in_flight"]
        ),
        case!(
            3,
            f03_dies_with_a_plan_received,
            Ends::Once,
            ["local/src/host/resources.rs release_in_flight"]
        ),
        case!(
            3,
            f03_dies_with_a_callback_received,
            Ends::Once,
            ["local/src/host/resources.rs release_in_flight"]
        ),
        case!(
            3,
            f03_dies_with_results_received,
            Ends::Once,
            ["local/src/host/resources.rs release_in_flight"]
        ),
    ]
}

fn sending() -> Vec<Case> {
    vec![
        case!(3, f03_dies_before_it_is_queued, Ends::Once, ["local/src/host/event_source.rs Step::Delete"]),
        case!(3, f03_dies_queued_and_not_sent_on, Ends::Once, [SENDS_AGAIN]),
        case!(4, f04_dies_when_it_is_claimed, Ends::Once, [LEASE]),
        case!(4, f04_dies_before_it_sends, Ends::Once, [LEASE]),
        case!(4, f04_dies_before_it_reads_the_original, Ends::Once, [LEASE]),
        case!(
            5,
            f05_the_answer_is_lost,
            Ends::Once,
            [IDEMPOTENCY, "functions/transfer/src/sending.rs fn no_answer"]
        ),
        case!(5, f05_dies_before_the_answer, Ends::Once, [IDEMPOTENCY, LEASE]),
        case!(
            5,
            f05_a_processor_that_says_conflict_is_asked,
            Ends::Once,
            ["functions/transfer/src/sending.rs Meaning::Known"]
        ),
        case!(6, f06_dies_before_the_acceptance_is_written, Ends::Once, [IDEMPOTENCY, LEASE]),
        case!(
            6,
            f06_dies_after_the_acceptance_is_written,
            Ends::Once,
            ["crates/document/src/rules/delivery.rs Status::Processing => return Verdict::repeated"]
        ),
        case!(6, f06_the_register_takes_nothing, Ends::Once, [IDEMPOTENCY, LEASE]),
    ]
}

fn results() -> Vec<Case> {
    vec![
        case!(
            7,
            f07_a_callback_cannot_be_kept,
            Ends::Once,
            ["functions/callback/src/lib.rs Answer::Unavailable"]
        ),
        case!(
            7,
            f07_dies_before_a_callback_is_kept,
            Ends::Once,
            ["functions/callback/src/lib.rs Answer::Unavailable"]
        ),
        case!(
            7,
            f07_dies_before_a_callback_is_answered,
            Ends::Once,
            ["functions/collect/src/receipt.rs fn is_same"]
        ),
        case!(
            7,
            f07_the_answer_to_a_callback_is_lost,
            Ends::Once,
            ["functions/collect/src/receipt.rs fn is_same"]
        ),
        case!(
            8,
            f08_dies_while_files_are_fetched,
            Ends::Once,
            ["local/src/host/resources.rs release_in_flight"]
        ),
        case!(8, f08_dies_between_two_results, Ends::Once, ["crates/document/src/identity.rs fn result_key"]),
        case!(
            8,
            f08_dies_before_returned_is_written,
            Ends::Once,
            ["crates/document/src/identity.rs fn result_key"]
        ),
        case!(
            8,
            f08_dies_returned_and_not_sent_on,
            Ends::Once,
            ["crates/document/src/rules/results.rs document.status == Status::Returned"]
        ),
        case!(
            9,
            f09_dies_before_ready_is_written,
            Ends::Once,
            ["crates/document/src/identity.rs fn normalized_key"]
        ),
        case!(
            9,
            f09_dies_after_ready_is_written,
            Ends::Once,
            ["functions/normalize/src/lib.rs fn waits_for"]
        ),
        case!(
            9,
            f09_dies_before_the_message_is_deleted,
            Ends::Once,
            ["functions/normalize/src/lib.rs fn waits_for"]
        ),
    ]
}

fn machines() -> Vec<Case> {
    vec![
        case!(
            10,
            f10_dies_before_transfer_sends_again,
            Ends::Once,
            ["local/states/src/recover.rs fn recover"]
        ),
        case!(10, f10_dies_after_transfer_sent_again, Ends::Once, ["local/states/src/recover.rs fn recover"]),
        case!(10, f10_dies_while_transfer_waits, Ends::Once, ["local/states/src/recover.rs fn recover"]),
        case!(
            10,
            f10_dies_before_overdue_asks,
            Ends::Once,
            ["statemachines/overdue.asl.json Lambda.Unknown"]
        ),
        case!(
            10,
            f10_dies_after_overdue_asked,
            Ends::Once,
            ["statemachines/overdue.asl.json Lambda.Unknown"]
        ),
        case!(10, f10_dies_before_results_asks_again, Ends::Once, ["local/states/src/recover.rs fn recover"]),
        case!(
            10,
            f10_dies_while_forget_forgets,
            Ends::Once,
            ["statemachines/forget.asl.json Lambda.Unknown"]
        ),
    ]
}

/// A plan that meets one fault on its way, and still comes through as one job.
async fn one_job(simulation: &Simulation, point: &str, when: When, passes: u32, fault: Fault) {
    simulation.faults.script_times(point, when, passes, 1, fault);
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!(attempts(&document), 1, "{document:#}");
}

async fn f01_dies_before_an_object_is_durable(simulation: &Simulation) {
    simulation.faults.script("S3 PutObject", When::Before, Fault::Crash);
    let put = simulation.people.s3().put_object().bucket(UPLOADS).key("inbox/school-1/plan.md");
    assert!(put.body(b"# Plan".to_vec().into()).send().await.is_err(), "nobody acknowledges it");
    tokio::time::sleep(Duration::from_hours(2)).await;
    let list = simulation.people.s3().list_object_versions().bucket(UPLOADS).send().await;
    assert!(list.expect("the host lives again").versions().is_empty(), "no object");
    assert!(simulation.items().await.is_empty(), "no event");
    assert!(simulation.unfinished().await.is_empty());
}

async fn f01_dies_between_the_parts_of_an_upload(simulation: &Simulation) {
    simulation.faults.script("S3 UploadPart", When::After, Fault::Crash);
    let upload = hand_in(simulation, &Handout::plan(1)).await;
    ready_after(simulation, &upload, 1).await;
}

async fn f01_dies_before_an_upload_is_completed(simulation: &Simulation) {
    simulation.faults.script("S3 CompleteMultipartUpload", When::Before, Fault::Crash);
    let upload = hand_in(simulation, &Handout::plan(1)).await;
    ready_after(simulation, &upload, 1).await;
}

async fn f01_an_upload_that_nobody_finishes(simulation: &Simulation) {
    let announcement = json!({ "file_name": "plan.md", "size": 100 });
    let begun = simulation.people.ask_patiently("teacher", "POST", "/api/uploads", Some(announcement)).await;
    assert_eq!(begun.expect("somebody answers").status, 201);
    simulation.faults.crash();
    assert!(simulation.drain().await);
    let items = simulation.items().await;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["status"], "rejected");
    assert_eq!(items[0]["failure"]["code"], "upload-abandoned");
    let left = simulation.people.s3().list_multipart_uploads().bucket(UPLOADS).send().await;
    assert!(left.expect("the host lives again").uploads().is_empty(), "its upload is aborted");
}

async fn f02_dies_before_the_event_is_sent(simulation: &Simulation) {
    one_job(simulation, "notify lectern-uploads", When::Before, 0, Fault::Crash).await;
}

async fn f02_dies_before_the_event_is_struck_off(simulation: &Simulation) {
    one_job(simulation, "acknowledge", When::Before, 0, Fault::Crash).await;
}

async fn f02_dies_after_an_upload_is_completed(simulation: &Simulation) {
    simulation.faults.script("S3 CompleteMultipartUpload", When::After, Fault::Crash);
    let upload = hand_in(simulation, &Handout::plan(1)).await;
    ready_after(simulation, &upload, 1).await;
}

async fn f02_the_queue_cannot_be_reached(simulation: &Simulation) {
    simulation.faults.script_times("notify lectern-uploads", When::Before, 0, 20, Fault::Outage);
    let upload = put(simulation, &Handout::plan(1)).await;
    ready_after(simulation, &upload, 1).await;
}

async fn f03_dies_with_an_event_received(simulation: &Simulation) {
    one_job(simulation, "invoke lectern-ingest", When::Before, 0, Fault::Crash).await;
}

async fn f03_dies_with_a_plan_received(simulation: &Simulation) {
    one_job(simulation, "invoke lectern-transfer-lesson-plans", When::Before, 0, Fault::Crash).await;
}

async fn f03_dies_with_a_callback_received(simulation: &Simulation) {
    one_job(simulation, "invoke lectern-collect", When::Before, 0, Fault::Crash).await;
}

async fn f03_dies_with_results_received(simulation: &Simulation) {
    one_job(simulation, "invoke lectern-normalize", When::Before, 0, Fault::Crash).await;
}

async fn f03_dies_before_it_is_queued(simulation: &Simulation) {
    one_job(simulation, "DynamoDB PutItem", When::Before, 0, Fault::Crash).await;
}

async fn f03_dies_queued_and_not_sent_on(simulation: &Simulation) {
    simulation.faults.script("SQS SendMessage", When::Before, Fault::Crash);
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    // The repeated event sent it on; nobody had to wait for a deadline.
    assert_eq!(document["cycle"], 0, "{document:#}");
}

async fn f04_dies_when_it_is_claimed(simulation: &Simulation) {
    one_job(simulation, "DynamoDB PutItem", When::After, CLAIM, Fault::Crash).await;
}

async fn f04_dies_before_it_sends(simulation: &Simulation) {
    one_job(simulation, "processor POST", When::Before, 0, Fault::Crash).await;
}

async fn f04_dies_before_it_reads_the_original(simulation: &Simulation) {
    // Ingest has looked at it once.
    one_job(simulation, "S3 GetObject", When::Before, 1, Fault::Crash).await;
}

async fn f05_the_answer_is_lost(simulation: &Simulation) {
    // Its callback comes after whoever lost the answer has tried again.
    simulation.processor.next(Behaviour::Late(Duration::from_mins(5)));
    one_job(simulation, "processor POST", When::After, 0, Fault::Outage).await;
    assert!(simulation.processor.requests() >= 2, "it was sent again");
}

async fn f05_dies_before_the_answer(simulation: &Simulation) {
    one_job(simulation, "processor POST", When::After, 0, Fault::Crash).await;
    assert!(simulation.processor.requests() >= 2, "it was sent again");
}

async fn f05_a_processor_that_says_conflict_is_asked(simulation: &Simulation) {
    simulation.processor.next(Behaviour::Conflicts);
    simulation.faults.script("processor GET", When::Before, Fault::Outage);
    one_job(simulation, "processor POST", When::After, 0, Fault::Outage).await;
}

async fn f06_dies_before_the_acceptance_is_written(simulation: &Simulation) {
    one_job(simulation, "DynamoDB PutItem", When::Before, ACCEPTED, Fault::Crash).await;
}

async fn f06_dies_after_the_acceptance_is_written(simulation: &Simulation) {
    one_job(simulation, "DynamoDB PutItem", When::After, ACCEPTED, Fault::Crash).await;
}

async fn f06_the_register_takes_nothing(simulation: &Simulation) {
    // Longer than the SDK's own tries: the message has to come again.
    simulation.faults.script_times("DynamoDB PutItem", When::Before, ACCEPTED, 9, Fault::Outage);
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!(attempts(&document), 1, "{document:#}");
}

async fn f07_dies_before_a_callback_is_kept(simulation: &Simulation) {
    one_job(simulation, "SQS SendMessage", When::Before, CALLBACK_MESSAGE, Fault::Crash).await;
}

async fn f07_dies_before_a_callback_is_answered(simulation: &Simulation) {
    one_job(simulation, "SQS SendMessage", When::After, CALLBACK_MESSAGE, Fault::Crash).await;
}

async fn f07_the_answer_to_a_callback_is_lost(simulation: &Simulation) {
    simulation.faults.script_times("callback", When::After, 0, 3, Fault::Outage);
    let upload = put(simulation, &Handout::plan(1)).await;
    ready_after(simulation, &upload, 1).await;
}

async fn f07_a_callback_cannot_be_kept(simulation: &Simulation) {
    // Longer than the SDK's own tries: the sender has to come again.
    simulation.faults.script_times("SQS SendMessage", When::Before, CALLBACK_MESSAGE, 6, Fault::Outage);
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    // It was told to come again; nobody had to ask for its result.
    assert_eq!(document["cycle"], 0, "{document:#}");
}

async fn f08_dies_while_files_are_fetched(simulation: &Simulation) {
    one_job(simulation, "fetch", When::After, 1, Fault::Crash).await;
}

async fn f08_dies_between_two_results(simulation: &Simulation) {
    simulation.faults.script_times("S3 PutObject", When::Before, SECOND_RESULT, 1, Fault::Crash);
    one_job(simulation, "S3 PutObject", When::After, FIRST_RESULT, Fault::Slow(Duration::from_secs(1))).await;
}

async fn f08_dies_before_returned_is_written(simulation: &Simulation) {
    one_job(simulation, "DynamoDB PutItem", When::Before, RETURNED, Fault::Crash).await;
}

async fn f08_dies_returned_and_not_sent_on(simulation: &Simulation) {
    simulation.faults.script_times("SQS SendMessage", When::Before, NORMALIZE_MESSAGE, 1, Fault::Crash);
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, 1).await;
    // The repeated callback sent it on; nobody had to wait for a deadline.
    assert_eq!(document["cycle"], 0, "{document:#}");
}

async fn f09_dies_before_ready_is_written(simulation: &Simulation) {
    one_job(simulation, "S3 PutObject", When::After, NORMALIZED, Fault::Crash).await;
}

async fn f09_dies_after_ready_is_written(simulation: &Simulation) {
    one_job(simulation, "DynamoDB PutItem", When::After, READY, Fault::Crash).await;
}

async fn f09_dies_before_the_message_is_deleted(simulation: &Simulation) {
    one_job(simulation, "delete lectern-normalization", When::Before, 0, Fault::Crash).await;
}

/// A processor that cannot be reached twice: the second time the transfer machine is at it.
fn hard_to_reach(simulation: &Simulation) {
    simulation.faults.script_times("processor POST", When::Before, 0, 2, Fault::Outage);
}

async fn f10_dies_before_transfer_sends_again(simulation: &Simulation) {
    hard_to_reach(simulation);
    one_job(simulation, "task send lectern-lesson-plans", When::Before, 1, Fault::Crash).await;
}

async fn f10_dies_after_transfer_sent_again(simulation: &Simulation) {
    hard_to_reach(simulation);
    one_job(simulation, "task answer", When::Before, 0, Fault::Crash).await;
}

async fn f10_dies_while_transfer_waits(simulation: &Simulation) {
    hard_to_reach(simulation);
    let upload = put(simulation, &Handout::plan(1)).await;
    let handed_over =
        |items: &[serde_json::Value]| items.iter().any(|item| !item["owner"]["machine"].is_null());
    assert!(simulation.until(handed_over).await, "a machine takes it over");
    simulation.faults.crash();
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!(attempts(&document), 1, "{document:#}");
}

async fn f10_dies_before_overdue_asks(simulation: &Simulation) {
    simulation.processor.next(Behaviour::Silent);
    one_job(simulation, "task invoke lectern-ask", When::Before, 0, Fault::Crash).await;
}

async fn f10_dies_after_overdue_asked(simulation: &Simulation) {
    simulation.processor.next(Behaviour::Silent);
    one_job(simulation, "task answer", When::Before, 0, Fault::Crash).await;
}

async fn f10_dies_before_results_asks_again(simulation: &Simulation) {
    simulation.processor.next(Behaviour::Returns(Wrong::Corrupt));
    simulation.faults.script("task send lectern-lesson-plans", When::Before, Fault::Crash);
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ready_after(simulation, &upload, 2).await;
    assert_eq!(attempts(&document), 2, "{document:#}");
}

async fn f10_dies_while_forget_forgets(simulation: &Simulation) {
    let upload = hand_in(simulation, &Handout::plan(1)).await;
    let document = is(simulation, &upload, "ready").await;
    simulation.faults.script("task invoke lectern-forget", When::Before, Fault::Crash);
    let id = document["document_id"].as_str().unwrap_or_default();
    assert!(simulation.people.delete("teacher", id).await);
    let document = ended(simulation, &upload, "deleted").await;
    assert!(!document["receipt"].is_null(), "{document:#}");
}
