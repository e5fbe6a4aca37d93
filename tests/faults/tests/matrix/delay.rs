//! Delay and loss: 22 to 32.

use crate::{
    case::{Case, Ends, case},
    story::{attempts, ended, is, notes, put, ready_after, times},
};
use faults::{Acknowledged, Alarms, Behaviour, Fault, Handout, Simulation, Storm, When};
use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;

const ASKS: &str = "crates/document/src/rules/recovery.rs fn deadline_passed";
const LATE_RESULT: &str = "crates/document/src/rules/results.rs Status::Processing | Status::Failed";
const LEASE: &str = "crates/document/src/rules/delivery.rs lease.until > now";
const FURTHER_ALONG: &str = "crates/document/src/rules/delivery.rs if !may_claim";
const RETRY_AFTER: &str = "functions/transfer/src/retry_after.rs fn retry_after";
const HAND_OVER: &str =
    "crates/document/src/rules/delivery.rs MachineName::Transfer, now.after(timing.deliver)";

const INVOKE_PLANS: &str = "invoke lectern-transfer-lesson-plans";

pub(crate) fn cases() -> Vec<Case> {
    [silence(), time(), weather(), changes()].concat()
}

fn silence() -> Vec<Case> {
    vec![
        case!(
            22,
            f22_callback_never_arrives,
            Ends::Once,
            [ASKS, "functions/ask/src/lib.rs JobState::Finished"]
        ),
        case!(
            22,
            f22_the_processor_is_busy_for_ever,
            Ends::Parked,
            [ASKS, "statemachines/overdue.asl.json GaveUp"]
        ),
        case!(
            22,
            f22_the_processor_has_lost_the_job,
            Ends::Once,
            [ASKS, "statemachines/overdue.asl.json SendSame"]
        ),
        case!(22, f22_silent_and_away, Ends::Parked, [ASKS, "statemachines/overdue.asl.json GaveUp"]),
        case!(23, f23_callback_after_the_deadline, Ends::Once, [LATE_RESULT]),
        case!(23, f23_callback_after_we_gave_up, Ends::Once, [LATE_RESULT]),
        case!(
            23,
            f23_late_results_of_an_older_revision,
            Ends::Once,
            ["crates/document/src/rules/results.rs the results are for an older revision"]
        ),
    ]
}

fn time() -> Vec<Case> {
    vec![
        case!(24, f24_a_plan_becomes_visible_before_it_is_worked_on, Ends::Once, [FURTHER_ALONG]),
        case!(24, f24_a_plan_becomes_visible_while_it_is_sent, Ends::Once, [LEASE]),
        case!(
            24,
            f24_a_callback_becomes_visible_before_it_is_collected,
            Ends::Once,
            ["functions/collect/src/receipt.rs fn is_same"]
        ),
        case!(
            24,
            f24_results_become_visible_before_they_are_normalized,
            Ends::Once,
            ["crates/document/src/rules/results.rs fn awaits_normalization"]
        ),
        case!(
            25,
            f25_one_poison_message_among_ten,
            Ends::Error,
            ["crates/document/src/rules/recovery.rs fn parked"]
        ),
        case!(25, f25_rubbish_among_ten, Ends::Once, ["crates/edge/src/batch.rs batch_item_failures"]),
        case!(
            26,
            f26_one_sending_among_ten_hangs,
            Ends::Once,
            ["functions/transfer/src/lib.rs CLOSING_TIME", HAND_OVER]
        ),
        case!(26, f26_one_write_among_ten_hangs, Ends::Once, ["crates/edge/src/batch.rs REPORTING_TIME"]),
        case!(26, f26_the_function_hangs_whole, Ends::Once, ["local/src/host/functions.rs Sandbox.Timedout"]),
    ]
}

fn weather() -> Vec<Case> {
    vec![
        case!(
            27,
            f27_everything_throttles,
            Ends::Once,
            ["crates/edge/src/trouble.rs AGAIN_IN", "crates/document/src/rules/recovery.rs still_matches"]
        ),
        case!(28, f28_429_with_seconds, Ends::Once, [RETRY_AFTER, HAND_OVER]),
        case!(28, f28_503_with_seconds, Ends::Once, [RETRY_AFTER, HAND_OVER]),
        case!(28, f28_503_with_a_date, Ends::Once, [RETRY_AFTER, HAND_OVER]),
        case!(28, f28_429_to_a_question, Ends::Once, ["functions/ask/src/lib.rs fn retry_after"]),
        case!(
            29,
            f29_processor_down_for_six_hours,
            Ends::Once,
            [HAND_OVER, "statemachines/transfer.asl.json BackOff"]
        ),
        case!(29, f29_processor_down_for_two_days, Ends::Parked, ["statemachines/transfer.asl.json GaveUp"]),
        case!(
            30,
            f30_nobody_works_for_a_week,
            Ends::Parked,
            [
                "crates/document/src/rules/mod.rs NUDGES_MAX",
                "crates/document/src/rules/recovery.rs Code::Stuck"
            ]
        ),
    ]
}

fn changes() -> Vec<Case> {
    vec![
        case!(
            31,
            f31_redriven_and_the_new_job_wins,
            Ends::Once,
            ["crates/document/src/rules/results.rs fn second"]
        ),
        case!(31, f31_redriven_and_the_original_wins, Ends::Once, [LATE_RESULT, FURTHER_ALONG]),
        case!(
            31,
            f31_redriven_by_two_at_once,
            Ends::Once,
            ["crates/document/src/rules/people.rs only failed documents can be redriven"]
        ),
        case!(
            32,
            f32_a_definition_changes_while_it_runs,
            Ends::Once,
            ["local/states/src/operations/define.rs fn define"]
        ),
        case!(32, f32_a_setting_changes_while_a_document_waits, Ends::Once, [RETRY_AFTER]),
    ]
}

const HOUR: Duration = Duration::from_hours(1);

/// Puts a lesson plan with which the processor does this.
async fn plan(simulation: &Simulation, number: u64, behaviour: Behaviour) -> Acknowledged {
    simulation.processor.next(behaviour);
    put(simulation, &Handout::plan(number)).await
}

fn code(document: &Value) -> &str {
    document["failure"]["code"].as_str().unwrap_or_default()
}

fn posts(simulation: &Simulation) -> usize {
    simulation.network.asked(&Method::POST).len()
}

/// Long waits cost a step for each look of each poller: where only time matters, one poller for each queue will do.
async fn with_few_pollers(simulation: &Simulation) {
    let few = |plan: &mut template::Plan| {
        for event in plan.functions.iter_mut().flat_map(|function| &mut function.events) {
            if let template::Event::Sqs(mapping) = event {
                mapping.concurrency = Some(1);
            }
        }
    };
    simulation.configure(few).await;
}

/// Everything that park has archived.
async fn archived(simulation: &Simulation) -> Vec<String> {
    let list = simulation.people.s3().list_objects_v2().bucket("lectern-results").prefix("parked/");
    let list = list.send().await.expect("the bucket can be listed");
    list.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect()
}

/// Lets every failed document go on: so many, and all of them come through.
async fn redrive(simulation: &Simulation, count: usize) {
    assert_eq!(simulation.people.redrive_all().await, count, "documents that can be redriven");
    assert!(simulation.drain().await);
}

async fn f22_callback_never_arrives(simulation: &Simulation) {
    let upload = plan(simulation, 1, Behaviour::Silent).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!((posts(simulation), attempts(&document)), (1, 1), "it was asked for, not sent again");
    assert_eq!(notes(&document, "has not answered in time; it is asked"), 1);
    assert_eq!(simulation.network.asked(&Method::GET).len(), 1);
}

async fn f22_the_processor_is_busy_for_ever(simulation: &Simulation) {
    with_few_pollers(simulation).await;
    let alarms = Alarms::listen();
    let upload = plan(simulation, 1, Behaviour::Late(HOUR * 24 * 60)).await;
    let document = ended(simulation, &upload, "failed").await;
    assert_eq!(code(&document), "processor-silent");
    assert!(simulation.clock.elapsed() < HOUR * 27, "an hour of patience, and a day of questions");
    assert!(simulation.network.asked(&Method::GET).len() > 10, "it was asked again and again");
    assert_eq!(alarms.count("a machine ended without an outcome"), 1);
    redrive(simulation, 1).await;
    assert_eq!(attempts(&ready_after(simulation, &upload, 2).await), 2);
}

async fn f22_the_processor_has_lost_the_job(simulation: &Simulation) {
    let upload = plan(simulation, 1, Behaviour::Loses).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!((posts(simulation), attempts(&document)), (2, 1), "the same attempt was sent once more");
}

async fn f22_silent_and_away(simulation: &Simulation) {
    with_few_pollers(simulation).await;
    let alarms = Alarms::listen();
    let upload = plan(simulation, 1, Behaviour::Silent).await;
    simulation.faults.close("processor GET");
    let document = ended(simulation, &upload, "failed").await;
    assert_eq!(code(&document), "processor-silent");
    assert_eq!(alarms.count("a machine ended without an outcome"), 1);
    simulation.faults.open("processor GET");
    redrive(simulation, 1).await;
    assert_eq!(attempts(&ready_after(simulation, &upload, 2).await), 2);
}

async fn f23_callback_after_the_deadline(simulation: &Simulation) {
    let upload = plan(simulation, 1, Behaviour::Late(HOUR * 5)).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!(notes(&document, "has not answered in time"), 1);
    assert!(simulation.clock.elapsed() >= HOUR * 5, "the machine that asked did not make it up");
}

async fn f23_callback_after_we_gave_up(simulation: &Simulation) {
    with_few_pollers(simulation).await;
    let upload = plan(simulation, 1, Behaviour::Late(HOUR * 28)).await;
    let document = ended(simulation, &upload, "failed").await;
    assert_eq!(code(&document), "processor-silent");
    tokio::time::sleep(HOUR * 3).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert!(document["failure"].is_null(), "{document:#}");
}

async fn f23_late_results_of_an_older_revision(simulation: &Simulation) {
    let upload = plan(simulation, 1, Behaviour::Late(HOUR * 5)).await;
    is(simulation, &upload, "processing").await;
    let older = simulation.processor.references().pop().expect("it was sent");
    let body = simulation.processor.callback_body(&older).expect("its job is known");
    let newer = put(simulation, &Handout::plan(1).saying(Handout::plan(2))).await;
    let before = ready_after(simulation, &newer, 2).await;
    simulation.processor.call_back("msg_late", &body).await;
    let after = ended(simulation, &newer, "ready").await;
    assert_eq!(before, after, "an older revision's results change nothing");
}

async fn f24_a_plan_becomes_visible_before_it_is_worked_on(simulation: &Simulation) {
    simulation.faults.script(INVOKE_PLANS, When::Before, Fault::Slow(Duration::from_mins(10)));
    let upload = plan(simulation, 1, Behaviour::Late(HOUR / 2)).await;
    ready_after(simulation, &upload, 1).await;
    assert_eq!((simulation.faults.passages(INVOKE_PLANS), posts(simulation)), (2, 1));
}

async fn f24_a_plan_becomes_visible_while_it_is_sent(simulation: &Simulation) {
    simulation.faults.script(INVOKE_PLANS, When::Before, Fault::Slow(Duration::from_secs(560)));
    simulation.faults.script("processor POST", When::Before, Fault::Slow(Duration::from_mins(1)));
    let upload = plan(simulation, 1, Behaviour::Honest).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert!(simulation.faults.passages(INVOKE_PLANS) >= 2, "it was delivered to two");
    assert_eq!((posts(simulation), attempts(&document)), (1, 1), "and only one of them sent it");
}

async fn f24_a_callback_becomes_visible_before_it_is_collected(simulation: &Simulation) {
    let invoke = "invoke lectern-collect";
    simulation.faults.script(invoke, When::Before, Fault::Slow(Duration::from_secs(5500)));
    let upload = plan(simulation, 1, Behaviour::Honest).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert!(simulation.faults.passages(invoke) >= 2);
    assert_eq!(notes(&document, "The results are here"), 1, "{document:#}");
}

async fn f24_results_become_visible_before_they_are_normalized(simulation: &Simulation) {
    let invoke = "invoke lectern-normalize";
    simulation.faults.script(invoke, When::Before, Fault::Slow(Duration::from_secs(800)));
    let upload = plan(simulation, 1, Behaviour::Honest).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert!(simulation.faults.passages(invoke) >= 2);
    assert_eq!(notes(&document, "Ready to be read"), 1, "{document:#}");
}

/// Puts so many plans while nobody takes what comes from a queue, so that they come as one batch later.
async fn held_back(simulation: &Simulation, invoke: &str, status: &str, count: u64) -> Vec<Acknowledged> {
    simulation.faults.close(invoke);
    let handouts: Vec<_> = (0..count).map(Handout::plan).collect();
    let uploads = join_all(handouts.iter().map(|handout| put(simulation, handout))).await;
    if !status.is_empty() {
        let all =
            |items: &[Value]| items.iter().filter(|item| item["status"] == status).count() == handouts.len();
        assert!(simulation.until(all).await, "all of them are {status}");
    }
    // What was taken before comes back, all of it at the same moment.
    tokio::time::sleep(Duration::from_secs(1)).await;
    uploads
}

async fn all_ready(simulation: &Simulation, uploads: &[Acknowledged]) {
    for upload in uploads {
        ended(simulation, upload, "ready").await;
    }
    assert_eq!(simulation.processor.jobs(), uploads.len(), "one job for each");
}

async fn f25_one_poison_message_among_ten(simulation: &Simulation) {
    let alarms = Alarms::listen();
    let mut uploads = Vec::new();
    for number in 0..9 {
        uploads.push(plan(simulation, number, Behaviour::Late(HOUR / 2)).await);
    }
    let tenth = plan(simulation, 9, Behaviour::Silent).await;
    let all = |items: &[Value]| items.iter().filter(|item| item["status"] == "processing").count() == 10;
    assert!(simulation.until(all).await, "the processor has all of them");
    let document = simulation.document(&tenth).await;
    // A machine's wish to have results fetched that were never kept: nobody can fulfil it.
    let poison = json!({
        "type": "stored", "document_id": document["document_id"], "revision": document["revision"]["id"], "attempt": 1,
        "reference": document["attempts"][0]["reference"], "callback_key": "results/nowhere",
    });
    let poison = local_sqs::Outgoing::of(poison.to_string());
    simulation.storage.queues.send("lectern-results", poison).await.expect("the queue takes it");
    let document = ended(simulation, &tenth, "failed").await;
    assert_eq!(
        (code(&document), &document["failure"]["cause"]),
        ("dead-letter", &json!("dead-letter/results"))
    );
    assert_eq!((alarms.count("parked"), archived(simulation).await.len()), (1, 1));
    for upload in &uploads {
        ended(simulation, upload, "ready").await;
    }
    redrive(simulation, 1).await;
    ready_after(simulation, &tenth, 11).await;
}

async fn f25_rubbish_among_ten(simulation: &Simulation) {
    let alarms = Alarms::listen();
    let uploads = held_back(simulation, INVOKE_PLANS, "queued", 9).await;
    let rubbish = local_sqs::Outgoing::of("\u{fffd}{rubbish");
    simulation.storage.queues.send("lectern-lesson-plans", rubbish).await.expect("the queue takes it");
    simulation.faults.open(INVOKE_PLANS);
    all_ready(simulation, &uploads).await;
    assert_eq!(simulation.items().await.len(), 9);
    assert_eq!((alarms.count("dropped a dead letter"), archived(simulation).await.len()), (1, 1));
}

async fn f26_one_sending_among_ten_hangs(simulation: &Simulation) {
    let uploads = held_back(simulation, INVOKE_PLANS, "queued", 10).await;
    simulation.faults.open(INVOKE_PLANS);
    let hangs = Fault::Slow(Duration::from_secs(200));
    simulation.faults.script_times("processor POST", When::Before, 4, 1, hangs);
    all_ready(simulation, &uploads).await;
    assert_eq!(posts(simulation), 11, "only the one that hung was sent again");
    let hung: Vec<_> =
        simulation.items().await.into_iter().filter(|item| notes(item, "ran out") == 1).collect();
    assert_eq!(hung.len(), 1, "{hung:#?}");
    assert_eq!(attempts(&hung[0]), 1, "with the same reference");
}

async fn f26_one_write_among_ten_hangs(simulation: &Simulation) {
    let uploads = held_back(simulation, INVOKE_PLANS, "queued", 10).await;
    simulation.faults.open(INVOKE_PLANS);
    let hangs = Fault::Slow(Duration::from_secs(200));
    simulation.faults.script_times("DynamoDB PutItem", When::Before, 4, 1, hangs);
    all_ready(simulation, &uploads).await;
    assert_eq!(posts(simulation), 10, "whoever hung had not sent it yet, and nobody else comes again");
}

async fn f26_the_function_hangs_whole(simulation: &Simulation) {
    let hangs = Fault::Slow(Duration::from_mins(5));
    simulation.faults.script_times("S3 GetObject", When::Before, 0, 3, hangs);
    let handouts = [Handout::plan(1), Handout::plan(2), Handout::video(3)];
    let mut uploads = Vec::new();
    for handout in &handouts {
        uploads.push(put(simulation, handout).await);
    }
    all_ready(simulation, &uploads).await;
}

async fn f27_everything_throttles(simulation: &Simulation) {
    simulation.faults.blow(Storm { throttle: 300, ..Storm::default() });
    let mut uploads = Vec::new();
    for number in 0..8 {
        let handout = if number % 4 == 3 { Handout::video(number) } else { Handout::plan(number) };
        uploads.push(put(simulation, &handout).await);
    }
    tokio::time::sleep(HOUR * 2).await;
    simulation.calm();
    all_ready(simulation, &uploads).await;
    assert!(simulation.faults.met() > 50, "it was a storm");
    // A message whose document is further along may come to rest in a dead-letter queue; no document may fail of it.
    for item in simulation.items().await {
        assert_eq!(times(&item, "failed"), 0, "{item:#}");
    }
}

/// The processor answers with this once: it is left alone for so long, and asked soon after.
async fn left_alone(simulation: &Simulation, method: &Method, status: u16, retry_after: &str, seconds: u64) {
    simulation.network.excuse(method.clone(), status, Some(retry_after));
    let silent = *method == Method::GET;
    let upload = plan(simulation, 1, if silent { Behaviour::Silent } else { Behaviour::Honest }).await;
    let document = ready_after(simulation, &upload, 1).await;
    assert_eq!(attempts(&document), 1);
    let asked = simulation.network.asked(method);
    assert_eq!(asked.len(), 2, "{asked:?}");
    let rest = asked[1].saturating_sub(asked[0]).as_secs();
    assert!((seconds..seconds + 60).contains(&rest), "{rest} s, not {seconds} s");
}

async fn f28_429_with_seconds(simulation: &Simulation) {
    left_alone(simulation, &Method::POST, 429, "900", 900).await;
}

async fn f28_503_with_seconds(simulation: &Simulation) {
    left_alone(simulation, &Method::POST, 503, "3000", 3000).await;
}

async fn f28_503_with_a_date(simulation: &Simulation) {
    // The simulation begins at 8:00:00.
    left_alone(simulation, &Method::POST, 503, "Mon, 05 Jan 2026 08:40:00 GMT", 2400).await;
}

async fn f28_429_to_a_question(simulation: &Simulation) {
    left_alone(simulation, &Method::GET, 429, "2700", 2700).await;
}

async fn f29_processor_down_for_six_hours(simulation: &Simulation) {
    for method in ["POST", "GET", "DELETE"] {
        simulation.faults.close(&format!("processor {method}"));
    }
    let mut uploads = Vec::new();
    for number in 0..12 {
        let handout = if number % 4 == 3 { Handout::video(number) } else { Handout::plan(number) };
        uploads.push(put(simulation, &handout).await);
        tokio::time::sleep(HOUR / 4).await;
    }
    tokio::time::sleep(HOUR * 3).await;
    assert_eq!(simulation.processor.jobs(), 0, "it is down");
    for method in ["POST", "GET", "DELETE"] {
        simulation.faults.open(&format!("processor {method}"));
    }
    let up = simulation.clock.elapsed();
    all_ready(simulation, &uploads).await;
    assert!(simulation.clock.elapsed().saturating_sub(up) < HOUR * 3, "the backlog drains soon");
}

async fn f29_processor_down_for_two_days(simulation: &Simulation) {
    with_few_pollers(simulation).await;
    let alarms = Alarms::listen();
    simulation.faults.close("processor POST");
    let upload = put(simulation, &Handout::plan(1)).await;
    let document = ended(simulation, &upload, "failed").await;
    assert_eq!(code(&document), "processor-unreachable");
    assert_eq!(alarms.count("a machine ended without an outcome"), 1);
    simulation.faults.open("processor POST");
    redrive(simulation, 1).await;
    ready_after(simulation, &upload, 1).await;
}

async fn f30_nobody_works_for_a_week(simulation: &Simulation) {
    with_few_pollers(simulation).await;
    let alarms = Alarms::listen();
    let park = "invoke lectern-park";
    simulation.faults.close(INVOKE_PLANS);
    simulation.faults.close(park);
    let upload = put(simulation, &Handout::plan(1)).await;
    while simulation.document(&upload).await["status"] != "failed" {
        tokio::time::sleep(HOUR).await;
        assert!(simulation.clock.elapsed() < HOUR * 24 * 7, "{:#}", simulation.document(&upload).await);
    }
    let document = simulation.document(&upload).await;
    assert_eq!((code(&document), &document["failure"]["cause"]), ("stuck", &json!("stuck/queued")));
    assert_eq!(notes(&document, "No progress in time"), 6);
    let dead = simulation.storage.queues.attributes("lectern-lesson-plans-dead").await.expect("it is there");
    assert!(dead.visible + dead.in_flight > 0, "the document failed before its message vanished");
    simulation.faults.open(INVOKE_PLANS);
    simulation.faults.open(park);
    assert!(simulation.drain().await);
    assert!(!archived(simulation).await.is_empty(), "dead letters are kept");
    assert!(alarms.count("parked") > 0);
    redrive(simulation, 1).await;
    ready_after(simulation, &upload, 1).await;
}

/// A document that was given up and redriven while its first job still runs, for 28 hours in all.
async fn redriven_while_it_runs(simulation: &Simulation, second: Behaviour) -> Acknowledged {
    with_few_pollers(simulation).await;
    let upload = plan(simulation, 1, Behaviour::Late(HOUR * 28)).await;
    ended(simulation, &upload, "failed").await;
    simulation.processor.next(second);
    assert_eq!(simulation.people.redrive_all().await, 1);
    upload
}

async fn f31_redriven_and_the_new_job_wins(simulation: &Simulation) {
    let upload = redriven_while_it_runs(simulation, Behaviour::Honest).await;
    let document = ready_after(simulation, &upload, 2).await;
    assert_eq!(document["result"]["attempt"], 2, "{document:#}");
    let before = simulation.faults.passages("callback");
    tokio::time::sleep(HOUR * 3).await;
    assert!(simulation.faults.passages("callback") > before, "the first job has called back");
    assert_eq!(ended(simulation, &upload, "ready").await, document, "and changed nothing");
}

async fn f31_redriven_and_the_original_wins(simulation: &Simulation) {
    let upload = redriven_while_it_runs(simulation, Behaviour::Late(HOUR * 6)).await;
    let before = simulation.faults.passages("callback");
    let document = is(simulation, &upload, "ready").await;
    assert_eq!(document["result"]["attempt"], 1, "{document:#}");
    assert_eq!(simulation.faults.passages("callback"), before + 1, "only the first job has called back");
    tokio::time::sleep(HOUR * 7).await;
    assert_eq!(simulation.faults.passages("callback"), before + 2, "and now the second");
    assert_eq!(ready_after(simulation, &upload, 2).await, document, "it changed nothing");
}

async fn f31_redriven_by_two_at_once(simulation: &Simulation) {
    with_few_pollers(simulation).await;
    let upload = plan(simulation, 1, Behaviour::Late(HOUR * 24 * 60)).await;
    let failed = ended(simulation, &upload, "failed").await;
    let ids = json!({ "ids": [failed["document_id"]] });
    let path = "/api/operations/redrive";
    let ask = || simulation.people.ask("operator", "POST", path, Some(ids.clone()));
    let (one, other) = tokio::join!(ask(), ask());
    let redriven = |answer: Option<faults::people::Answer>| {
        answer.and_then(|answer| answer.body["redriven"].as_array().map(Vec::len)).unwrap_or(0)
    };
    assert_eq!(redriven(one) + redriven(other), 1, "one of them redrives it");
    let document = ready_after(simulation, &upload, 2).await;
    assert_eq!((attempts(&document), posts(simulation)), (2, 2));
}

async fn f32_a_definition_changes_while_it_runs(simulation: &Simulation) {
    simulation.network.excuse(Method::POST, 503, Some("7200"));
    let upload = put(simulation, &Handout::plan(1)).await;
    let waits = |items: &[Value]| items.iter().any(|item| item["owner"]["machine"]["name"] == "transfer");
    assert!(simulation.until(waits).await, "the transfer machine has it");
    simulation
        .configure(|plan| {
            let machine = plan.machines.iter_mut().find(|machine| machine.name == "lectern-transfer");
            machine.expect("it is there").definition = json!({
                "QueryLanguage": "JSONata", "StartAt": "Changed",
                "States": { "Changed": { "Type": "Fail", "Error": "changed", "Cause": "The definition changed." } },
            })
            .to_string();
        })
        .await;
    // What runs goes on as it began; what begins now follows the new definition.
    ready_after(simulation, &upload, 1).await;
    simulation.network.excuse(Method::POST, 503, None);
    let later = put(simulation, &Handout::plan(2)).await;
    let document = ended(simulation, &later, "failed").await;
    assert_eq!(document["failure"]["cause"], "machine-failed/changed", "{document:#}");
}

async fn f32_a_setting_changes_while_a_document_waits(simulation: &Simulation) {
    simulation.network.excuse(Method::POST, 503, Some("7200"));
    let waiting = put(simulation, &Handout::plan(1)).await;
    let processing = plan(simulation, 2, Behaviour::Late(HOUR)).await;
    tokio::time::sleep(Duration::from_mins(5)).await;
    simulation
        .configure(|plan| {
            for function in &mut plan.functions {
                function.environment.insert("UPLOAD_BYTES_MAX".to_owned(), "10".to_owned());
                function.timeout *= 2;
            }
        })
        .await;
    // The smaller limit binds what is handed in from now on, and nothing that was taken before.
    let later = simulation.people.put(&Handout { valid: false, ..Handout::plan(3) }).await;
    let later = simulation.acknowledged(later.expect("it is acknowledged"));
    assert_eq!(code(&ended(simulation, &later, "rejected").await), "file-too-large");
    ended(simulation, &processing, "ready").await;
    ready_after(simulation, &waiting, 2).await;
}
