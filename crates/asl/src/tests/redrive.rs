//! Redriving: what failed runs again, what succeeded does not.

use super::stage::START;
use crate::{
    About, Effect, Execution, Failure, HistoryEvent, Input, Machine, Status, Surroundings, TaskStart,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::num::NonZeroU32;

struct Stage {
    machine: Machine,
    execution: Execution,
    now: Timestamp,
    open: Vec<TaskStart>,
    history: Vec<HistoryEvent>,
}

impl Stage {
    fn begin(definition: &Value) -> Self {
        let machine = Machine::load(&definition.to_string()).unwrap();
        let now = START.parse().unwrap();
        let name = || "one".to_owned();
        let about = About {
            id: name(),
            name: name(),
            role: name(),
            machine_id: name(),
            machine_name: name(),
            started: now,
            input: json!({}),
            region: name(),
        };
        let execution = machine.start(about);
        let mut stage = Self { machine, execution, now, open: Vec::new(), history: Vec::new() };
        stage.advance(Input::Begin);
        stage
    }

    /// Advances, through storage: what is not kept in the stored form is lost.
    fn advance(&mut self, input: Input) -> bool {
        let stored = serde_json::to_string(&self.execution).unwrap();
        self.execution = serde_json::from_str(&stored).unwrap();
        let mut random = |bytes: &mut [u8]| bytes.fill(7);
        let mut around = Surroundings { now: self.now, scale: NonZeroU32::MIN, random: &mut random };
        let step = self.machine.advance(&mut self.execution, input, &mut around);
        self.history.extend(step.history);
        for effect in step.effects {
            match effect {
                Effect::StartTask(start) => self.open.push(start),
                Effect::AbandonTask(task) => self.open.retain(|start| start.task != task),
            }
        }
        step.accepted
    }

    /// The open task of the state with this input.
    fn task(&mut self, state: &str, payload: &Value) -> TaskStart {
        let place =
            self.open.iter().position(|start| start.state == state && start.arguments["Payload"] == *payload);
        let place = place.unwrap_or_else(|| panic!("{state} {payload}: {:?}", self.open));
        self.open.remove(place)
    }

    fn succeed(&mut self, state: &str, payload: &Value) {
        let task = self.task(state, payload).task;
        assert!(self.advance(Input::TaskSucceeded { task, output: json!({"done": payload}) }));
    }

    fn fail(&mut self, state: &str, payload: &Value) {
        let task = self.task(state, payload).task;
        assert!(self.advance(Input::TaskFailed { task, failure: Failure::new("Boom", "why") }));
    }

    fn states_of_open(&self) -> Vec<(String, Value)> {
        self.open.iter().map(|start| (start.state.clone(), start.arguments["Payload"].clone())).collect()
    }

    fn output(&self) -> Option<Value> {
        self.execution.outcome()?.output.clone()
    }
}

fn call(more: &Value) -> Value {
    let mut state = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "f", "Payload": "{% $states.input %}"}});
    state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    state
}

fn definition(states: &Value) -> Value {
    json!({"QueryLanguage": "JSONata", "StartAt": "A", "TimeoutSeconds": 100, "States": states})
}

#[test]
fn a_task_that_failed_is_scheduled_again_with_fresh_retries() {
    let retry = json!([{"ErrorEquals": ["Boom"], "MaxAttempts": 1}]);
    let states = json!({
        "A": {"Type": "Pass", "Output": 1, "Next": "B"},
        "B": call(&json!({"Retry": retry, "Output": "{% $states.context.Execution.RedriveCount %}", "End": true})),
    });
    let mut stage = Stage::begin(&definition(&states));
    stage.fail("B", &json!(1));
    stage.now += jiff::SignedDuration::from_secs(1);
    assert!(stage.advance(Input::Tick));
    stage.fail("B", &json!(1));
    assert_eq!(stage.execution.status(), Status::Failed);
    let earlier = std::mem::take(&mut stage.history);
    let before = earlier.last().unwrap().id;

    assert!(stage.advance(Input::Redrive));
    assert_eq!(stage.execution.status(), Status::Running);
    let events: Vec<_> = stage
        .history
        .iter()
        .map(|event| (event.id - before, event.previous_event_id - before, event.kind.as_str()))
        .collect();
    assert_eq!(events, [(1, 0, "ExecutionRedriven"), (2, 1, "TaskScheduled"), (3, 2, "TaskStarted")]);
    assert_eq!(stage.history[0].details["executionRedrivenEventDetails"], json!({"redriveCount": 1}));
    stage.fail("B", &json!(1));
    assert_eq!(stage.execution.status(), Status::Running, "the retries are counted anew");
    stage.now += jiff::SignedDuration::from_secs(1);
    stage.advance(Input::Tick);
    stage.succeed("B", &json!(1));
    assert_eq!((stage.output(), stage.execution.redrives()), (Some(json!(1)), 1));
}

#[test]
fn only_the_items_that_failed_or_were_aborted_run_again() {
    let states = json!({"A": {"Type": "Map", "Items": [1, 2, 3, 4], "MaxConcurrency": 3, "End": true,
    "ItemProcessor": {"StartAt": "B", "States": {
        "B": call(&json!({"Next": "C", "Output": "{% $states.input %}"})),
        "C": call(&json!({"End": true, "Output": "{% $states.result.done %}"})),
    }}}});
    let mut stage = Stage::begin(&definition(&states));
    stage.succeed("B", &json!(1));
    stage.succeed("C", &json!(1));
    stage.succeed("B", &json!(2));
    stage.fail("C", &json!(2));
    assert_eq!((stage.execution.status(), stage.states_of_open()), (Status::Failed, vec![]));

    assert!(stage.advance(Input::Redrive));
    let open = |state: &str, item: u64| (state.to_owned(), json!(item));
    assert_eq!(stage.states_of_open(), [open("C", 2), open("B", 3), open("B", 4)]);
    stage.succeed("C", &json!(2));
    for item in [3, 4] {
        stage.succeed("B", &json!(item));
        stage.succeed("C", &json!(item));
    }
    assert_eq!(stage.output(), Some(json!([1, 2, 3, 4])));
}

#[test]
fn items_that_were_tolerated_run_again_too() {
    let states = json!({"A": {"Type": "Map", "Items": [1, 2, 3], "ToleratedFailureCount": 1, "End": true,
        "ItemProcessor": {"StartAt": "B", "States": {"B": call(&json!({"End": true, "Output": "{% $states.result.done %}"}))}}}});
    let mut stage = Stage::begin(&definition(&states));
    stage.fail("B", &json!(1));
    assert_eq!(stage.execution.status(), Status::Running);
    stage.succeed("B", &json!(2));
    stage.fail("B", &json!(3));
    assert_eq!(
        stage.execution.outcome().unwrap().error.as_deref(),
        Some("States.ExceedToleratedFailureThreshold")
    );
    assert!(stage.advance(Input::Redrive));
    stage.succeed("B", &json!(1));
    stage.succeed("B", &json!(3));
    assert_eq!(stage.output(), Some(json!([1, 2, 3])));
}

#[test]
fn only_the_branches_that_failed_or_were_aborted_run_again() {
    let branch = |name: &str, state: Value| json!({"StartAt": name, "States": {name: state}});
    let states = json!({"A": {"Type": "Parallel", "End": true, "Branches": [
        branch("B", call(&json!({"End": true, "Output": "B"}))),
        branch("C", call(&json!({"End": true, "Output": "C"}))),
        branch("D", json!({"Type": "Wait", "Seconds": 50, "Output": "D", "End": true})),
        branch("E", json!({"Type": "Parallel", "End": true, "Branches": [branch("F", call(&json!({"End": true, "Output": "F"})))]})),
    ]}});
    let mut stage = Stage::begin(&definition(&states));
    stage.succeed("B", &json!({}));
    stage.fail("F", &json!({}));
    assert_eq!(stage.execution.status(), Status::Failed);
    assert!(stage.advance(Input::Redrive));
    let mut open: Vec<_> = stage.states_of_open().into_iter().map(|(state, _)| state).collect();
    open.sort();
    assert_eq!(open, ["C", "F"]);
    stage.succeed("C", &json!({}));
    stage.succeed("F", &json!({}));
    stage.now += jiff::SignedDuration::from_secs(50);
    assert!(stage.advance(Input::Tick), "the wait begins again");
    assert_eq!(stage.output(), Some(json!(["B", "C", "D", ["F"]])));
}

#[test]
fn what_was_stopped_or_ran_too_long_goes_on_and_has_its_time_anew() {
    let mut stage = Stage::begin(&definition(&json!({"A": {"Type": "Wait", "Seconds": 60, "End": true}})));
    stage.now += jiff::SignedDuration::from_secs(50);
    assert!(stage.advance(Input::Stop { error: None, cause: None }));
    assert!(!stage.advance(Input::Tick));
    assert!(stage.advance(Input::Redrive));
    stage.now += jiff::SignedDuration::from_secs(59);
    assert!(!stage.advance(Input::Tick));
    stage.now += jiff::SignedDuration::from_secs(1);
    assert!(stage.advance(Input::Tick));
    assert_eq!(stage.execution.status(), Status::Succeeded);
    assert!(!stage.advance(Input::Redrive), "what succeeded is not redriven");

    let mut stage = Stage::begin(&definition(&json!({"A": call(&json!({"End": true}))})));
    let first = stage.task("A", &json!({})).task;
    stage.now += jiff::SignedDuration::from_secs(100);
    assert!(stage.advance(Input::Tick));
    assert_eq!(stage.execution.status(), Status::TimedOut);
    assert!(stage.advance(Input::Redrive));
    assert!(!stage.advance(Input::TaskSucceeded { task: first, output: json!(1) }), "its token is void");
    stage.now += jiff::SignedDuration::from_secs(99);
    stage.succeed("A", &json!({}));
    assert_eq!(stage.execution.status(), Status::Succeeded);
}

#[test]
fn a_fail_state_is_entered_again_and_fails_again() {
    let mut stage = Stage::begin(&definition(&json!({"A": {"Type": "Fail", "Error": "E"}})));
    assert!(stage.advance(Input::Redrive));
    let kinds: Vec<_> = stage.history.iter().map(|event| event.kind.as_str()).collect();
    let expected = [
        "ExecutionStarted",
        "FailStateEntered",
        "ExecutionFailed",
        "ExecutionRedriven",
        "FailStateEntered",
        "ExecutionFailed",
    ];
    assert_eq!(kinds, expected);
}
