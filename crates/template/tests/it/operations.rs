//! Alarms and releases, of which the plan says nothing: the template itself is asked.

use serde_yaml_ng::{Mapping, Value};
use std::collections::BTreeSet;

use super::texts::own_text;

fn template() -> Value {
    serde_yaml_ng::from_str(&own_text()).unwrap()
}

fn of_type<'template>(template: &'template Value, kind: &str) -> Vec<(&'template str, &'template Value)> {
    let resources: &Mapping = template["Resources"].as_mapping().unwrap();
    let all = resources.iter().filter(|(_, resource)| resource["Type"] == kind);
    all.map(|(name, resource)| (name.as_str().unwrap(), &resource["Properties"])).collect()
}

/// What `!Ref` or another short form stands before.
fn tagged<'node>(node: &'node Value, tag: &str) -> Option<&'node str> {
    match node {
        Value::Tagged(tagged) if tagged.tag == tag => tagged.value.as_str(),
        _ => None,
    }
}

#[test]
fn every_alarm_reaches_the_one_topic_within_what_cloudwatch_allows() {
    let template = template();
    let alarms = of_type(&template, "AWS::CloudWatch::Alarm");
    for (name, alarm) in &alarms {
        for action in ["AlarmActions", "OKActions"] {
            assert_eq!(tagged(&alarm[action][0], "Ref"), Some("AlarmTopic"), "{name} {action}");
        }
        assert!(alarm["AlarmDescription"].as_str().unwrap().ends_with('.'), "{name}");
        assert_eq!(alarm["TreatMissingData"], "notBreaching", "{name}");
        // One expression is the alarm's; CloudWatch takes ten metrics under it.
        if let Some(metrics) = alarm["Metrics"].as_sequence() {
            assert!((2..=11).contains(&metrics.len()), "{name}");
            assert_eq!(metrics.iter().filter(|metric| metric["ReturnData"] == true).count(), 1, "{name}");
        }
    }
    let shown = of_type(&template, "AWS::CloudWatch::Dashboard")[0].1["DashboardBody"].clone();
    let Value::Tagged(shown) = shown else { panic!("a text with substitutions") };
    let shown = shown.value.as_str().unwrap();
    for (name, alarm) in &alarms {
        let physical = tagged(&alarm["AlarmName"], "Sub").unwrap();
        assert!(shown.contains(&format!("alarm:{physical}\"")), "{name}");
    }
    let body: serde_json::Value = serde_json::from_str(shown).unwrap();
    assert!(body["widgets"].as_array().unwrap().len() > 10);
}

/// What the functions count (their own tests hold the names), and nothing that nobody counts.
#[test]
fn metrics_of_our_own_are_those_that_the_functions_emit() {
    const EMITTED: [&str; 7] = [
        "CallbackSignatureFailures",
        "DocumentsFailed",
        "DocumentsOverdue",
        "DocumentsReady",
        "OldestWaitingSeconds",
        "StageSeconds",
        "TransferRetries",
    ];
    let template = template();
    for (name, alarm) in of_type(&template, "AWS::CloudWatch::Alarm") {
        let metrics = alarm["Metrics"].as_sequence().into_iter().flatten();
        for metric in metrics.map(|metric| &metric["MetricStat"]["Metric"]).chain([alarm]) {
            if metric["Namespace"] == "Lectern" {
                assert!(EMITTED.contains(&metric["MetricName"].as_str().unwrap()), "{name}");
                assert_eq!(metric["Dimensions"][0]["Name"], "Stack", "{name}");
                assert_eq!(
                    tagged(&metric["Dimensions"][0]["Value"], "Ref"),
                    Some("AWS::StackName"),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn a_release_is_rolled_back_on_alarms_and_reaches_whoever_invokes_a_function() {
    let template = template();
    let globals = &template["Globals"]["Function"];
    assert_eq!(globals["AutoPublishAlias"], "live");
    // A function that is otherwise unchanged has a new version with a new release, or CloudFormation refuses to make it.
    assert_eq!(tagged(&globals["Environment"]["Variables"]["RELEASE"], "Ref"), Some("Release"));
    let preference = &globals["DeploymentPreference"];
    assert_eq!(tagged(&preference["Enabled"], "Ref"), Some("GradualReleases"));
    let alarms: BTreeSet<&str> =
        of_type(&template, "AWS::CloudWatch::Alarm").into_iter().map(|(name, _)| name).collect();
    let watched = preference["Alarms"].as_sequence().unwrap();
    assert!(watched.iter().all(|alarm| tagged(alarm, "Ref").is_some_and(|name| alarms.contains(name))));
    for (name, function) in of_type(&template, "AWS::Serverless::Function") {
        // A version keeps everything that it was published with, not its code alone.
        assert_eq!(function["AutoPublishAliasAllProperties"], true, "{name}");
        assert_eq!(tagged(&function["AutoPublishCodeSha256"], "Ref"), Some("Release"), "{name}");
    }
    // SAM leads events to the alias; the machines have to be led there.
    let mut invoked = 0;
    for (name, machine) in of_type(&template, "AWS::Serverless::StateMachine") {
        for (substitution, value) in machine["DefinitionSubstitutions"].as_mapping().unwrap() {
            if substitution.as_str().unwrap().ends_with("FunctionArn") {
                assert!(tagged(value, "Ref").is_some_and(|target| target.ends_with(".Alias")), "{name}");
                invoked += 1;
            }
        }
    }
    assert_eq!(invoked, 3);
}
