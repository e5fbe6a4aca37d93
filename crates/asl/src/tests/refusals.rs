//! What a definition is refused for, and that it says where.

use crate::{DEFINITION_BYTES_MAX, Diagnostic, Machine};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A machine that is in order, with one state of each kind that has fields worth spoiling.
fn sound() -> Value {
    json!({
        "QueryLanguage": "JSONata", "StartAt": "Call", "TimeoutSeconds": 100, "Comment": "…", "Version": "1.0",
        "States": {
            "Call": {
                "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 5, "Next": "Tell",
                "Arguments": {"FunctionName": "f", "Payload": {"deep": ["{% $states.input %}"]}},
                "Assign": {"kept": "{% $states.result %}"},
                "Retry": [{"ErrorEquals": ["Lambda.Unknown"]}, {"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Stop", "Output": "{% $states.errorOutput %}"}],
            },
            "Tell": {
                "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Next": "Rest",
                "Arguments": {"QueueUrl": "q", "MessageBody": "{% $states.context.Task.Token %}", "DelaySeconds": 3},
                "TimeoutSeconds": 50, "HeartbeatSeconds": 10,
            },
            "Rest": {"Type": "Wait", "Seconds": 3, "Next": "Ask"},
            "Ask": {"Type": "Choice", "Choices": [{"Condition": "{% $kept.x = 1 %}", "Next": "Rest"}], "Default": "Done"},
            "Done": {"Type": "Succeed", "Output": "{% $kept %}"},
            "Stop": {"Type": "Fail", "Error": "E", "Cause": "{% $string($states.input) %}"},
        },
    })
}

/// Sets the value at `pointer` in a sound machine; null takes the field away. Expects where and what is refused.
fn check(pointer: &str, value: Value, place: &str, part: &str) {
    let mut definition = sound();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = definition.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        parent.remove(name);
    } else {
        parent.insert(name.to_owned(), value);
    }
    let error = Machine::load(&definition.to_string()).expect_err(pointer);
    // States are named as `Call.Retry[0]`, what is beside them as it is.
    let place = if place.starts_with('/') {
        place.to_owned()
    } else {
        format!("/States/{}", place.replace('.', "/"))
    };
    let told = |found: &Diagnostic| found.location == place && found.message.contains(part);
    assert!(error.diagnostics.iter().any(told), "{place}: {error}");
}

#[test]
fn a_sound_machine_is_loaded() {
    Machine::load(&sound().to_string()).unwrap();
}

#[test]
fn what_is_wrong_with_the_machine_itself() {
    check("/QueryLanguage", Value::Null, "/States/Call/QueryLanguage", "JSONPath is not run");
    check("/StartAt", json!("Nowhere"), "/StartAt", "Missing 'StartAt' target: Nowhere");
    check("/States", json!([]), "/States", "object");
    check("/Extra", json!(1), "/Extra", "not supported");
    check("/TimeoutSeconds", json!(0), "/TimeoutSeconds", "whole number");
    check("/Version", json!("2.0"), "/Version", "1.0");
}

#[test]
fn what_is_no_definition_at_all() {
    let told = |text: &str| Machine::load(text).unwrap_err().to_string();
    assert_eq!(told(""), "SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object");
    assert_eq!(told("[]"), "SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object");
    assert_eq!(told("{}"), "SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /");
    assert!(told("{").starts_with("INVALID_JSON_DESCRIPTION: "));
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let mut definition = sound();
    definition["Extra"] = json!(1);
    definition["States"]["Call"]["TimeoutSeconds"] = json!(0);
    definition["States"]["Call"]["Retry"][1]["MaxAttempts"] = json!(-1);
    definition["States"]["Call"]["Arguments"]["Payload"] = json!(["{% $a %}", "{% $b %}"]);
    definition["States"]["Rest"]["Next"] = json!("Nowhere");
    definition["States"]["Stop"]["Type"] = json!("Halt");
    let error = Machine::load(&definition.to_string()).unwrap_err();
    let mut places: Vec<_> = error.diagnostics.iter().map(|found| found.location.as_str()).collect();
    places.sort_unstable();
    let expected = [
        "/Extra",
        "/States/Ask",
        "/States/Call/Arguments/Payload[0]",
        "/States/Call/Arguments/Payload[1]",
        "/States/Call/Retry[1]/MaxAttempts",
        "/States/Call/TimeoutSeconds",
        "/States/Done",
        "/States/Rest/Next",
        "/States/Stop/Type",
    ];
    assert_eq!(places, expected, "{error}");
}

#[test]
fn definitions_and_names_end_at_their_limits() {
    let padded = |bytes: usize| {
        let mut definition = sound();
        definition["Comment"] = json!("");
        let short = definition.to_string().len();
        definition["Comment"] = json!("x".repeat(bytes - short));
        Machine::load(&definition.to_string())
    };
    assert!(padded(DEFINITION_BYTES_MAX - 1).is_ok() && padded(DEFINITION_BYTES_MAX).is_ok());
    assert!(padded(DEFINITION_BYTES_MAX + 1).unwrap_err().to_string().contains("1048576"));
    let named = |length: usize| {
        let name = "n".repeat(length);
        let mut definition = json!({"QueryLanguage": "JSONata", "StartAt": name, "States": {}});
        definition["States"][name] = json!({"Type": "Succeed"});
        Machine::load(&definition.to_string()).is_ok()
    };
    assert_eq!([79, 80, 81].map(named), [true, true, false]);
    let seconds = |seconds: u64| {
        let state = json!({"Type": "Wait", "Seconds": seconds, "End": true});
        let definition = json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": state}});
        Machine::load(&definition.to_string()).is_ok()
    };
    assert_eq!([99_999_998, 99_999_999, 100_000_000].map(seconds), [true, true, false]);
}

#[test]
fn what_is_wrong_with_a_state() {
    check("/States/Rest/Type", json!("Sleep"), "Rest.Type", "Sleep");
    check("/States/Rest/Next", json!("Nowhere"), "Rest.Next", "Missing 'Next' target: Nowhere");
    check("/States/Rest/Next", Value::Null, "Rest", "[Next, End]");
    check("/States/Rest/End", json!(true), "Rest.End", "either");
    check("/States/Rest/Seconds", json!(-1), "Rest.Seconds", "whole number");
    check("/States/Rest/Seconds", json!("3"), "Rest.Seconds", "whole number");
    check("/States/Rest/Timestamp", json!("2026-01-01T00:00:00Z"), "Rest", "[Seconds, Timestamp]");
    check("/States/Rest/Assign", json!({"states": 1}), "Rest.Assign/states", "variable");
    check("/States/Rest/Retry", json!([]), "Rest.Retry", "not supported");
    check("/States/Lonely", json!({"Type": "Succeed"}), "Lonely", "not reachable");
    check("/States/Done/Next", json!("Rest"), "Done.Next", "not supported");
    check("/States/Rest/QueryLanguage", json!("JSONPath"), "Rest", "can not be 'JSONPath'");
    check("/States/Ask/Choices", json!([]), "Ask.Choices", "at least one");
    check("/States/Ask/Default", json!("Nowhere"), "Ask.Default", "Nowhere");
    check(
        "/States/Ask/Choices",
        json!([{"Variable": "$.x", "Next": "Rest"}]),
        "Ask.Choices[0]",
        "These fields are required: [Condition]",
    );
    check(
        "/States/Ask/Choices",
        json!([{"Condition": true, "Next": "Nowhere"}]),
        "Ask.Choices[0].Next",
        "Nowhere",
    );
    let long = "n".repeat(81);
    check(&format!("/States/{long}"), json!({"Type": "Succeed"}), &long, "80");
}

#[test]
fn json_path_is_refused_by_name() {
    for field in
        ["Parameters", "InputPath", "OutputPath", "ResultPath", "ResultSelector", "TimeoutSecondsPath"]
    {
        check(&format!("/States/Call/{field}"), json!("$.x"), &format!("Call.{field}"), "JSONPath");
    }
    check("/States/Rest/SecondsPath", json!("$.x"), "Rest.SecondsPath", "JSONPath");
}

#[test]
fn what_is_wrong_with_a_task() {
    check("/States/Call/Resource", json!("arn:aws:lambda:x:y:function:f"), "Call.Resource", "not run");
    check("/States/Call/Resource", json!("arn:aws:states:::dynamodb:putItem"), "Call.Resource", "not run");
    check("/States/Call/Arguments", Value::Null, "Call", "[Arguments]");
    check("/States/Call/Arguments", json!("text"), "Call.Arguments", "object");
    check("/States/Call/Arguments", json!({"Payload": 1}), "Call.Arguments", "[FunctionName]");
    check("/States/Call/Arguments/Qualifier", json!("1"), "Call.Arguments/Qualifier", "not run");
    check("/States/Tell/Arguments/DelaySeconds", json!(901), "Tell.Arguments/DelaySeconds", "900");
    check("/States/Tell/HeartbeatSeconds", json!(50), "Tell.HeartbeatSeconds", "less than");
    check("/States/Call/HeartbeatSeconds", json!(1), "Call.HeartbeatSeconds", "token");
    check("/States/Call/TimeoutSeconds", json!(1.5), "Call.TimeoutSeconds", "whole number");
    check("/States/Call/Credentials", json!({}), "Call.Credentials", "not run");
}

#[test]
fn what_is_wrong_with_retriers_and_catchers() {
    let retry = |retrier: Value| json!([retrier]);
    let all = "States.ALL";
    check("/States/Call/Retry", retry(json!({})), "Call.Retry[0].ErrorEquals", "at least one");
    check(
        "/States/Call/Retry",
        json!([{"ErrorEquals": [all]}, {"ErrorEquals": ["E"]}]),
        "Call.Retry[0].ErrorEquals",
        "last",
    );
    check(
        "/States/Call/Retry",
        retry(json!({"ErrorEquals": ["E", all]})),
        "Call.Retry[0].ErrorEquals",
        "alone",
    );
    check(
        "/States/Call/Retry",
        retry(json!({"ErrorEquals": ["E"], "MaxAttempts": -1})),
        "Call.Retry[0].MaxAttempts",
        "whole",
    );
    check(
        "/States/Call/Retry",
        retry(json!({"ErrorEquals": ["E"], "BackoffRate": 0.5})),
        "Call.Retry[0].BackoffRate",
        "1",
    );
    check(
        "/States/Call/Retry",
        retry(json!({"ErrorEquals": ["E"], "IntervalSeconds": 9, "MaxDelaySeconds": 8})),
        "Call.Retry[0].MaxDelaySeconds",
        "less",
    );
    check(
        "/States/Call/Retry",
        retry(json!({"ErrorEquals": ["E"], "JitterStrategy": "HALF"})),
        "Call.Retry[0].JitterStrategy",
        "FULL",
    );
    check(
        "/States/Call/Catch",
        json!([{"ErrorEquals": [all], "Next": "Nowhere"}]),
        "Call.Catch[0].Next",
        "Nowhere",
    );
    check(
        "/States/Call/Catch",
        json!([{"ErrorEquals": [all], "Next": "Stop", "ResultPath": "$"}]),
        "Call.Catch[0].ResultPath",
        "JSONPath",
    );
}

#[test]
fn what_is_wrong_with_an_expression() {
    let payload = "/States/Call/Arguments/Payload";
    check(payload, json!({"deep": [1, "{% $nowhere %}"]}), "Call.Arguments/Payload/deep[1]", "$nowhere");
    check(payload, json!("{% $upcase('a') %}"), "Call.Arguments/Payload", "$upcase");
    check(payload, json!("{% 1 + %}"), "Call.Arguments/Payload", "parsed");
    check(payload, json!("{% 1 "), "Call.Arguments/Payload", "begins with");
    check(payload, json!(" {% 1 %}"), "Call.Arguments/Payload", "begins with");
    check(payload, json!("{%}"), "Call.Arguments/Payload", "begins with");
    check(payload, json!("{% $states.result %}"), "Call.Arguments/Payload", "$states.result");
    check("/States/Done/Output", json!("{% $states.errorOutput %}"), "Done.Output", "errorOutput");
    check(
        "/States/Ask/Choices",
        json!([{"Condition": "{% kept.x = 1 %}", "Next": "Rest"}]),
        "Ask.Choices[0].Condition",
        "`kept`",
    );
}

#[test]
fn names_are_unique_across_branches() {
    let branch = json!({"StartAt": "Rest", "States": {"Rest": {"Type": "Succeed"}}});
    let state = json!({"Type": "Parallel", "Branches": [branch], "Next": "Rest"});
    check("/States/Both", state, "Both.Branches[0].States.Rest", "named");
    let branch = json!({"StartAt": "In", "States": {"In": {"Type": "Pass", "Next": "Rest"}}});
    check(
        "/States/Both",
        json!({"Type": "Parallel", "Branches": [branch], "Next": "Rest"}),
        "Both.Branches[0].States.In.Next",
        "Missing 'Next' target: Rest",
    );
    check(
        "/States/Both",
        json!({"Type": "Map", "Next": "Rest", "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "In", "States": {}}}),
        "Both.ItemProcessor.ProcessorConfig.Mode",
        "INLINE",
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let words = [
        "A",
        "B",
        "Type",
        "Task",
        "Next",
        "End",
        "States",
        "StartAt",
        "Pass",
        "Choice",
        "Map",
        "{% $x %}",
        "{% $map([1], $) %}",
        "{% ",
        "JSONata",
        "QueryLanguage",
        "Assign",
        "Retry",
        "ErrorEquals",
        "States.ALL",
        "Wait",
        "Seconds",
        "Output",
    ];
    let word = proptest::sample::select(words.to_vec()).prop_map(str::to_owned);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        "\\{% \\PC{0,20} %\\}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(word.clone(), inner, 0..6).prop_map(Value::from_iter),
        ]
    })
}

proptest! {
    #[test]
    fn no_definition_makes_the_loader_panic(value in any_json(), pointer in 0_usize..6) {
        let mut definition = sound();
        let places = ["/States/Call", "/States/Ask", "/States", "/States/Rest/Next", "/States/Call/Arguments/Payload", "/States/Call/Retry"];
        if let Some(place) = definition.pointer_mut(places[pointer]) {
            *place = value.clone();
        }
        let _ = Machine::load(&definition.to_string());
        let _ = Machine::load(&value.to_string());
    }

    #[test]
    fn no_text_makes_the_loader_panic(text in "\\PC{0,200}") {
        let _ = Machine::load(&text);
        let state = json!({"Type": "Pass", "Output": format!("{{%{text}%}}"), "End": true});
        let _ = Machine::load(&json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": state}}).to_string());
    }
}
