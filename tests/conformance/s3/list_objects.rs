//! `ListObjectsV2` and `ListObjects`: prefixes, delimiters, pages.

use super::{Bench, PLAIN, VERSIONED};
use crate::host::refusal;
use aws_sdk_s3::types::EncodingType;

async fn filled() -> Bench {
    let bench = Bench::new().await;
    for key in ["a", "b/1", "b/2", "b/deep/3", "b-", "c d", "é/4", "z", "gone"] {
        bench.put(VERSIONED, key, key).await;
    }
    bench.client.delete_object().bucket(VERSIONED).key("gone").send().await.expect("it is there");
    bench
}

#[tokio::test]
async fn live_keys_are_listed_in_the_order_of_their_bytes_page_by_page() {
    let bench = filled().await;
    for client in bench.both_ways().await {
        for size in 1..=9 {
            let pages = client.list_objects_v2().bucket(VERSIONED).into_paginator().page_size(size).send();
            let pages: Vec<_> = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
            assert!(pages.iter().all(|page| page.contents().len() <= usize::try_from(size).unwrap()));
            let keys: Vec<_> =
                pages.iter().flat_map(|page| page.contents()).filter_map(|it| it.key()).collect();
            assert_eq!(keys, ["a", "b-", "b/1", "b/2", "b/deep/3", "c d", "z", "é/4"], "pages of {size}");
        }
    }
}

#[tokio::test]
async fn a_delimiter_rolls_up_and_counts_each_prefix_once() {
    let bench = filled().await;
    for size in 1..=9 {
        let list =
            bench.client.list_objects_v2().bucket(VERSIONED).delimiter("/").into_paginator().page_size(size);
        let pages: Vec<_> = list.send().collect::<Result<Vec<_>, _>>().await.unwrap();
        let keys: Vec<_> = pages.iter().flat_map(|page| page.contents()).filter_map(|it| it.key()).collect();
        let prefixes = pages.iter().flat_map(|page| page.common_prefixes()).filter_map(|it| it.prefix());
        assert_eq!(keys, ["a", "b-", "c d", "z"]);
        assert_eq!(prefixes.collect::<Vec<_>>(), ["b/", "é/"]);
    }
    let below =
        bench.client.list_objects_v2().bucket(VERSIONED).delimiter("/").prefix("b/").send().await.unwrap();
    assert_eq!((below.contents().len(), below.key_count()), (2, Some(3)));
    assert_eq!(below.common_prefixes()[0].prefix(), Some("b/deep/"));
    let wide = bench.client.list_objects_v2().bucket(VERSIONED).delimiter("/deep/").send().await.unwrap();
    assert_eq!(wide.common_prefixes()[0].prefix(), Some("b/deep/"));
}

#[tokio::test]
async fn the_older_listing_goes_on_behind_its_marker() {
    let bench = filled().await;
    let (mut items, mut marker) = (Vec::new(), None);
    loop {
        let list = bench.client.list_objects().bucket(VERSIONED).delimiter("/").max_keys(2);
        let page = list.set_marker(marker).send().await.unwrap();
        items.extend(page.contents().iter().filter_map(|it| it.key().map(str::to_owned)));
        items.extend(page.common_prefixes().iter().filter_map(|it| it.prefix().map(str::to_owned)));
        marker = page.next_marker().map(str::to_owned);
        if page.is_truncated() != Some(true) {
            break;
        }
    }
    items.sort();
    assert_eq!(items, ["a", "b-", "b/", "c d", "z", "é/"]);
}

#[tokio::test]
async fn keys_are_encoded_when_asked() {
    let bench = filled().await;
    let list = bench.client.list_objects_v2().bucket(VERSIONED).start_after("b/deep/3");
    let page = list.encoding_type(EncodingType::Url).send().await.unwrap();
    assert_eq!(
        page.contents().iter().filter_map(|it| it.key()).collect::<Vec<_>>(),
        ["c+d", "z", "%C3%A9/4"]
    );
}

#[tokio::test]
async fn a_page_has_at_most_a_thousand_keys() {
    let bench = Bench::new().await;
    for number in 0..1_001 {
        bench.put(PLAIN, &format!("{number:04}"), "x").await;
    }
    let list = |max: i32| bench.client.list_objects_v2().bucket(PLAIN).max_keys(max).send();
    for (asked, shown) in [(0, 0), (1, 1), (999, 999), (1_000, 1_000), (1_001, 1_000)] {
        let page = list(asked).await.unwrap();
        assert_eq!(page.contents().len(), shown, "{asked}");
        // Of nothing there is no next page.
        assert_eq!(page.is_truncated(), Some(asked > 0), "{asked}");
    }
    assert_eq!(refusal(list(-1).await), "InvalidArgument");
    let unasked = bench.client.list_objects_v2().bucket(PLAIN).send().await.unwrap();
    assert_eq!((unasked.contents().len(), unasked.is_truncated()), (1_000, Some(true)));
    for token in ["!", "////", "_w"] {
        let odd = bench.client.list_objects_v2().bucket(PLAIN).continuation_token(token).send().await;
        assert_eq!(refusal(odd), "InvalidArgument", "{token}");
    }
}
