use crate::harness::{Harness, VERSIONED};
use proptest::prelude::*;
use std::fs;

/// Keys that stores get wrong.
fn odd_keys() -> Vec<String> {
    let mut keys: Vec<String> = [
        "a b",
        "a+b",
        "a%20b",
        "a%2Fb",
        "../../etc/passwd",
        "..",
        ".",
        "a/../b",
        "a//b",
        "/leading",
        "trailing/",
        "😀/👩‍🏫.mp4",
        "שלום/عالم.docx",
        "\u{202E}gnp.exe",
        "\u{e9}",
        "e\u{301}",
        "CON",
        "quote\"'&<>",
        "question?mark#hash",
        "back\\slash",
        "tab\tline\nend",
        "\u{10FFFF}",
        "~!@$^*()_=[]{}|;:,",
    ]
    .map(str::to_owned)
    .to_vec();
    keys.push("k".repeat(1024));
    keys.push("é".repeat(512));
    keys
}

#[tokio::test]
async fn odd_keys_are_data_and_come_back_as_they_were() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("store");
    let harness = Harness::on_disk(&root).await;
    let mut keys = odd_keys();
    for key in &keys {
        harness.put(VERSIONED, key, key.as_bytes()).await;
    }
    for key in &keys {
        assert_eq!(harness.get(VERSIONED, key).await, key.as_bytes(), "{key:?}");
    }
    let listed = harness.client.list_objects_v2().bucket(VERSIONED).send().await.unwrap();
    let listed: Vec<_> =
        listed.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect();
    keys.sort();
    assert_eq!(listed, keys, "composed and decomposed letters are different keys");
    let outside: Vec<_> =
        fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(outside, ["store"], "nothing is written outside the store");
}

#[tokio::test]
async fn a_key_longer_than_1024_bytes_is_refused() {
    let harness = Harness::in_memory().await;
    for key in ["k".repeat(1025), "é".repeat(513)] {
        let put = harness.client.put_object().bucket(VERSIONED).key(key).send().await;
        assert_eq!(crate::harness::code(&put.unwrap_err()), "KeyTooLongError");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Control characters aside, which XML cannot carry, any text is a key.
    #[test]
    fn any_key_round_trips_through_put_get_list_and_event(key in "[^\\p{Cc}]{1,60}", body: Vec<u8>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let harness = Harness::in_memory().await;
            harness.put(VERSIONED, &key, body.clone()).await;
            assert_eq!(harness.get(VERSIONED, &key).await, body);
            let listed = harness.client.list_objects_v2().bucket(VERSIONED).prefix(&key).send().await.unwrap();
            assert_eq!(listed.contents()[0].key(), Some(key.as_str()));
            let event = &harness.store.next_events(1).await.unwrap()[0];
            let event: serde_json::Value = serde_json::from_str(&event.body).unwrap();
            let encoded = event["Records"][0]["s3"]["object"]["key"].as_str().unwrap();
            assert_eq!(form_decode(encoded), key);
        });
    }
}

/// Decodes as a consumer of events does: once, `+` as a space.
fn form_decode(encoded: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    String::from_utf8(bytes).unwrap()
}
