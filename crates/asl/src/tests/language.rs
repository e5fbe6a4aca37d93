//! Every kind of state, run to its end on virtual time with mocked tasks.

use super::stage::{START, machine, run};
use crate::{Status, offline};
use serde_json::{Value, json};

fn check(states: &Value, input: Value, mocks: Value, expected: Value) {
    let run = run(&machine("A", states), input, mocks);
    assert_eq!(run.output, Some(expected), "{:?} {:?}", run.error, run.cause);
    assert_eq!(run.status, Status::Succeeded);
}

fn check_fails(states: &Value, mocks: Value, error: &str, cause: &str) {
    let run = run(&machine("A", states), json!({"n": 1}), mocks);
    assert_eq!(run.status, Status::Failed);
    assert_eq!(run.error.as_deref(), Some(error), "{:?}", run.cause);
    assert!(run.cause.as_deref().unwrap().contains(cause), "{:?}", run.cause);
}

fn seconds(run: &offline::Run) -> i64 {
    run.stopped.as_second() - START.parse::<jiff::Timestamp>().unwrap().as_second()
}

fn kinds(run: &offline::Run) -> Vec<&str> {
    run.history.iter().map(|event| event.kind.as_str()).collect()
}

fn invoke(more: &Value) -> Value {
    let mut state = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "ask", "Payload": "{% $states.input %}"}, "End": true,
    });
    for (name, field) in more.as_object().unwrap() {
        state[name] = field.clone();
    }
    state
}

#[test]
fn pass_assigns_for_the_next_state_and_keeps_its_input() {
    let states = json!({
        "A": {"Type": "Pass", "Assign": {"x": 1, "y": "{% $states.input.n + 1 %}"}, "Next": "B"},
        "B": {"Type": "Pass", "Assign": {"x": "{% $x + 10 %}", "z": "{% $x %}"}, "Next": "C"},
        "C": {"Type": "Succeed", "Output": {"x": "{% $x %}", "y": "{% $y %}", "z": "{% $z %}", "in": "{% $states.input %}"}},
    });
    check(&states, json!({"n": 4}), json!({}), json!({"x": 11, "y": 5, "z": 1, "in": {"n": 4}}));
}

#[test]
fn choice_takes_the_first_rule_that_holds_or_the_default() {
    let states = |output: Value| {
        json!({
            "A": {"Type": "Choice", "Assign": {"by": "default"}, "Output": "default", "Default": "C", "Choices": [
                {"Condition": false, "Next": "B"},
                {"Condition": "{% $states.input.n > 5 %}", "Next": "B", "Assign": {"by": "rule"}, "Output": output},
                {"Condition": "{% $states.input.n > 4 %}", "Next": "C"},
            ]},
            "B": {"Type": "Succeed", "Output": ["B", "{% $by %}", "{% $states.input %}"]},
            "C": {"Type": "Pass", "Output": ["C", "{% $exists($by) ? $by : 'nothing' %}", "{% $states.input %}"], "End": true},
        })
    };
    check(&states(json!("rule")), json!({"n": 6}), json!({}), json!(["B", "rule", "rule"]));
    check(&states(json!("rule")), json!({"n": 5}), json!({}), json!(["C", "nothing", {"n": 5}]));
    check(&states(json!("rule")), json!({"n": 1}), json!({}), json!(["C", "default", "default"]));
}

#[test]
fn a_choice_without_a_match_and_a_condition_that_is_no_boolean_fail() {
    let states = |condition: &str| {
        json!({
            "A": {"Type": "Choice", "Choices": [{"Condition": condition, "Next": "B"}]},
            "B": {"Type": "Succeed"},
        })
    };
    check_fails(&states("{% $states.input.n = 2 %}"), json!({}), "States.NoChoiceMatched", "No rule");
    check_fails(
        &states("{% $states.input.n %}"),
        json!({}),
        "States.QueryEvaluationError",
        "Expected 'boolean', but was 'number' for value: 1",
    );
    check_fails(&states("{% $states.input.m %}"), json!({}), "States.QueryEvaluationError", "(undefined)");
}

#[test]
fn wait_takes_seconds_and_instants() {
    let check = |wait: Value, expected: i64| {
        let mut state = wait;
        state["Type"] = json!("Wait");
        state["End"] = json!(true);
        let run = run(
            &machine("A", &json!({"A": state})),
            json!({"n": 90, "at": "2026-01-02T03:05:05Z"}),
            json!({}),
        );
        assert_eq!((run.status, seconds(&run)), (Status::Succeeded, expected), "{:?}", run.cause);
    };
    check(json!({"Seconds": 30}), 30);
    check(json!({"Seconds": 0}), 0);
    check(json!({"Seconds": "{% $states.input.n * 2 %}"}), 180);
    check(json!({"Timestamp": "2026-01-02T04:04:05Z"}), 3600);
    check(json!({"Timestamp": "{% $states.input.at %}"}), 60);
    check(json!({"Timestamp": "2020-01-01T00:00:00Z"}), 0);
    check(json!({"Timestamp": "{% $fromMillis($millis() + 5000) %}"}), 5);
}

#[test]
fn a_wait_for_a_broken_time_fails() {
    let state = |field: &str, value: &str| json!({"A": {"Type": "Wait", field: value, "End": true}});
    check_fails(
        &state("Seconds", "{% $states.input.n / 2 %}"),
        json!({}),
        "States.QueryEvaluationError",
        "whole number",
    );
    check_fails(&state("Seconds", "{% -1 %}"), json!({}), "States.QueryEvaluationError", "whole number");
    check_fails(&state("Timestamp", "{% 'tomorrow' %}"), json!({}), "States.QueryEvaluationError", "instant");
}

#[test]
fn fail_says_what_the_definition_says() {
    let state =
        json!({"A": {"Type": "Fail", "Error": "Refused", "Cause": "{% 'number ' & $states.input.n %}"}});
    check_fails(&state, json!({}), "Refused", "number 1");
}

#[test]
fn a_task_gives_its_result_and_the_history_that_aws_gives() {
    let states = json!({"A": invoke(&json!({"Output": "{% $states.result.Payload %}", "Assign": {"code": "{% $states.result.StatusCode %}"}}))});
    let mocks = json!({"A": [{"result": {"Payload": {"ok": true}, "StatusCode": 200}}]});
    let run = run(&machine("A", &states), json!({"n": 1}), mocks);
    assert_eq!(run.output, Some(json!({"ok": true})));
    insta::assert_json_snapshot!(run.history);
}

#[test]
fn a_task_with_a_token_can_read_it_and_is_submitted_first() {
    let states = json!({"A": {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "TimeoutSeconds": 60, "End": true,
        "Arguments": {"QueueUrl": "queue", "MessageBody": {"token": "{% $states.context.Task.Token %}"}},
    }});
    let run = run(&machine("A", &states), json!({}), json!({"A": [{"result": 7}]}));
    assert_eq!(run.output, Some(json!(7)));
    let expected = [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ];
    assert_eq!(kinds(&run), expected);
    let parameters =
        run.history[2].details["taskScheduledEventDetails"]["parameters"].as_str().unwrap().to_owned();
    let parameters: Value = serde_json::from_str(&parameters).unwrap();
    assert_eq!(parameters["MessageBody"]["token"].as_str().unwrap().len(), 64);
}

/// Runs one task under these handlers; expects how the run ends, when, and how often the task was tried.
fn check_handlers(handlers: &Value, mocks: &Value, expected: &Value, expected_seconds: i64, attempts: usize) {
    let states = json!({
        "A": invoke(handlers),
        "B": {"Type": "Pass", "End": true},
    });
    let reachable = states["A"].get("Catch").is_some();
    let mut states = states;
    if !reachable {
        states.as_object_mut().unwrap().remove("B");
    }
    let run = run(&machine("A", &states), json!({"n": 1}), json!({"A": mocks}));
    let ended = run.output.clone().unwrap_or_else(|| json!([run.error, run.cause]));
    let tried = kinds(&run).iter().filter(|kind| **kind == "TaskScheduled").count();
    assert_eq!((&ended, seconds(&run), tried), (expected, expected_seconds, attempts));
}

#[test]
fn retriers_back_off_and_give_up() {
    let boom = json!({"error": "Boom", "cause": "why"});
    let fine = json!({"result": "fine"});
    let retry = |retrier: Value| json!({"Retry": [retrier]});
    let failed = json!(["Boom", "why"]);
    check_handlers(&json!({}), &json!([boom]), &failed, 0, 1);
    check_handlers(&retry(json!({"ErrorEquals": ["Boom"]})), &json!([boom]), &failed, 1 + 2 + 4, 4);
    check_handlers(&retry(json!({"ErrorEquals": ["Other"]})), &json!([boom]), &failed, 0, 1);
    check_handlers(&retry(json!({"ErrorEquals": ["Boom"], "MaxAttempts": 0})), &json!([boom]), &failed, 0, 1);
    check_handlers(
        &retry(json!({"ErrorEquals": ["States.ALL"]})),
        &json!([boom, boom, fine]),
        &json!("fine"),
        3,
        3,
    );
    let capped = json!({"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 5, "BackoffRate": 3, "MaxDelaySeconds": 20, "MaxAttempts": 4});
    check_handlers(&retry(capped), &json!([boom]), &failed, 5 + 15 + 20 + 20, 5);
}

#[test]
fn each_retrier_counts_its_own_attempts() {
    let handlers = json!({"Retry": [
        {"ErrorEquals": ["One"], "IntervalSeconds": 1, "MaxAttempts": 1},
        {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "MaxAttempts": 1},
    ]});
    let mocks = json!([{"error": "One"}, {"error": "Two"}, {"error": "One", "cause": "again"}]);
    check_handlers(&handlers, &mocks, &json!(["One", "again"]), 11, 3);
}

#[test]
fn catchers_take_what_retriers_leave() {
    let boom = json!([{"error": "Boom", "cause": "why"}]);
    let plain = json!({"Catch": [{"ErrorEquals": ["Boom"], "Next": "B"}]});
    check_handlers(&plain, &boom, &json!({"Error": "Boom", "Cause": "why"}), 0, 1);
    let other = json!({"Catch": [{"ErrorEquals": ["Other"], "Next": "B"}]});
    check_handlers(&other, &boom, &json!(["Boom", "why"]), 0, 1);
    let output = json!({
        "Retry": [{"ErrorEquals": ["Boom"], "MaxAttempts": 2}],
        "Catch": [
            {"ErrorEquals": ["Other"], "Next": "B"},
            {"ErrorEquals": ["States.ALL"], "Next": "B", "Output": {"was": "{% $states.errorOutput.Error %}", "n": "{% $states.input.n %}"}},
        ],
    });
    check_handlers(&output, &boom, &json!({"was": "Boom", "n": 1}), 3, 3);
}

#[test]
fn time_outs_and_query_errors_are_errors_like_others() {
    let silence = json!([{"timeout": true}]);
    let catch = |error: &str| json!([{"ErrorEquals": [error], "Next": "B", "Output": "{% $states.errorOutput.Error %}"}]);
    check_handlers(
        &json!({"TimeoutSeconds": 40, "Catch": catch("States.Timeout")}),
        &silence,
        &json!("States.Timeout"),
        40,
        1,
    );
    check_handlers(
        &json!({"TimeoutSeconds": "{% 7 * $states.input.n %}", "Catch": catch("States.ALL")}),
        &silence,
        &json!("States.Timeout"),
        7,
        1,
    );
    check_handlers(
        &json!({"TimeoutSeconds": 40, "Catch": catch("States.TaskFailed")}),
        &silence,
        &json!(["States.Timeout", null]),
        40,
        1,
    );
    let fine = json!([{"result": {}}]);
    let broken =
        json!({"Output": "{% $states.result.missing %}", "Catch": catch("States.QueryEvaluationError")});
    check_handlers(&broken, &fine, &json!("States.QueryEvaluationError"), 0, 1);
    let worse = json!({
        "Output": "{% $states.result.missing %}",
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "B", "Output": "{% $states.errorOutput.missing %}"}],
    });
    let cause = "An error occurred while executing the state 'A' (entered at the event id #2). The JSONata expression \
                 '$states.errorOutput.missing' specified for the field 'Catch[0]/Output' returned nothing (undefined).";
    check_handlers(&worse, &fine, &json!(["States.QueryEvaluationError", cause]), 0, 1);
}

#[test]
fn retry_count_is_in_the_context() {
    let states = json!({"A": invoke(&json!({
        "Retry": [{"ErrorEquals": ["Boom"]}], "Output": "{% $states.context.State.RetryCount %}",
    }))});
    check(&states, json!({}), json!({"A": [{"error": "Boom"}, {"error": "Boom"}, {"result": 1}]}), json!(2));
}

#[test]
fn the_context_names_the_execution() {
    let states = json!({"A": {"Type": "Pass", "End": true, "Output": {
        "id": "{% $states.context.Execution.Id %}", "started": "{% $states.context.Execution.StartTime %}",
        "input": "{% $states.context.Execution.Input %}", "state": "{% $states.context.State.Name %}",
        "machine": "{% $states.context.StateMachine.Name %}",
    }}});
    let expected = json!({
        "id": "arn:aws:states:eu-central-1:000000000000:execution:offline:run", "started": "2026-01-02T03:04:05.000Z",
        "input": [1], "state": "A", "machine": "offline",
    });
    check(&states, json!([1]), json!({}), expected);
}

#[test]
fn values_over_the_limit_fail_and_only_their_own_name_catches_them() {
    let states = |error: &str| {
        json!({
            "A": invoke(&json!({"Catch": [{"ErrorEquals": [error], "Next": "B", "Output": "caught"}]})),
            "B": {"Type": "Succeed"},
        })
    };
    let mocks = json!({"A": [{"result": "x".repeat(crate::DATA_BYTES_MAX)}]});
    check_fails(
        &states("States.ALL"),
        mocks.clone(),
        "States.DataLimitExceeded",
        "exceeding the maximum number of bytes",
    );
    check(&states("States.DataLimitExceeded"), json!(1), mocks, json!("caught"));
}

#[test]
fn an_endless_loop_ends_with_the_history() {
    let states = json!({
        "A": {"Type": "Pass", "Next": "B"},
        "B": {"Type": "Pass", "Next": "A"},
    });
    check_fails(&states, json!({}), "States.Runtime", "25000");
}

#[test]
fn a_machine_times_out_as_a_whole() {
    let mut definition = machine("A", &json!({"A": {"Type": "Wait", "Seconds": 100, "End": true}}));
    definition["TimeoutSeconds"] = json!(60);
    let run = run(&definition, json!({}), json!({}));
    assert_eq!((run.status, run.error.as_deref(), seconds(&run)), (Status::TimedOut, None, 60));
}

fn block(state: &Value) -> Value {
    json!({"StartAt": "Inner", "States": {"Inner": state}})
}

#[test]
fn parallel_joins_in_order_and_branches_keep_their_variables() {
    let mut second = block(&json!({"Type": "Pass", "Assign": {"x": 2}, "End": true}));
    second["StartAt"] = json!("Second");
    let state = second["States"].as_object_mut().unwrap().remove("Inner").unwrap();
    second["States"]["Second"] = state;
    let states = json!({
        "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "P"},
        "P": {"Type": "Parallel", "Arguments": {"n": "{% $states.input.n + $x %}"}, "Next": "Z", "Branches": [
            block(&json!({"Type": "Wait", "Seconds": 50, "Output": ["{% $states.input.n %}", "{% $x %}"], "End": true})),
            second,
        ]},
        "Z": {"Type": "Succeed", "Output": {"x": "{% $x %}", "results": "{% $states.input %}"}},
    });
    check(&states, json!({"n": 5}), json!({}), json!({"x": 1, "results": [[6, 1], {"n": 6}]}));
}

#[test]
fn a_branch_that_fails_stops_the_others_and_can_be_caught() {
    let mut failing = block(&json!({"Type": "Fail", "Error": "Boom"}));
    failing["StartAt"] = json!("Failing");
    let state = failing["States"].as_object_mut().unwrap().remove("Inner").unwrap();
    failing["States"]["Failing"] = state;
    let states = json!({
        "A": {"Type": "Parallel", "End": true, "Branches": [
            block(&json!({"Type": "Wait", "Seconds": 50, "End": true})), failing,
        ], "Retry": [{"ErrorEquals": ["Boom"], "IntervalSeconds": 3, "MaxAttempts": 1}],
           "Catch": [{"ErrorEquals": ["Boom"], "Next": "B"}]},
        "B": {"Type": "Succeed", "Output": "caught"},
    });
    let run = run(&machine("A", &states), json!({}), json!({}));
    assert_eq!((run.output.clone(), seconds(&run)), (Some(json!("caught")), 3));
    // As on AWS, a state that is tried again has not failed yet.
    let count = |name: &str| kinds(&run).iter().filter(|kind| **kind == name).count();
    assert_eq!((count("ParallelStateStarted"), count("ParallelStateFailed")), (2, 1));
}

#[test]
fn map_runs_each_item_a_few_at_a_time() {
    let map = |more: Value| {
        let mut state = json!({
            "Type": "Map", "Items": "{% $states.input.rows %}", "MaxConcurrency": 2, "End": true,
            "ItemSelector": {"i": "{% $states.context.Map.Item.Index %}", "v": "{% $states.context.Map.Item.Value %}"},
            "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "Inner", "States": {
                "Inner": {"Type": "Wait", "Seconds": 10, "Output": "{% $states.input.i * $states.input.v %}", "End": true},
            }},
        });
        for (name, field) in more.as_object().unwrap() {
            state[name] = field.clone();
        }
        machine("A", &json!({"A": state}))
    };
    let run_map = |more: Value, input: Value| {
        let run = run(&map(more), input, json!({}));
        (run.output.clone().unwrap_or_else(|| json!(run.error)), seconds(&run))
    };
    assert_eq!(run_map(json!({}), json!({"rows": [5, 6, 7]})), (json!([0, 6, 14]), 20));
    assert_eq!(run_map(json!({"MaxConcurrency": 0}), json!({"rows": [5, 6, 7]})), (json!([0, 6, 14]), 10));
    assert_eq!(run_map(json!({}), json!({"rows": []})), (json!([]), 0));
    assert_eq!(run_map(json!({}), json!({"rows": 5})), (json!("States.QueryEvaluationError"), 0));
    assert_eq!(run_map(json!({}), json!({"rows": ["a"]})), (json!("States.QueryEvaluationError"), 10));
}

#[test]
fn a_map_tolerates_as_many_failures_as_it_says() {
    let outcome = |more: &Value| {
        let mut state = json!({
            "Type": "Map", "Items": [1, 2, 3, 4], "MaxConcurrency": 2, "End": true,
            "ItemProcessor": {"StartAt": "Inner", "States": {"Inner": invoke(&json!({"Output": "{% $states.input %}"}))}},
        });
        state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let mocks = json!({"Inner": [{"result": 0}, {"error": "Boom", "cause": "why"}, {"result": 0}, {"error": "Boom"}]});
        let run = run(&machine("A", &json!({"A": state})), json!({}), mocks);
        run.output.unwrap_or_else(|| json!(run.error))
    };
    let kept = json!([1, {"Error": "Boom", "Cause": "why"}, 3, {"Error": "Boom", "Cause": ""}]);
    let exceeded = json!("States.ExceedToleratedFailureThreshold");
    assert_eq!(outcome(&json!({})), json!("Boom"));
    assert_eq!(outcome(&json!({"ToleratedFailureCount": 1})), exceeded);
    assert_eq!(outcome(&json!({"ToleratedFailureCount": 2})), kept);
    assert_eq!(outcome(&json!({"ToleratedFailureCount": "{% 1 + 2 %}"})), kept);
    assert_eq!(outcome(&json!({"ToleratedFailurePercentage": 49.9})), exceeded);
    assert_eq!(outcome(&json!({"ToleratedFailurePercentage": 50})), kept);
    assert_eq!(outcome(&json!({"ToleratedFailurePercentage": 50, "ToleratedFailureCount": 1})), exceeded);
    assert_eq!(
        outcome(&json!({"ToleratedFailurePercentage": "{% 101 %}"})),
        json!("States.QueryEvaluationError")
    );
}

#[test]
fn at_most_forty_items_run_at_a_time() {
    let ended = |items: usize| {
        let state = json!({
            "Type": "Map", "Items": format!("{{% [1..{items}] %}}"), "End": true,
            "ItemProcessor": {"StartAt": "Inner", "States": {"Inner": {"Type": "Wait", "Seconds": 10, "End": true}}},
        });
        seconds(&run(&machine("A", &json!({"A": state})), json!({}), json!({})))
    };
    assert_eq!([39, 40, 41].map(ended), [10, 10, 20]);
}

#[test]
fn values_end_at_their_limits() {
    let ended = |bytes: usize, field: &str| {
        // With its quotation marks, the text is as long as asked.
        let expression = format!("{{% $pad('', {}, 'x') %}}", bytes - 2);
        let value = if field == "Assign" { json!({ "v": expression }) } else { json!(expression) };
        let run = run(
            &machine("A", &json!({"A": {"Type": "Pass", field: value, "End": true}})),
            json!({}),
            json!({}),
        );
        run.error
    };
    for field in ["Output", "Assign"] {
        assert_eq!(ended(crate::DATA_BYTES_MAX - 1, field), None, "{field}");
        assert_eq!(ended(crate::DATA_BYTES_MAX, field), None, "{field}");
        assert_eq!(
            ended(crate::DATA_BYTES_MAX + 1, field).as_deref(),
            Some("States.DataLimitExceeded"),
            "{field}"
        );
    }
}

#[test]
fn answers_can_take_their_time_and_give_signs_of_life() {
    let states = json!({"A": {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
        "Arguments": {"QueueUrl": "q", "MessageBody": "{% $states.context.Task.Token %}"},
        "TimeoutSeconds": 100, "HeartbeatSeconds": 10,
    }});
    let ended = |answer: Value| {
        let run = run(&machine("A", &states), json!({}), json!({ "A": [answer] }));
        (run.output.unwrap_or_else(|| json!(run.error)), run.stopped)
    };
    let at =
        |seconds: i64| START.parse::<jiff::Timestamp>().unwrap() + jiff::SignedDuration::from_secs(seconds);
    assert_eq!(ended(json!({"result": 7, "after": 9})), (json!(7), at(9)));
    assert_eq!(ended(json!({"result": 7, "after": 11})), (json!("States.Timeout"), at(10)));
    assert_eq!(ended(json!({"result": 7, "after": 99, "heartbeat_every": 9})), (json!(7), at(99)));
    assert_eq!(
        ended(json!({"result": 7, "after": 100, "heartbeat_every": 9})),
        (json!("States.Timeout"), at(100))
    );
    assert_eq!(ended(json!({"result": null, "after": 3})), (json!(null), at(3)));
}
