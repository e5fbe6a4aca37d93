//! Step by step: tokens, signs of life, stopping, storing in between, time that is scaled.

use crate::{About, Effect, Execution, Failure, Input, Machine, Status, Step, Surroundings, TaskStart};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{num::NonZeroU32, time::Duration};

struct Stage {
    machine: Machine,
    execution: Execution,
    now: Timestamp,
    scale: NonZeroU32,
    drawn: u8,
}

impl Stage {
    fn new(states: &Value) -> Self {
        let start = states.as_object().unwrap().keys().next().unwrap().clone();
        let definition = json!({"QueryLanguage": "JSONata", "StartAt": start, "States": states});
        let machine = Machine::load(&definition.to_string()).unwrap();
        let now = Timestamp::UNIX_EPOCH;
        let about = About {
            id: "execution".to_owned(),
            name: "one".to_owned(),
            role: "role".to_owned(),
            machine_id: "machine".to_owned(),
            machine_name: "machine".to_owned(),
            started: now,
            input: json!({}),
            region: "eu-central-1".to_owned(),
        };
        let execution = machine.start(about);
        Self { machine, execution, now, scale: NonZeroU32::MIN, drawn: 0 }
    }

    /// Advances, through storage: what is not kept in the stored form is lost.
    fn advance(&mut self, input: Input) -> Step {
        let stored = serde_json::to_string(&self.execution).unwrap();
        self.execution = serde_json::from_str(&stored).unwrap();
        let drawn = &mut self.drawn;
        let mut random = |bytes: &mut [u8]| {
            *drawn += 1;
            bytes.fill(*drawn);
        };
        let mut around = Surroundings { now: self.now, scale: self.scale, random: &mut random };
        self.machine.advance(&mut self.execution, input, &mut around)
    }

    fn pass(&mut self, seconds: u64) -> Step {
        self.now = self.now.saturating_add(Duration::from_secs(seconds)).unwrap();
        self.advance(Input::Tick)
    }

    fn due_in(&self) -> Option<i64> {
        self.execution.next_due().map(|due| due.as_second() - self.now.as_second())
    }
}

fn started(step: &Step) -> TaskStart {
    match step.effects.as_slice() {
        [Effect::StartTask(start)] => start.clone(),
        other => panic!("expected one task to start: {other:?}"),
    }
}

fn with_token() -> Value {
    json!({"A": {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Arguments": {"QueueUrl": "q", "MessageBody": "{% $states.context.Task.Token %}"},
        "TimeoutSeconds": 100, "HeartbeatSeconds": 30, "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}], "End": true,
    }})
}

#[test]
fn a_token_ends_its_task_once() {
    let mut stage = Stage::new(&with_token());
    let start = started(&stage.advance(Input::Begin));
    assert_eq!(start.arguments["MessageBody"], json!(start.token));
    assert!(stage.advance(Input::TaskSubmitted { task: start.task, output: json!({}) }).accepted);
    assert!(!stage.advance(Input::TaskSubmitted { task: start.task, output: json!({}) }).accepted);
    assert!(stage.advance(Input::TaskSucceeded { task: start.task, output: json!(1) }).accepted);
    assert!(!stage.advance(Input::TaskSucceeded { task: start.task, output: json!(2) }).accepted);
    assert_eq!(stage.execution.outcome().unwrap().output, Some(json!(1)));
}

#[test]
fn a_token_may_be_answered_before_the_call_was_seen_to_return() {
    let mut stage = Stage::new(&with_token());
    let start = started(&stage.advance(Input::Begin));
    assert!(stage.advance(Input::TaskSucceeded { task: start.task, output: json!(1) }).accepted);
    assert!(!stage.advance(Input::TaskSubmitted { task: start.task, output: json!({}) }).accepted);
    assert_eq!(stage.execution.status(), Status::Succeeded);
}

#[test]
fn signs_of_life_put_the_heartbeat_off_but_not_the_time_out() {
    let mut stage = Stage::new(&with_token());
    let start = started(&stage.advance(Input::Begin));
    for _ in 0..4 {
        assert!(!stage.pass(24).accepted);
        assert!(stage.advance(Input::TaskHeartbeat { task: start.task }).accepted);
    }
    assert_eq!(stage.due_in(), Some(4));
    let step = stage.pass(4);
    assert_eq!(step.history[0].details["taskTimedOutEventDetails"]["error"], json!("States.Timeout"));
    assert_eq!(step.effects, [Effect::AbandonTask(start.task)]);
}

#[test]
fn silence_beyond_the_heartbeat_times_out_and_a_retry_has_another_token() {
    let mut stage = Stage::new(&with_token());
    let first = started(&stage.advance(Input::Begin));
    let step = stage.pass(30);
    assert_eq!(step.history[0].details["taskTimedOutEventDetails"]["error"], json!("States.Timeout"));
    assert!(!stage.advance(Input::TaskHeartbeat { task: first.task }).accepted);
    let second = started(&stage.pass(1));
    assert_ne!((first.task, &first.token), (second.task, &second.token));
    assert!(!stage.advance(Input::TaskSucceeded { task: first.task, output: json!(1) }).accepted);
    assert!(stage.advance(Input::TaskSucceeded { task: second.task, output: json!(2) }).accepted);
}

#[test]
fn stopping_abandons_what_is_under_way() {
    let mut stage = Stage::new(&with_token());
    let start = started(&stage.advance(Input::Begin));
    let stopped = stage.advance(Input::Stop { error: Some("E".to_owned()), cause: None });
    assert_eq!(stopped.effects, [Effect::AbandonTask(start.task)]);
    assert_eq!(stopped.history[0].kind, "ExecutionAborted");
    assert_eq!(stage.execution.status(), Status::Aborted);
    assert_eq!(stage.due_in(), None);
    let late = stage.advance(Input::TaskFailed { task: start.task, failure: Failure::new("E", "") });
    assert_eq!(late, Step::default());
}

#[test]
fn configured_time_is_scaled_and_absolute_time_is_not() {
    let check = |wait: Value, expected: i64| {
        let mut waiting = wait;
        waiting["Type"] = json!("Wait");
        waiting["End"] = json!(true);
        let mut stage = Stage::new(&json!({"A": waiting}));
        stage.scale = NonZeroU32::new(60).unwrap();
        stage.advance(Input::Begin);
        assert_eq!(stage.due_in(), Some(expected));
    };
    check(json!({"Seconds": 3600}), 60);
    check(json!({"Timestamp": "1970-01-01T01:00:00Z"}), 3600);
}

#[test]
fn a_tick_before_its_time_changes_nothing() {
    let mut stage = Stage::new(&json!({"A": {"Type": "Wait", "Seconds": 10, "End": true}}));
    stage.advance(Input::Begin);
    let before = stage.execution.clone();
    assert_eq!(stage.pass(9), Step::default());
    assert_eq!(stage.execution, before);
    assert!(stage.pass(1).accepted);
    assert_eq!(stage.execution.status(), Status::Succeeded);
}

#[test]
fn beginning_twice_begins_once() {
    let mut stage = Stage::new(&json!({"A": {"Type": "Wait", "Seconds": 10, "End": true}}));
    assert!(stage.advance(Input::Begin).accepted);
    assert_eq!(stage.advance(Input::Begin), Step::default());
}

#[test]
fn events_count_from_one_and_name_what_they_follow() {
    let mut stage = Stage::new(&with_token());
    let mut history = stage.advance(Input::Begin).history;
    history.extend(stage.pass(30).history);
    history.extend(stage.pass(1).history);
    let links: Vec<_> = history.iter().map(|event| (event.id, event.previous_event_id)).collect();
    assert_eq!(links, [(1, 0), (2, 0), (3, 2), (4, 3), (5, 4), (6, 5), (7, 6)]);
}

/// A machine with something of everything that waits.
fn tangled() -> Value {
    let branch = |name: &str, state: Value| json!({"StartAt": name, "States": {name: state}});
    let token = with_token()["A"].clone();
    let call = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "f"}, "End": true,
        "TimeoutSeconds": 20, "Retry": [{"ErrorEquals": ["Boom"], "MaxAttempts": 2, "JitterStrategy": "FULL"}],
    });
    json!({
        "A": {"Type": "Parallel", "Next": "Z", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "A"}], "Branches": [
            branch("B", token), branch("C", call.clone()),
            branch("D", json!({"Type": "Map", "Items": [1, 2, 3], "MaxConcurrency": 2, "End": true,
                "Retry": [{"ErrorEquals": ["Boom"]}], "ItemProcessor": branch("E", call)})),
            branch("F", json!({"Type": "Wait", "Seconds": 7, "End": true})),
        ]},
        "Z": {"Type": "Wait", "Seconds": 5, "End": true},
    })
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(64))]

    /// Whatever happens in whatever order: no panic, tasks that are asked for are abandoned or answered, events
    /// count without a gap, and once nothing is waited for the execution has ended.
    #[test]
    fn any_order_of_inputs_keeps_an_execution_whole(inputs in proptest::collection::vec((0_u8..9, 0_usize..8, 0_u64..12), 1..60)) {
        let mut stage = Stage::new(&tangled());
        let mut open = std::collections::BTreeSet::new();
        let mut events = 0;
        let first = std::iter::once((u8::MAX, 0, 0));
        for (kind, pick, seconds) in first.chain(inputs) {
            stage.now = stage.now.saturating_add(Duration::from_secs(seconds)).unwrap();
            let task = open.iter().nth(pick).or_else(|| open.first()).copied().unwrap_or_else(|| no_such_task(pick));
            let (input, answers) = match kind {
                u8::MAX => (Input::Begin, false),
                0 => (Input::TaskSucceeded { task, output: json!({"n": pick}) }, true),
                1 => (Input::TaskFailed { task, failure: Failure::new("Boom", "") }, true),
                2 => (Input::TaskFailed { task, failure: Failure::new("Other", "") }, true),
                3 => (Input::TaskSubmitted { task, output: json!({}) }, false),
                4 => (Input::TaskHeartbeat { task }, false),
                7 => (Input::Stop { error: None, cause: None }, false),
                8 => (Input::Redrive, false),
                _ => (Input::Tick, false),
            };
            let running = stage.execution.outcome().is_none();
            let step = stage.advance(input);
            if answers {
                assert_eq!(step.accepted, running && open.remove(&task), "{task:?}");
            }
            for effect in &step.effects {
                match effect {
                    Effect::StartTask(start) => assert!(open.insert(start.task)),
                    Effect::AbandonTask(task) => assert!(open.remove(task), "{task:?}"),
                }
            }
            for event in &step.history {
                events += 1;
                assert_eq!(event.id, events);
                assert!(event.previous_event_id < event.id);
            }
            assert!(stage.execution.outcome().is_some() || stage.due_in().is_some() || !open.is_empty());
        }
    }
}

fn no_such_task(number: usize) -> crate::TaskId {
    crate::TaskId(number as u64 + 1_000)
}
