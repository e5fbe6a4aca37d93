use super::aws::Aws;
use crate::{
    Batch, Call, Trouble,
    batch::{AT_ONCE_MAX, REPORTING_TIME},
    trouble::AGAIN_IN_MAX,
};
use document::Moment;
use serde_json::{Value, json};
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

const MOMENT: Duration = Duration::from_millis(1);

fn messages(count: usize) -> Value {
    let message = |id: usize| json!({"messageId": id.to_string(), "body": "{}", "receiptHandle": "r", "attributes": {}, "messageAttributes": {}});
    json!({"Records": (0..count).map(message).collect::<Vec<_>>()})
}

fn batch() -> Batch {
    Batch::new(&Aws::new(|_, _| (200, json!({}))).runtime()).expect("it needs no settings")
}

fn call(time: Duration) -> Call {
    Call { request_id: "r".to_owned(), deadline: Moment::from_millis(0).after(time) }
}

#[tokio::test(start_paused = true)]
async fn as_many_messages_are_under_way_as_there_are_places() {
    for (count, expect) in
        [(AT_ONCE_MAX - 1, AT_ONCE_MAX - 1), (AT_ONCE_MAX, AT_ONCE_MAX), (AT_ONCE_MAX + 1, AT_ONCE_MAX)]
    {
        let (now, most, all) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let handle = |_| async {
            most.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_secs(1)).await;
            now.fetch_sub(1, Ordering::Relaxed);
            all.fetch_add(1, Ordering::Relaxed);
            Ok(())
        };
        let answer = batch().run(messages(count), &call(Duration::from_mins(1)), handle).await.unwrap();
        assert_eq!(answer, json!({"batchItemFailures": []}));
        assert_eq!((most.into_inner(), all.into_inner()), (expect, count));
    }
}

#[tokio::test(start_paused = true)]
async fn what_takes_the_functions_time_is_reported_before_the_function_ends() {
    let whole = Duration::from_mins(1);
    let left = whole.saturating_sub(REPORTING_TIME);
    for (takes, failures) in [(left.saturating_sub(MOMENT), 0), (left, 0), (left + MOMENT, 1)] {
        let handle = |_| async move {
            tokio::time::sleep(takes).await;
            Ok::<_, Trouble>(())
        };
        let answer = batch().run(messages(1), &call(whole), handle).await.unwrap();
        assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), failures, "{takes:?}");
    }
}

#[test]
fn nothing_is_kept_away_longer_than_sqs_allows() {
    let busy = |time| Trouble::busy("it is", time).again_in();
    assert_eq!(busy(AGAIN_IN_MAX.saturating_sub(MOMENT)), AGAIN_IN_MAX.saturating_sub(MOMENT));
    assert_eq!(busy(AGAIN_IN_MAX), AGAIN_IN_MAX);
    assert_eq!(busy(AGAIN_IN_MAX + MOMENT), AGAIN_IN_MAX);
}
