//! The project's own template: the whole plan as a snapshot, and the rules that it keeps.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_yaml_ng::Value;
use template::{Function, Plan, Projection, Queue};

use super::texts::{load_own, own_text};

const DEAD_LETTER_RETENTION: Duration = Duration::from_hours(14 * 24);

#[test]
fn the_plan_is_what_it_was() {
    let mut plan = load_own();
    for machine in &mut plan.machines {
        // A machine's own text is the business of its own tests.
        machine.definition.clear();
    }
    insta::assert_json_snapshot!(plan);
}

#[test]
fn definitions_are_json_once_substituted() {
    let plan = load_own();
    let names: Vec<&str> = plan.machines.iter().map(|machine| machine.name.as_str()).collect();
    assert_eq!(names, ["lectern-transfer", "lectern-results", "lectern-overdue", "lectern-forget"]);
    for machine in &plan.machines {
        let definition: serde_json::Value = serde_json::from_str(&machine.definition).unwrap();
        assert!(definition["States"].is_object(), "{}", machine.name);
        assert!(!definition.to_string().contains("${"), "{}", machine.name);
    }
    assert!(plan.machines[0].definition.contains("http://127.0.0.1:4566/000000000000/lectern-videos"));
}

fn is_dead_letter_queue(queue: &Queue) -> bool {
    queue.name.ends_with("-dead")
}

#[test]
fn every_queue_has_a_dead_letter_queue_of_its_own_that_keeps_for_two_weeks() {
    let plan = load_own();
    let mut taken = BTreeSet::new();
    for queue in plan.queues.iter().filter(|queue| !is_dead_letter_queue(queue)) {
        let redrive = queue.redrive.as_ref().unwrap();
        assert_eq!(redrive.queue, format!("{}-dead", queue.name));
        assert!(redrive.receives_max >= 5, "{}", queue.name);
        assert!(taken.insert(redrive.queue.clone()));
        assert_eq!(plan.queue(&redrive.queue).unwrap().retention, DEAD_LETTER_RETENTION);
    }
    let dead = plan.queues.iter().filter(|queue| is_dead_letter_queue(queue));
    assert_eq!(taken, dead.map(|queue| queue.name.clone()).collect());
    assert_eq!(taken.len(), 5);
}

#[test]
fn every_queue_has_one_reader_whose_time_fits_six_times_into_its_visibility() {
    let plan = load_own();
    let mut readers: BTreeMap<&str, &str> = BTreeMap::new();
    for function in &plan.functions {
        for event in function.sqs_events() {
            let queue = plan.queue(&event.queue).unwrap();
            assert!(queue.visibility >= function.timeout * 6 + event.window, "{}", queue.name);
            assert!(event.partial, "{} {}", function.name, event.id);
            assert!(event.concurrency.is_some(), "{} {}", function.name, event.id);
            assert!(readers.insert(&event.queue, &function.name).is_none(), "{}", event.queue);
        }
    }
    assert_eq!(readers.len(), plan.queues.len());
    for (queue, reader) in readers {
        assert_eq!(queue.ends_with("-dead"), reader == "lectern-park", "{queue}");
    }
}

/// The variables that every function has.
const EVERYWHERE: [&str; 3] = ["STACK_NAME", "OTEL_EXPORTER_OTLP_ENDPOINT", "RELEASE"];

/// The variables that each function has, and no others.
#[test]
fn every_function_has_exactly_its_environment() {
    let plan = load_own();
    let check = |name: &str, code: &str, expect: &str| {
        let function = plan.function(&format!("lectern-{name}")).unwrap();
        assert_eq!(function.code, code);
        assert_eq!(function.environment["STACK_NAME"], "lectern", "{name}");
        let own = function.environment.keys().filter(|variable| !EVERYWHERE.contains(&variable.as_str()));
        let found: Vec<&str> = own.map(String::as_str).collect();
        assert_eq!(found.join(" "), expect, "{name}");
    };
    check(
        "ingest",
        "ingest",
        "DOCUMENTS_TABLE FORGET_MACHINE_ARN LESSON_PLANS_QUEUE_URL QUEUE_URL TIME_SCALE UPLOADS_BUCKET \
         UPLOAD_BYTES_MAX VIDEOS_QUEUE_URL",
    );
    let transfer = "CALLBACK_URL DOCUMENTS_TABLE FUNCTION_NAME PROCESSOR_TOKEN_ARN PROCESSOR_URL QUEUE_URL STREAM_BYTES_MAX TIME_SCALE \
                    TRANSFER_MACHINE_ARN UPLOADS_BUCKET";
    check("transfer-lesson-plans", "transfer", transfer);
    check("transfer-videos", "transfer", transfer);
    check("callback", "callback", "CALLBACK_SECRETS_ARN DOCUMENTS_TABLE RESULTS_QUEUE_URL");
    check(
        "collect",
        "collect",
        "DOCUMENTS_TABLE FETCH_HOSTS FETCH_LOOPBACK NORMALIZATION_QUEUE_URL QUEUE_URL RESULTS_BUCKET \
         RESULTS_MACHINE_ARN TIME_SCALE",
    );
    check("normalize", "normalize", "DOCUMENTS_TABLE NORMALIZED_BUCKET QUEUE_URL RESULTS_BUCKET TIME_SCALE");
    check("sweep", "sweep", "DOCUMENTS_TABLE FORGET_MACHINE_ARN OVERDUE_MACHINE_ARN TIME_SCALE");
    check("ask", "ask", "PROCESSOR_TOKEN_ARN PROCESSOR_URL RESULTS_BUCKET");
    check(
        "forget",
        "forget",
        "DOCUMENTS_TABLE NORMALIZED_BUCKET NOTES_TABLE PROCESSOR_TOKEN_ARN PROCESSOR_URL RESULTS_BUCKET TIME_SCALE UPLOADS_BUCKET",
    );
    check(
        "park",
        "park",
        "DOCUMENTS_TABLE FORGET_MACHINE_ARN LESSON_PLANS_QUEUE_URL RESULTS_BUCKET TIME_SCALE VIDEOS_QUEUE_URL",
    );
    check(
        "api",
        "api",
        "DOCUMENTS_TABLE EDGE_KEY_SHA256 FORGET_MACHINE_ARN LESSON_PLANS_DEAD_QUEUE_URL LESSON_PLANS_QUEUE_URL \
         NORMALIZATION_DEAD_QUEUE_URL NORMALIZATION_QUEUE_URL NORMALIZED_BUCKET NOTES_TABLE \
         OIDC_CLIENT_ID OIDC_ISSUER OVERDUE_MACHINE_ARN REQUESTS_PER_SECOND RESULTS_BUCKET \
         RESULTS_DEAD_QUEUE_URL RESULTS_MACHINE_ARN RESULTS_QUEUE_URL TIME_SCALE TRANSFER_MACHINE_ARN \
         UPLOADS_BUCKET UPLOADS_DEAD_QUEUE_URL UPLOADS_QUEUE_URL UPLOAD_BYTES_MAX VIDEOS_DEAD_QUEUE_URL \
         VIDEOS_QUEUE_URL",
    );
    assert_eq!(plan.functions.len(), 11);
}

#[test]
fn a_worker_knows_the_queue_that_it_reads() {
    let plan = load_own();
    let own_queue = |function: &Function| function.environment.get("QUEUE_URL").cloned();
    for function in plan.functions.iter().filter(|function| own_queue(function).is_some()) {
        let read: Vec<String> =
            function.sqs_events().map(|event| plan.queue(&event.queue).unwrap().url.clone()).collect();
        assert_eq!(own_queue(function), read.first().cloned(), "{}", function.name);
        assert_eq!(read.len(), 1);
    }
}

#[test]
fn requests_reach_the_function_that_answers_them() {
    let plan = load_own();
    let check = |method: &str, path: &str, expect: Option<&str>| {
        assert_eq!(plan.route(method, path).map(|route| route.function.as_str()), expect, "{method} {path}");
    };
    check("POST", "/callbacks/processor", Some("lectern-callback"));
    check("POST", "/api/uploads", Some("lectern-api"));
    check("DELETE", "/api/documents/1", Some("lectern-api"));
    check("GET", "/healthz", Some("lectern-api"));
    check("GET", "/", Some("lectern-api"));
    check("GET", "/documents/1", Some("lectern-api"));
    check("PUT", "/documents/1", None);
}

#[test]
fn the_machines_that_die_and_no_others_reach_park() {
    let plan = load_own();
    let park = plan.function("lectern-park").unwrap();
    let rule = park.rules().next().unwrap();
    let event = |machine: &str, status: &str| {
        serde_json::json!({
            "source": "aws.states",
            "detail-type": "Step Functions Execution Status Change",
            "detail": { "stateMachineArn": machine, "status": status },
        })
    };
    for machine in &plan.machines {
        for (status, taken) in [
            ("FAILED", true),
            ("TIMED_OUT", true),
            ("ABORTED", true),
            ("SUCCEEDED", false),
            ("RUNNING", false),
        ] {
            assert_eq!(
                rule.pattern.matches(&event(&machine.arn, status)),
                taken,
                "{} {status}",
                machine.name
            );
        }
    }
    assert!(
        !rule
            .pattern
            .matches(&event("arn:aws:states:eu-central-1:000000000000:stateMachine:other", "FAILED"))
    );
}

/// A list reads its index alone, so what it shows must be there.
#[test]
fn lists_find_what_they_show_in_their_index() {
    let plan = load_own();
    let shown: BTreeSet<&str> =
        "school teacher teacher_name kind title lesson file_name media_type size status status_at uploaded_at \
                                 failure deadline version"
            .split_whitespace()
            .collect();
    let documents = &plan.tables[0];
    for index in &documents.indexes {
        let Projection::Include(attributes) = &index.projection else {
            assert_eq!((index.name.as_str(), &index.projection), ("by-deadline", &Projection::KeysOnly));
            continue;
        };
        let keys = [Some(&index.key.hash), index.key.range.as_ref()].into_iter().flatten();
        let found: BTreeSet<&str> = attributes.iter().chain(keys).map(String::as_str).collect();
        assert!(found.is_superset(&shown), "{}: {:?}", index.name, shown.difference(&found));
    }
}

#[test]
fn secrets_are_not_shown() {
    let plan: Plan = load_own();
    let shown: Vec<&str> = plan.parameters.keys().map(String::as_str).collect();
    assert!(!shown.contains(&"ProcessorToken") && !shown.contains(&"CallbackSecrets"), "{shown:?}");
    assert_eq!(plan.secrets.len(), 2);
    let written = format!("{plan:?} {}", serde_json::to_string(&plan).unwrap());
    for secret in &plan.secrets {
        assert!(!written.contains(secret.text.expose()), "{} is shown", secret.name);
    }
}

#[test]
fn no_environment_and_no_output_holds_a_secret() {
    let plan = load_own();
    let secrets = plan.secrets.iter().map(|secret| secret.text.expose());
    let secrets: Vec<&str> = secrets.chain(["token-of-the-test", "c2VjcmV0LW9mLXRoZS10ZXN0"]).collect();
    let environments = plan.functions.iter().flat_map(|function| &function.environment);
    for (name, value) in environments.chain(&plan.outputs) {
        assert!(!secrets.iter().any(|secret| value.contains(secret)), "{name} holds a secret");
    }
    let needs = |setting: &str| {
        let having = plan.functions.iter().filter(|function| function.environment.contains_key(setting));
        having.map(|function| function.name.trim_start_matches("lectern-")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(needs("PROCESSOR_TOKEN_ARN"), "transfer-lesson-plans transfer-videos ask forget");
    assert_eq!(needs("CALLBACK_SECRETS_ARN"), "callback");
}

/// Rights are AWS's business, so the plan leaves them out; the template itself is asked.
#[test]
fn no_right_is_granted_to_every_action() {
    let template: Value = serde_yaml_ng::from_str(&own_text()).unwrap();
    let mut statements = 0;
    for (logical_id, resource) in template["Resources"].as_mapping().unwrap() {
        for policy in resource["Properties"]["Policies"].as_sequence().into_iter().flatten() {
            for statement in policy["Statement"].as_sequence().unwrap() {
                statements += 1;
                let actions = match &statement["Action"] {
                    Value::Sequence(actions) => actions.clone(),
                    one => vec![one.clone()],
                };
                for action in &actions {
                    assert!(!action.as_str().unwrap().contains('*'), "{logical_id:?}");
                }
                // Log delivery knows no resources of its own.
                let everywhere = statement["Resource"].as_str() == Some("*");
                assert_eq!(everywhere, statement["Sid"].as_str() == Some("DeliverLogs"), "{logical_id:?}");
            }
        }
    }
    assert!(statements > 40, "{statements}");
}
