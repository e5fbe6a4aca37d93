//! What is answered to operations that are not here, and to lists that are too long.

use super::{Bench, PLAIN, status};
use crate::host::refusal;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

#[tokio::test]
async fn operations_that_are_not_served_say_so() {
    let bench = Bench::new().await;
    for client in bench.both_ways().await {
        assert_eq!(refusal(client.create_bucket().bucket("another").send().await), "NotImplemented");
        assert_eq!(refusal(client.delete_bucket().bucket(PLAIN).send().await), "NotImplemented");
        assert_eq!(
            refusal(client.get_object_tagging().bucket(PLAIN).key("key").send().await),
            "NotImplemented"
        );
        let website = client.get_bucket_website().bucket(PLAIN).send().await;
        assert_eq!(status(website), 501);
    }
}

#[tokio::test]
async fn every_answer_has_an_id() {
    let bench = Bench::new().await;
    let request = http::Request::get("http://127.0.0.1:4566/plain/key").body(Vec::new()).unwrap();
    let (parts, _) = bench.send(request).await;
    assert_eq!(parts.headers["x-amz-request-id"].len(), 16);
    assert_eq!(parts.headers["x-amz-id-2"], parts.headers["x-amz-request-id"]);
}

/// Lists arrive whole, so they have a bound of their own: 4 MiB, several times what the longest one needs.
#[tokio::test]
async fn the_longest_list_passes_and_one_without_end_does_not() {
    let bench = Bench::new().await;
    let key = |number: usize| ObjectIdentifier::builder().key(format!("{number:01024}")).build().unwrap();
    let longest = Delete::builder().set_objects(Some((0..1_000).map(key).collect())).build().unwrap();
    bench.client.delete_objects().bucket(PLAIN).delete(longest).send().await.unwrap();
    let far_too_long = ObjectIdentifier::builder().key("x".repeat(4 << 20)).build().unwrap();
    let without_end = Delete::builder().objects(far_too_long).build().unwrap();
    let outcome = bench.client.delete_objects().bucket(PLAIN).delete(without_end).send().await;
    assert_eq!(refusal(outcome), "MaxMessageLengthExceeded");
}
