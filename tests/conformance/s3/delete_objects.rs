//! `DeleteObjects`: 1 to 1,000 keys, each with its own outcome.

use super::{Bench, PLAIN, VERSIONED};
use crate::host::refusal;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

fn named(keys: impl IntoIterator<Item = String>) -> Vec<ObjectIdentifier> {
    keys.into_iter()
        .map(|key| ObjectIdentifier::builder().key(key).build().expect("it is complete"))
        .collect()
}

fn delete(objects: Vec<ObjectIdentifier>) -> Delete {
    Delete::builder().set_objects(Some(objects)).build().expect("it is complete")
}

#[tokio::test]
async fn one_to_a_thousand_keys_are_deleted_at_once() {
    let bench = Bench::new().await;
    bench.put(PLAIN, "k0", "x").await;
    bench.put(PLAIN, "other", "x").await;
    let call = async |count: usize| {
        let keys = named((0..count).map(|number| format!("k{number}")));
        bench.client.delete_objects().bucket(PLAIN).delete(delete(keys)).send().await
    };
    for count in [1, 999, 1_000] {
        assert_eq!(call(count).await.unwrap().deleted().len(), count);
    }
    for count in [0, 1_001] {
        assert_eq!(refusal(call(count).await), "MalformedXML", "{count}");
    }
    let left = bench.client.list_objects_v2().bucket(PLAIN).send().await.unwrap();
    assert_eq!(left.contents().iter().filter_map(|object| object.key()).collect::<Vec<_>>(), ["other"]);
}

#[tokio::test]
async fn markers_and_versions_are_reported() {
    let bench = Bench::new().await;
    for client in bench.both_ways().await {
        let version = bench.put(VERSIONED, "ä &<>\"'", "x").await;
        let marked = client.delete_objects().bucket(VERSIONED).delete(delete(named(["ä &<>\"'".to_owned()])));
        let marked = marked.send().await.unwrap().deleted.unwrap().remove(0);
        assert_eq!((marked.key(), marked.delete_marker()), (Some("ä &<>\"'"), Some(true)));
        let ids = [Some(version), marked.delete_marker_version_id].into_iter().flatten();
        let ids = ids.map(|id| ObjectIdentifier::builder().key("ä &<>\"'").version_id(id).build().unwrap());
        let gone =
            client.delete_objects().bucket(VERSIONED).delete(delete(ids.collect())).send().await.unwrap();
        assert_eq!(gone.deleted().len(), 2);
        let left = client.list_object_versions().bucket(VERSIONED).send().await.unwrap();
        assert!(left.versions().is_empty() && left.delete_markers().is_empty());
    }
}

#[tokio::test]
async fn a_quiet_deletion_reports_only_what_failed() {
    let bench = Bench::new().await;
    bench.put(PLAIN, "known", "x").await;
    let changed = ObjectIdentifier::builder().key("known").e_tag("\"0\"").build().unwrap();
    let objects = [named(["a".to_owned()]), vec![changed]].concat();
    let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build().unwrap();
    let outcome = bench.client.delete_objects().bucket(PLAIN).delete(delete).send().await.unwrap();
    assert!(outcome.deleted().is_empty());
    assert_eq!(
        (outcome.errors()[0].key(), outcome.errors()[0].code()),
        (Some("known"), Some("PreconditionFailed"))
    );
    assert_eq!(bench.get(PLAIN, "known").await, b"x");
}
