//! The events of a run, numbered and linked as `GetExecutionHistory` of AWS gives them.

use super::stage::{machine, run};
use serde_json::{Value, json};

/// Runs the states and expects these events: number, the number it follows from, type.
fn check(states: &Value, input: Value, mocks: Value, expected: &[(u64, u64, &str)]) {
    let run = run(&machine("A", states), input, mocks);
    let events: Vec<_> =
        run.history.iter().map(|event| (event.id, event.previous_event_id, event.kind.as_str())).collect();
    assert_eq!(events, expected);
}

/// The details of the first event of a type.
fn details(states: &Value, mocks: Value, kind: &str) -> Value {
    let run = run(&machine("A", states), json!({}), mocks);
    let event = run.history.iter().find(|event| event.kind == kind).expect(kind);
    Value::Object(event.details.clone())
}

fn call(more: &Value) -> Value {
    let mut state = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "f"}, "End": true});
    state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    state
}

fn map(more: &Value, inner: &Value) -> Value {
    let mut state = json!({"Type": "Map", "End": true,
        "ItemProcessor": {"StartAt": "Inner", "States": {"Inner": inner}}});
    state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"A": state})
}

#[test]
fn what_follows_a_map_follows_from_its_last_item() {
    let states = map(&json!({"Items": [1, 2], "MaxConcurrency": 1}), &json!({"Type": "Pass", "End": true}));
    let expected = [
        (1, 0, "ExecutionStarted"),
        (2, 0, "MapStateEntered"),
        (3, 2, "MapStateStarted"),
        (4, 3, "MapIterationStarted"),
        (5, 4, "PassStateEntered"),
        (6, 5, "PassStateExited"),
        (7, 6, "MapIterationSucceeded"),
        (8, 6, "MapIterationStarted"),
        (9, 8, "PassStateEntered"),
        (10, 9, "PassStateExited"),
        (11, 10, "MapIterationSucceeded"),
        (12, 11, "MapStateSucceeded"),
        (13, 11, "MapStateExited"),
        (14, 13, "ExecutionSucceeded"),
    ];
    check(&states, json!({}), json!({}), &expected);
}

#[test]
fn a_map_over_nothing_starts_and_succeeds() {
    let states = map(&json!({"Items": []}), &json!({"Type": "Pass", "End": true}));
    let expected = [
        (1, 0, "ExecutionStarted"),
        (2, 0, "MapStateEntered"),
        (3, 2, "MapStateStarted"),
        (4, 3, "MapStateSucceeded"),
        (5, 3, "MapStateExited"),
        (6, 5, "ExecutionSucceeded"),
    ];
    check(&states, json!({}), json!({}), &expected);
}

#[test]
fn a_map_that_is_tried_again_starts_again_and_fails_once() {
    let retry = json!([{"ErrorEquals": ["E"], "MaxAttempts": 1}]);
    let states =
        map(&json!({"Items": [1], "Retry": retry}), &json!({"Type": "Fail", "Error": "E", "Cause": "c"}));
    let expected = [
        (1, 0, "ExecutionStarted"),
        (2, 0, "MapStateEntered"),
        (3, 2, "MapStateStarted"),
        (4, 3, "MapIterationStarted"),
        (5, 4, "FailStateEntered"),
        (6, 5, "MapIterationFailed"),
        (7, 5, "MapStateStarted"),
        (8, 7, "MapIterationStarted"),
        (9, 8, "FailStateEntered"),
        (10, 9, "MapIterationFailed"),
        (11, 9, "MapStateFailed"),
        (12, 11, "ExecutionFailed"),
    ];
    check(&states, json!({}), json!({}), &expected);
}

#[test]
fn items_that_run_are_aborted_with_the_one_that_times_out() {
    let states = map(&json!({"Items": [1, 2]}), &call(&json!({"TimeoutSeconds": 5})));
    let mocks = json!({"Inner": [{"timeout": true}, {"result": 1, "after": 9}]});
    let expected = [
        (1, 0, "ExecutionStarted"),
        (2, 0, "MapStateEntered"),
        (3, 2, "MapStateStarted"),
        (4, 3, "MapIterationStarted"),
        (5, 3, "MapIterationStarted"),
        (6, 4, "TaskStateEntered"),
        (7, 6, "TaskScheduled"),
        (8, 5, "TaskStateEntered"),
        (9, 8, "TaskScheduled"),
        (10, 7, "TaskStarted"),
        (11, 9, "TaskStarted"),
        (12, 10, "TaskTimedOut"),
        (13, 12, "MapIterationFailed"),
        (14, 12, "TaskStateAborted"),
        (15, 12, "MapIterationAborted"),
        (16, 12, "TaskStateAborted"),
        (17, 12, "MapStateFailed"),
        (18, 17, "ExecutionFailed"),
    ];
    check(&states, json!({}), mocks, &expected);
}

#[test]
fn what_follows_a_parallel_follows_from_its_last_branch() {
    let branch = |name: &str| json!({"StartAt": name, "States": {name: {"Type": "Pass", "End": true}}});
    let states = json!({"A": {"Type": "Parallel", "Branches": [branch("B"), branch("C")], "End": true}});
    let expected = [
        (1, 0, "ExecutionStarted"),
        (2, 0, "ParallelStateEntered"),
        (3, 2, "ParallelStateStarted"),
        (4, 3, "PassStateEntered"),
        (5, 4, "PassStateExited"),
        (6, 3, "PassStateEntered"),
        (7, 6, "PassStateExited"),
        (8, 7, "ParallelStateSucceeded"),
        (9, 7, "ParallelStateExited"),
        (10, 9, "ExecutionSucceeded"),
    ];
    check(&states, json!({}), json!({}), &expected);
}

#[test]
fn a_failed_evaluation_follows_from_what_the_state_followed_from() {
    let states = json!({
        "A": {"Type": "Pass", "Assign": {"items": 1}, "Next": "B"},
        "B": map(&json!({"Items": "{% $items %}"}), &json!({"Type": "Pass", "End": true}))["A"],
    });
    let expected = [
        (1, 0, "ExecutionStarted"),
        (2, 0, "PassStateEntered"),
        (3, 2, "PassStateExited"),
        (4, 3, "MapStateEntered"),
        (5, 3, "EvaluationFailed"),
        (6, 5, "MapStateFailed"),
        (7, 6, "ExecutionFailed"),
    ];
    check(&states, json!({}), json!({}), &expected);
    let cause = "An error occurred while executing the state 'B' (entered at the event id #4). The JSONata expression \
                 '$items' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was \
                 'number' for value: 1";
    let failed = json!({"evaluationFailedEventDetails": {
        "error": "States.QueryEvaluationError", "cause": cause, "state": "B", "location": "Items"}});
    assert_eq!(details(&states, json!({}), "EvaluationFailed"), failed);
    let ended =
        json!({"executionFailedEventDetails": {"error": "States.QueryEvaluationError", "cause": cause}});
    assert_eq!(details(&states, json!({}), "ExecutionFailed"), ended);
}

#[test]
fn an_input_that_is_no_list_is_shown() {
    let states = map(&json!({}), &json!({"Type": "Pass", "End": true}));
    let cause = "An error occurred while executing the state 'A' (entered at the event id #2). Map state input must be \
                 an array but was: {}";
    let failed = json!({"evaluationFailedEventDetails": {
        "error": "States.QueryEvaluationError", "cause": cause, "state": "A"}});
    assert_eq!(details(&states, json!({}), "EvaluationFailed"), failed);
}

#[test]
fn time_outs_and_silent_failures_have_no_cause() {
    let wait_for_token = json!({"A": {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
        "Arguments": {"QueueUrl": "q", "MessageBody": "{% $states.context.Task.Token %}"},
        "TimeoutSeconds": 600, "HeartbeatSeconds": 5,
    }});
    let silent = json!({"A": [{"timeout": true}]});
    let resource = json!({"resourceType": "sqs", "resource": "sendMessage.waitForTaskToken"});
    let mut timed_out = resource;
    timed_out["error"] = json!("States.Timeout");
    let timed_out = json!({ "taskTimedOutEventDetails": timed_out });
    assert_eq!(details(&wait_for_token, silent.clone(), "TaskTimedOut"), timed_out);
    let failed = json!({"executionFailedEventDetails": {"error": "States.Timeout"}});
    assert_eq!(details(&wait_for_token, silent, "ExecutionFailed"), failed);
    let nothing = json!({"executionFailedEventDetails": {}});
    assert_eq!(details(&json!({"A": {"Type": "Fail"}}), json!({}), "ExecutionFailed"), nothing);
    let caught = json!({
        "A": call(&json!({"TimeoutSeconds": 2, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B"}]})),
        "B": {"Type": "Succeed"},
    });
    let exited = details(&caught, json!({"A": [{"timeout": true}]}), "TaskStateExited");
    assert_eq!(
        exited["stateExitedEventDetails"]["output"],
        json!(r#"{"Error":"States.Timeout","Cause":""}"#)
    );
}

#[test]
fn a_retry_schedules_again_directly_after_the_failure() {
    let states = json!({"A": call(&json!({"Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 1}]}))});
    let mocks = json!({"A": [{"error": "E"}, {"result": 1}]});
    let expected = [
        (1, 0, "ExecutionStarted"),
        (2, 0, "TaskStateEntered"),
        (3, 2, "TaskScheduled"),
        (4, 3, "TaskStarted"),
        (5, 4, "TaskFailed"),
        (6, 5, "TaskScheduled"),
        (7, 6, "TaskStarted"),
        (8, 7, "TaskSucceeded"),
        (9, 8, "TaskStateExited"),
        (10, 9, "ExecutionSucceeded"),
    ];
    check(&states, json!({}), mocks, &expected);
}

#[test]
fn the_context_counts_retries_only_where_there_can_be_some() {
    let read = "{% $states.context %}";
    let states = json!({"A": {"Type": "Pass", "Output": read, "End": true}});
    let context = run(&machine("A", &states), json!({"n": 1}), json!({})).output.unwrap();
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&context), ["Execution", "StateMachine", "State"]);
    assert_eq!(names(&context["Execution"]), ["Id", "Input", "StartTime", "Name", "RoleArn", "RedriveCount"]);
    assert_eq!(names(&context["State"]), ["Name", "EnteredTime"]);
    let states = json!({"A": call(&json!({"Output": read}))});
    let context = run(&machine("A", &states), json!({}), json!({"A": [{"result": 1}]})).output.unwrap();
    assert_eq!(names(&context["State"]), ["Name", "EnteredTime", "RetryCount"]);
}

#[test]
fn a_history_ends_at_its_limit_with_the_failure() {
    let states = json!({"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}});
    let run = run(&machine("A", &states), json!({}), json!({}));
    assert_eq!(run.history.len(), 25_000);
    let last = run.history.last().unwrap();
    assert_eq!((last.id, last.kind.as_str()), (25_000, "ExecutionFailed"));
}
