//! `ChangeMessageVisibility`: 0 to 43,200 s, only in flight, twelve hours in all.

use super::{Bench, SECOND, almost};

async fn change(bench: &Bench, receipt: &str, seconds: i32) -> Result<(), String> {
    let change = bench.client.change_message_visibility().queue_url(&bench.url);
    match change.receipt_handle(receipt).visibility_timeout(seconds).send().await {
        Ok(_) => Ok(()),
        refused => Err(crate::host::refusal(refused)),
    }
}

fn refused(code: &str) -> Result<(), String> {
    Err(code.to_owned())
}

#[tokio::test]
async fn a_time_out_is_counted_from_the_change() {
    let bench = Bench::new().await;
    bench.send("plan").await;
    let receipt = bench.receipt().await;
    bench.host.clock.advance(29 * SECOND);
    assert_eq!(change(&bench, &receipt, 100).await, Ok(()));
    bench.host.clock.advance(almost(100 * SECOND));
    assert!(bench.bodies().await.is_empty());
    bench.host.clock.advance(SECOND / 1_000);
    assert_eq!(bench.bodies().await, ["plan"]);
}

#[tokio::test]
async fn zero_shows_a_message_at_once() {
    let bench = Bench::new().await;
    for client in bench.both_ways().await {
        bench.send("plan").await;
        let receipt = bench.receipt().await;
        let change = client.change_message_visibility().queue_url(&bench.url).receipt_handle(&receipt);
        change.visibility_timeout(0).send().await.unwrap();
        let receipt = bench.receipt().await;
        client.delete_message().queue_url(&bench.url).receipt_handle(receipt).send().await.unwrap();
    }
}

/// "An Amazon SQS message can be visible for at most 12 hours … from the time that Amazon SQS receives the
/// `ReceiveMessage` request": the total counts, not what is left.
#[tokio::test]
async fn a_message_is_hidden_for_twelve_hours_in_all() {
    let bench = Bench::new().await;
    bench.send("plan").await;
    let receipt = bench.receipt().await;
    assert_eq!(change(&bench, &receipt, 43_199).await, Ok(()));
    assert_eq!(change(&bench, &receipt, 43_200).await, Ok(()));
    assert_eq!(change(&bench, &receipt, 43_201).await, refused("InvalidParameterValue"));
    assert_eq!(change(&bench, &receipt, -1).await, refused("InvalidParameterValue"));
    bench.host.clock.advance(SECOND);
    assert_eq!(change(&bench, &receipt, 43_200).await, refused("InvalidParameterValue"));
    assert_eq!(change(&bench, &receipt, 43_199).await, Ok(()));
}

#[tokio::test]
async fn only_a_message_in_flight_can_be_changed() {
    let bench = Bench::new().await;
    bench.send("plan").await;
    let late = bench.receipt().await;
    bench.host.clock.advance(30 * SECOND);
    let change_late = bench.client.change_message_visibility().queue_url(&bench.url).receipt_handle(&late);
    let error = change_late.visibility_timeout(1).send().await.unwrap_err();
    assert!(error.as_service_error().unwrap().is_message_not_inflight());
    let receipt = bench.receipt().await;
    assert_eq!(change(&bench, &late, 1).await, refused("InvalidParameterValue"), "received again since");
    assert_eq!(change(&bench, "rubbish", 1).await, refused("ReceiptHandleIsInvalid"));
    bench.client.delete_message().queue_url(&bench.url).receipt_handle(&receipt).send().await.unwrap();
    assert_eq!(change(&bench, &receipt, 1).await, refused("InvalidParameterValue"), "deleted");
}
