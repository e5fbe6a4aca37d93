//! `ListObjectVersions`.

use super::{Bench, VERSIONED};
use crate::host::refusal;

#[tokio::test]
async fn versions_are_listed_newest_first_and_paging_survives_deletions() {
    let bench = Bench::new().await;
    let mut put = Vec::new();
    for round in 0..3 {
        for key in ["x", "y"] {
            put.push((key.to_owned(), bench.put(VERSIONED, key, format!("{key}{round}")).await));
        }
    }
    let marker =
        bench.client.delete_object().bucket(VERSIONED).key("x").send().await.unwrap().version_id.unwrap();
    put.push(("x".to_owned(), marker));
    let mut expected: Vec<_> = put.iter().enumerate().collect();
    expected.sort_by_key(|(order, (key, _))| (key.clone(), std::cmp::Reverse(*order)));
    let expected: Vec<_> = expected.into_iter().map(|(_, item)| item.clone()).collect();

    let (mut seen, mut key, mut version) = (Vec::new(), None, None);
    loop {
        let list = bench.client.list_object_versions().bucket(VERSIONED).max_keys(2);
        let page = list.set_key_marker(key).set_version_id_marker(version).send().await.unwrap();
        let versions = page.versions().iter().map(|it| (it.key(), it.version_id()));
        let markers = page.delete_markers().iter().map(|it| (it.key(), it.version_id()));
        let mut items: Vec<_> = versions
            .chain(markers)
            .map(|(key, id)| (key.unwrap_or_default().to_owned(), id.unwrap_or_default().to_owned()))
            .collect();
        items.sort_by_key(|item| expected.iter().position(|other| other == item));
        // Whoever deletes what it was shown before it asks for the next page must miss nothing.
        for (key, id) in &items {
            bench.client.delete_object().bucket(VERSIONED).key(key).version_id(id).send().await.unwrap();
        }
        seen.extend(items);
        (key, version) = (page.next_key_marker.clone(), page.next_version_id_marker.clone());
        if page.is_truncated() != Some(true) {
            break;
        }
    }
    assert_eq!(seen, expected);
    let left = bench.client.list_object_versions().bucket(VERSIONED).send().await.unwrap();
    assert!(left.versions().is_empty() && left.delete_markers().is_empty());
}

#[tokio::test]
async fn the_latest_version_is_marked_and_prefixes_roll_up() {
    let bench = Bench::new().await;
    bench.put(VERSIONED, "key", "1").await;
    bench.put(VERSIONED, "key", "2").await;
    bench.put(VERSIONED, "a/1", "x").await;
    for client in bench.both_ways().await {
        let listed = client.list_object_versions().bucket(VERSIONED).delimiter("/").send().await.unwrap();
        let latest: Vec<_> = listed.versions().iter().map(|version| version.is_latest()).collect();
        assert_eq!(latest, [Some(true), Some(false)]);
        assert_eq!(listed.common_prefixes()[0].prefix(), Some("a/"));
        let below = client.list_object_versions().bucket(VERSIONED).prefix("a/").send().await.unwrap();
        assert_eq!(below.versions()[0].key(), Some("a/1"));
    }
}

#[tokio::test]
async fn a_page_has_at_most_a_thousand_versions() {
    let bench = Bench::new().await;
    for _ in 0..1_001 {
        bench.put(VERSIONED, "key", "x").await;
    }
    let list = |max: i32| bench.client.list_object_versions().bucket(VERSIONED).max_keys(max).send();
    for (asked, shown) in [(999, 999), (1_000, 1_000), (1_001, 1_000)] {
        assert_eq!(list(asked).await.unwrap().versions().len(), shown, "{asked}");
    }
    assert_eq!(refusal(list(-1).await), "InvalidArgument");
}
