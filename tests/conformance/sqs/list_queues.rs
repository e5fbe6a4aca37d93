//! `ListQueues`: by prefix, and page by page.

use super::url;
use crate::host::{Host, refusal};
use local_sqs::QueueSpec;

async fn host(queues: usize) -> Host {
    let host = Host::in_memory();
    let specs = (0..queues).map(|number| QueueSpec::named(format!("work-{number:04}"))).collect();
    host.queues.create_all(specs).await.expect("the queues are allowed");
    host
}

#[tokio::test]
async fn queues_are_listed_by_name_and_prefix() {
    let host = host(12).await;
    for clients in host.both_ways().await {
        let all = clients.sqs.list_queues().send().await.unwrap();
        assert_eq!(all.queue_urls().len(), 12);
        assert_eq!(all.next_token(), None);
        let some = clients.sqs.list_queues().queue_name_prefix("work-001").send().await.unwrap();
        assert_eq!(some.queue_urls(), [url("work-0010"), url("work-0011")]);
        let none = clients.sqs.list_queues().queue_name_prefix("play").send().await.unwrap();
        assert!(none.queue_urls().is_empty());
    }
}

#[tokio::test]
async fn pages_follow_one_another() {
    let host = host(5).await;
    let pages = host.clients.sqs.list_queues().into_paginator().page_size(2).send();
    let pages: Vec<_> = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    let pages: Vec<_> = pages.into_iter().map(|page| page.queue_urls.unwrap_or_default()).collect();
    let expected: Vec<Vec<String>> = [vec![0, 1], vec![2, 3], vec![4]]
        .map(|page| page.iter().map(|number| url(&format!("work-{number:04}"))).collect())
        .to_vec();
    assert_eq!(pages, expected);
}

/// "Maximum number of results to include in the response. Value range is 1 to 1000." Who does not say gets a thousand,
/// and no token for the rest (API reference, `ListQueues`).
#[tokio::test]
async fn a_page_has_one_to_a_thousand_queues() {
    let host = host(1_001).await;
    let list = |max| host.clients.sqs.list_queues().max_results(max).send();
    for max in [-1, 0, 1_001] {
        let outcome = refusal(list(max).await);
        assert!(["InvalidParameterValue", "SerializationException"].contains(&&*outcome), "{max}: {outcome}");
    }
    for max in [1, 999, 1_000] {
        let page = list(max).await.unwrap();
        assert_eq!(page.queue_urls().len(), usize::try_from(max).unwrap());
        assert!(page.next_token().is_some());
    }
    let unasked = host.clients.sqs.list_queues().send().await.unwrap();
    assert_eq!((unasked.queue_urls().len(), unasked.next_token()), (1_000, None));
}
