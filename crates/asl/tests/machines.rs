//! The shipped machines, run offline on virtual time: every way through each, and the state in which it ends.

#![expect(clippy::unwrap_used, reason = "a test stops where a machine is not as it must be")]

use asl::{
    Machine, Status,
    offline::{self, Mocks, Run},
};
use jiff::Timestamp;
use serde_json::{Value, json};

const START: &str = "2026-01-02T03:04:05Z";

fn machine(name: &str) -> Machine {
    let path = format!("{}/../../statemachines/{name}.asl.json", env!("CARGO_MANIFEST_DIR"));
    Machine::load(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn input(status: &str, more: &Value) -> Value {
    let mut input = json!({
        "document_id": "018f2f6e-7c1a-7000-8000-0123456789ab", "revision": "v1", "kind": "lesson_plan", "attempt": 1,
        "reference": "r", "cycle": 2, "status": status, "give_up_at": "2026-01-02T05:04:05.000Z",
    });
    let more = more.as_object().cloned().unwrap_or_default();
    input.as_object_mut().unwrap().extend(more);
    input
}

fn run(name: &str, input: Value, tasks: Value) -> Run {
    let mocks: Mocks = serde_json::from_value(tasks).unwrap();
    let mut random = |bytes: &mut [u8]| bytes.fill(0x80);
    offline::run(&machine(name), input, &mocks, START.parse::<Timestamp>().unwrap(), &mut random).unwrap()
}

/// The states that were entered, in order.
fn path(run: &Run) -> Vec<String> {
    let entered = run.history.iter().filter(|event| event.kind.ends_with("StateEntered"));
    entered
        .filter_map(|event| Some(event.details["stateEnteredEventDetails"]["name"].as_str()?.to_owned()))
        .collect()
}

fn check(name: &str, input: Value, tasks: Value, end: &str) {
    let run = run(name, input, tasks);
    let path = path(&run);
    assert_eq!(
        path.last().map(String::as_str),
        Some(end),
        "{name}: {path:?} {:?} {:?}",
        run.error,
        run.cause
    );
    let failed = ["GaveUp", "Parked", "Unexpected"].contains(&end);
    assert_eq!(run.status == Status::Succeeded, !failed, "{name} ended in {end} as {:?}", run.status);
}

fn told(outcome: &str) -> Value {
    json!({ "result": { "outcome": outcome } })
}

fn parked() -> Value {
    json!({ "error": "Lectern.Parked", "cause": "" })
}

#[test]
fn transfer_delivers_or_gives_up_at_its_end() {
    let transfer = |answers: Value, end| {
        check("transfer", input("transferring", &json!({})), json!({ "Deliver": answers }), end);
    };
    transfer(json!([told("done")]), "Delivered");
    transfer(json!([told("retry"), told("retry"), told("done")]), "Delivered");
    transfer(json!([told("handed_over")]), "HandedOver");
    transfer(json!([told("moved_on")]), "MovedOn");
    transfer(json!([told("failed")]), "Failed");
    transfer(json!([told("retry")]), "GaveUp");
    transfer(json!([{ "timeout": true }]), "GaveUp");
    transfer(json!([parked()]), "Parked");
    transfer(json!([told("something new")]), "Unexpected");
    transfer(json!([{ "error": "SQS.SdkClientException" }, told("done")]), "Delivered");
    transfer(json!([{ "error": "SQS.AmazonSQSException" }]), "GaveUp");
}

#[test]
fn transfer_waits_as_long_as_the_processor_asks() {
    let asked = json!({ "result": { "outcome": "retry", "retry_after_seconds": 600 } });
    let ended = run(
        "transfer",
        input("transferring", &json!({ "retry_after_seconds": 300 })),
        json!({ "Deliver": [asked, told("done")] }),
    );
    let start: Timestamp = START.parse().unwrap();
    assert_eq!(ended.stopped.duration_since(start).as_secs(), 900);
    let gave_up = run("transfer", input("transferring", &json!({})), json!({ "Deliver": [told("retry")] }));
    assert_eq!(gave_up.error.as_deref(), Some("processor-unreachable"));
}

#[test]
fn results_fetches_again_and_asks_again() {
    let unreachable = json!({ "fault": "unreachable", "callback_key": "k" });
    let wrong = json!({ "fault": "wrong", "callback_key": "k" });
    let asked =
        |status: &str| json!([{ "result": { "Payload": { "status": status, "callback_key": "fresh" } } }]);
    let results = |more: &Value, tasks, end| check("results", input("processing", more), tasks, end);
    results(&wrong, json!({ "AskAgain": [told("done")] }), "Asked");
    results(&wrong, json!({ "AskAgain": [told("handed_over")] }), "HandedOver");
    results(&wrong, json!({ "AskAgain": [told("failed")] }), "Failed");
    results(&wrong, json!({ "AskAgain": [parked()] }), "Parked");
    let fetch = |answers: Value| json!({ "Refresh": asked("finished"), "Fetch": answers, "AskAgain": [told("done")] });
    results(&unreachable, fetch(json!([told("done")])), "Returned");
    results(&unreachable, fetch(json!([told("retry"), told("done")])), "Returned");
    results(&unreachable, fetch(json!([told("ask_again")])), "Asked");
    results(&unreachable, fetch(json!([told("moved_on")])), "MovedOn");
    results(&unreachable, fetch(json!([told("retry")])), "GaveUp");
    results(&unreachable, json!({ "Refresh": asked("unknown"), "AskAgain": [told("done")] }), "Asked");
    let no_answer = json!({ "Refresh": [{ "error": "Lectern.Lasting" }], "Fetch": [told("done")] });
    results(&unreachable, no_answer, "Returned");
}

#[test]
fn overdue_acts_by_status() {
    let overdue = |status: &str, tasks, end| check("overdue", input(status, &json!({})), tasks, end);
    let sent = || json!([{ "result": { "MessageId": "m", "MD5OfMessageBody": "d" } }]);
    overdue("uploading", json!({ "Look": [told("done")] }), "Done");
    overdue("uploading", json!({ "Look": [told("moved_on")] }), "MovedOn");
    overdue("queued", json!({ "SendFirst": sent() }), "Done");
    overdue("transferring", json!({ "SendAgain": sent() }), "Done");
    overdue("returned", json!({ "Normalize": sent() }), "Done");
    overdue("ready", json!({}), "MovedOn");
    let asked = |status: &str| json!({ "result": { "Payload": { "status": status, "callback_key": "k" } } });
    overdue("processing", json!({ "Ask": [asked("finished")], "Fetch": [told("done")] }), "Done");
    overdue("processing", json!({ "Ask": [asked("failed")], "Fetch": [told("failed")] }), "Failed");
    overdue("processing", json!({ "Ask": [asked("unknown")], "SendSame": [told("done")] }), "Done");
    overdue(
        "processing",
        json!({ "Ask": [asked("unknown")], "SendSame": [told("handed_over")] }),
        "HandedOver",
    );
    let busy = json!({ "Ask": [asked("busy"), asked("error"), asked("finished")], "Fetch": [told("done")] });
    overdue("processing", busy, "Done");
    overdue("processing", json!({ "Ask": [asked("busy")] }), "GaveUp");
    overdue("processing", json!({ "Ask": [{ "error": "Lectern.Lasting" }] }), "GaveUp");
    overdue("processing", json!({ "Ask": [asked("finished")], "Fetch": [parked()] }), "Parked");
}

#[test]
fn forget_removes_twice_and_writes_a_receipt() {
    let removed = |objects: u64| json!({ "result": { "Payload": { "outcome": "done", "objects": objects, "jobs": 0 } } });
    let asked = |outcome: &str, jobs: u64| json!({ "result": { "Payload": { "outcome": outcome, "objects": 0, "jobs": jobs } } });
    let tasks = json!({
        "Remove": [removed(4)], "Processor": [asked("retry", 0), asked("done", 2)],
        "RemoveAgain": [removed(1)], "ProcessorAgain": [asked("retry", 0), asked("done", 2)], "Receipt": [removed(0)],
    });
    let ended = run("forget", input("deleted", &json!({ "everything": true, "references": ["r"] })), tasks);
    let states = path(&ended);
    assert_eq!(states.last().map(String::as_str), Some("Forgotten"), "{states:?}");
    assert!(states.contains(&"BackOff".to_owned()) && states.contains(&"BackOffAgain".to_owned()));
    let receipt = ended.history.iter().find_map(|event| {
        let scheduled = event.details.get("taskScheduledEventDetails")?["parameters"].as_str()?.to_owned();
        scheduled.contains("receipt").then_some(scheduled)
    });
    let receipt: Value = serde_json::from_str(&receipt.unwrap()).unwrap();
    assert_eq!((&receipt["Payload"]["objects"], &receipt["Payload"]["jobs"]), (&json!(5), &json!(2)));
    let never = json!({ "Remove": [removed(1)], "Processor": [asked("retry", 0)] });
    check("forget", input("deleted", &json!({ "everything": true })), never, "GaveUp");
}
