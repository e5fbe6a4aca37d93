use crate::harness::{Harness, VERSIONED};
use aws_sdk_s3::types::EncodingType;

async fn filled() -> Harness {
    let harness = Harness::in_memory().await;
    for key in ["a", "b/1", "b/2", "b/deep/3", "b-", "c d", "é/4", "z"] {
        harness.put(VERSIONED, key, key).await;
    }
    harness.put(VERSIONED, "gone", "gone").await;
    harness.client.delete_object().bucket(VERSIONED).key("gone").send().await.unwrap();
    harness
}

#[tokio::test]
async fn live_keys_are_listed_in_the_order_of_their_bytes_page_by_page() {
    let harness = filled().await;
    for page in 1..=9 {
        let mut listed = Vec::new();
        let mut token = None;
        loop {
            let list = harness.client.list_objects_v2().bucket(VERSIONED).max_keys(page);
            let answer = list.set_continuation_token(token).send().await.unwrap();
            assert!(answer.contents().len() <= usize::try_from(page).unwrap());
            listed.extend(answer.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
            token = answer.next_continuation_token().map(str::to_owned);
            assert_eq!(token.is_some(), answer.is_truncated().unwrap());
            if token.is_none() {
                break;
            }
        }
        assert_eq!(listed, ["a", "b-", "b/1", "b/2", "b/deep/3", "c d", "z", "é/4"], "pages of {page}");
    }
}

#[tokio::test]
async fn a_delimiter_rolls_up_and_counts_each_prefix_once() {
    let harness = filled().await;
    for page in 1..=9 {
        let (mut keys, mut prefixes, mut token) = (Vec::new(), Vec::new(), None);
        loop {
            let list = harness.client.list_objects_v2().bucket(VERSIONED).delimiter("/").max_keys(page);
            let answer = list.set_continuation_token(token).send().await.unwrap();
            keys.extend(answer.contents().iter().filter_map(|it| it.key().map(str::to_owned)));
            prefixes.extend(answer.common_prefixes().iter().filter_map(|it| it.prefix().map(str::to_owned)));
            token = answer.next_continuation_token().map(str::to_owned);
            if token.is_none() {
                break;
            }
        }
        assert_eq!(keys, ["a", "b-", "c d", "z"]);
        assert_eq!(prefixes, ["b/", "é/"]);
    }
    let below =
        harness.client.list_objects_v2().bucket(VERSIONED).delimiter("/").prefix("b/").send().await.unwrap();
    assert_eq!(below.contents().len(), 2);
    assert_eq!(below.common_prefixes()[0].prefix(), Some("b/deep/"));
    assert_eq!(below.key_count(), Some(3));
}

#[tokio::test]
async fn the_older_listing_goes_on_behind_its_marker() {
    let harness = filled().await;
    let (mut items, mut marker) = (Vec::new(), None);
    loop {
        let list = harness.client.list_objects().bucket(VERSIONED).delimiter("/").max_keys(2);
        let answer = list.set_marker(marker).send().await.unwrap();
        items.extend(answer.contents().iter().filter_map(|it| it.key().map(str::to_owned)));
        items.extend(answer.common_prefixes().iter().filter_map(|it| it.prefix().map(str::to_owned)));
        marker = answer.next_marker().map(str::to_owned);
        if !answer.is_truncated().unwrap() {
            break;
        }
    }
    items.sort();
    assert_eq!(items, ["a", "b-", "b/", "c d", "z", "é/"]);
}

#[tokio::test]
async fn keys_are_encoded_when_asked() {
    let harness = filled().await;
    let list = harness.client.list_objects_v2().bucket(VERSIONED).start_after("b/deep/3");
    let answer = list.encoding_type(EncodingType::Url).send().await.unwrap();
    let keys: Vec<_> = answer.contents().iter().filter_map(|object| object.key()).collect();
    assert_eq!(keys, ["c+d", "z", "%C3%A9/4"]);
}

#[tokio::test]
async fn versions_are_listed_newest_first_and_paging_survives_deletions() {
    let harness = Harness::in_memory().await;
    let mut put = Vec::new();
    for round in 0..3 {
        for key in ["x", "y"] {
            put.push((key.to_owned(), harness.put(VERSIONED, key, format!("{key}{round}")).await));
        }
    }
    let marker =
        harness.client.delete_object().bucket(VERSIONED).key("x").send().await.unwrap().version_id.unwrap();
    put.push(("x".to_owned(), marker));
    let mut expected: Vec<_> = put.iter().enumerate().collect();
    expected.sort_by_key(|(order, (key, _))| (key.clone(), std::cmp::Reverse(*order)));
    let expected: Vec<_> = expected.into_iter().map(|(_, item)| item.clone()).collect();

    let (mut seen, mut key, mut version) = (Vec::new(), None, None);
    loop {
        let list = harness.client.list_object_versions().bucket(VERSIONED).max_keys(2);
        let answer = list.set_key_marker(key).set_version_id_marker(version).send().await.unwrap();
        let mut page: Vec<_> = answer
            .versions()
            .iter()
            .map(|it| (it.key().unwrap().to_owned(), it.version_id().unwrap().to_owned()))
            .chain(
                answer
                    .delete_markers()
                    .iter()
                    .map(|it| (it.key().unwrap().to_owned(), it.version_id().unwrap().to_owned())),
            )
            .collect();
        page.sort_by_key(|item| expected.iter().position(|other| other == item));
        // Whoever deletes what it was shown before it asks for the next page must miss nothing.
        for (key, id) in &page {
            harness.client.delete_object().bucket(VERSIONED).key(key).version_id(id).send().await.unwrap();
        }
        seen.extend(page);
        (key, version) = (answer.next_key_marker.clone(), answer.next_version_id_marker.clone());
        if !answer.is_truncated().unwrap() {
            break;
        }
    }
    assert_eq!(seen, expected);
    let left = harness.client.list_object_versions().bucket(VERSIONED).send().await.unwrap();
    assert!(left.versions().is_empty() && left.delete_markers().is_empty());
}
