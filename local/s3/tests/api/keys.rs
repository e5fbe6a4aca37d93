use crate::harness::{Harness, VERSIONED};
use proptest::prelude::*;

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
