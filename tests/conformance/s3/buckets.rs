//! `ListBuckets`, `HeadBucket`, `GetBucketLocation`, `GetBucketVersioning`: buckets are declared, not made by callers.

use super::{Bench, PLAIN, VERSIONED, status};
use crate::host::refusal;

#[tokio::test]
async fn buckets_say_what_they_are() {
    let bench = Bench::new().await;
    for client in bench.both_ways().await {
        let listed = client.list_buckets().send().await.unwrap();
        assert_eq!(
            listed.buckets().iter().filter_map(|bucket| bucket.name()).collect::<Vec<_>>(),
            [PLAIN, VERSIONED]
        );
        assert_eq!(listed.buckets()[0].creation_date().unwrap().secs(), 1_767_225_600);
        let head = client.head_bucket().bucket(PLAIN).send().await.unwrap();
        assert_eq!(head.bucket_region(), Some("eu-central-1"));
        let location = client.get_bucket_location().bucket(PLAIN).send().await.unwrap();
        assert_eq!(location.location_constraint().unwrap().as_str(), "eu-central-1");
        let versioning = client.get_bucket_versioning().bucket(VERSIONED).send().await.unwrap();
        assert_eq!(versioning.status().unwrap().as_str(), "Enabled");
        assert!(client.get_bucket_versioning().bucket(PLAIN).send().await.unwrap().status().is_none());
    }
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_told() {
    let bench = Bench::new().await;
    assert_eq!(status(bench.client.head_bucket().bucket("nowhere").send().await), 404);
    assert_eq!(refusal(bench.client.get_bucket_location().bucket("nowhere").send().await), "NoSuchBucket");
    assert_eq!(refusal(bench.client.list_objects_v2().bucket("nowhere").send().await), "NoSuchBucket");
}

#[tokio::test]
async fn a_bucket_has_a_name_by_the_rules() {
    let bench = Bench::new().await;
    let declare = async |name: &str| {
        let spec = local_s3::BucketSpec { name: name.to_owned(), ..local_s3::BucketSpec::default() };
        bench.host.s3.create_bucket(spec).await.is_ok()
    };
    for name in ["abc", &*"a".repeat(63), "a-b.c9"] {
        assert!(declare(name).await, "{name}");
    }
    for name in ["ab", &*"a".repeat(64), "A-b", "a_b", "-ab", "../etc", "192.168.5.4", ""] {
        assert!(!declare(name).await, "{name}");
    }
}
