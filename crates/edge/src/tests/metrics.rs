//! What is written for CloudWatch. The recorder is the process's, so one test does it all.

use super::items;
use crate::measure;
use document::{Moment, Status};
use serde_json::Value;

#[test]
fn moves_and_counts_are_written_in_cloudwatchs_format() {
    let collector = measure::listen("stack-1").unwrap();
    let mut before = items::fullest("returned");
    before.status_at = Moment::from_millis(0);
    let mut after = before.clone();
    after.status = Status::Ready;
    after.status_at = Moment::from_millis(1500);
    measure::moved(Some(&before), &after);
    measure::moved(Some(&after), &after);
    measure::moved(None, &before);
    measure::forged_callback();
    measure::transfer_retry();
    measure::overdue(3);
    measure::oldest_waiting(Some(Moment::from_millis(0)), Moment::from_millis(60_000));
    let mut written = Vec::new();
    collector.flush(&mut written).unwrap();
    let written = String::from_utf8(written).unwrap();
    let lines: Vec<Value> = written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let line = |name: &str| lines.iter().find(|line| line.get(name).is_some()).unwrap();
    for (name, value, unit) in [
        ("DocumentsReady", 1.0, "Count"),
        ("CallbackSignatureFailures", 1.0, "Count"),
        ("TransferRetries", 1.0, "Count"),
        ("DocumentsOverdue", 3.0, "Count"),
        ("OldestWaitingSeconds", 60.0, "Seconds"),
    ] {
        let line = line(name);
        assert_eq!((line[name].as_f64(), &line["Stack"]), (Some(value), &Value::from("stack-1")), "{line}");
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(
            (&directive["Namespace"], &directive["Dimensions"][0]),
            (&"Lectern".into(), &["Stack"].as_slice().into())
        );
        let declared = directive["Metrics"].as_array().unwrap().iter().find(|metric| metric["Name"] == name);
        assert_eq!(declared.unwrap()["Unit"], unit, "{name}");
    }
    let stage = line("StageSeconds");
    assert_eq!((&stage["StageSeconds"][0], &stage["Stage"]), (&Value::from(1.5), &Value::from("returned")));
    assert_eq!(stage["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0], Value::from(vec!["Stack", "Stage"]));
    assert!(!written.contains(&before.document_id.to_string()), "no metric is of one document");
    let mut again = Vec::new();
    collector.flush(&mut again).unwrap();
    assert!(!String::from_utf8(again).unwrap().contains("DocumentsReady"), "it was counted once");
}
