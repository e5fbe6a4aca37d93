//! Keys are data: up to 1,024 bytes of anything, never a path, never normalised.

use super::{Bench, VERSIONED};
use crate::host::refusal;

const ODD: [&str; 25] = [
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
    "s3://bucket/key",
    "%",
];

#[tokio::test]
async fn odd_keys_come_back_as_they_were_and_reach_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    std::fs::create_dir(&root).unwrap();
    let bench = Bench::on_disk(&root).await;
    for client in bench.both_ways().await {
        for key in ODD {
            let put = client.put_object().bucket(VERSIONED).key(key).body(key.as_bytes().to_vec().into());
            put.send().await.unwrap();
            let got = client.get_object().bucket(VERSIONED).key(key).send().await.unwrap();
            assert_eq!(got.body.collect().await.unwrap().to_vec(), key.as_bytes(), "{key:?}");
            client.head_object().bucket(VERSIONED).key(key).send().await.unwrap();
        }
        let listed = client.list_objects_v2().bucket(VERSIONED).send().await.unwrap();
        let listed: Vec<_> = listed.contents().iter().filter_map(|it| it.key()).collect();
        let mut keys = ODD;
        keys.sort_unstable();
        assert_eq!(listed, keys, "composed and decomposed letters are different keys");
    }
    let outside = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(outside.collect::<Vec<_>>(), ["root"], "nothing is written outside the store");
}

#[tokio::test]
async fn a_key_has_one_to_1024_bytes() {
    let bench = Bench::new().await;
    for key in [
        "k".to_owned(),
        "k".repeat(1_023),
        "k".repeat(1_024),
        "é".repeat(512),
        format!("{}k", "é".repeat(511)),
    ] {
        bench.put(VERSIONED, &key, "x").await;
        assert_eq!(bench.get(VERSIONED, &key).await, b"x");
    }
    for key in ["k".repeat(1_025), "é".repeat(513), format!("{}k", "é".repeat(512))] {
        let put = bench.client.put_object().bucket(VERSIONED).key(&key).send().await;
        assert_eq!(refusal(put), "KeyTooLongError", "{} bytes", key.len());
        let upload = bench.client.create_multipart_upload().bucket(VERSIONED).key(&key).send().await;
        assert_eq!(refusal(upload), "KeyTooLongError");
        let get = bench.client.get_object().bucket(VERSIONED).key(&key).send().await;
        assert_eq!(refusal(get), "KeyTooLongError");
    }
}

/// A NUL is a character of a key like any other.
#[tokio::test]
async fn a_key_with_a_nul_is_stored_or_refused_but_never_cut_short() {
    let bench = Bench::new().await;
    bench.put(VERSIONED, "a", "other").await;
    let put = bench.client.put_object().bucket(VERSIONED).key("a\0b").body(b"x".to_vec().into()).send().await;
    if put.is_ok() {
        assert_eq!(bench.get(VERSIONED, "a\0b").await, b"x");
    }
    assert_eq!(bench.get(VERSIONED, "a").await, b"other");
}
