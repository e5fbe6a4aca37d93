//! `ListMultipartUploads`.

use super::{Bench, VERSIONED};
use crate::host::refusal;

#[tokio::test]
async fn open_uploads_are_listed_by_key_and_age_page_by_page() {
    let bench = Bench::new().await;
    let mut begun = Vec::new();
    for key in ["b", "a/1", "b", "a/2"] {
        begun.push((key.to_owned(), bench.begin(key).await));
    }
    begun.sort_by(|(one, _), (other, _)| one.cmp(other));
    for client in bench.both_ways().await {
        let (mut listed, mut key, mut id) = (Vec::new(), None, None);
        loop {
            let list = client.list_multipart_uploads().bucket(VERSIONED).max_uploads(1);
            let page = list.set_key_marker(key).set_upload_id_marker(id).send().await.unwrap();
            let shown = |upload: &aws_sdk_s3::types::MultipartUpload| {
                (
                    upload.key().unwrap_or_default().to_owned(),
                    upload.upload_id().unwrap_or_default().to_owned(),
                )
            };
            listed.extend(page.uploads().iter().map(shown));
            (key, id) = (page.next_key_marker.clone(), page.next_upload_id_marker.clone());
            if page.is_truncated() != Some(true) {
                break;
            }
        }
        assert_eq!(listed, begun);
        let below = client.list_multipart_uploads().bucket(VERSIONED).prefix("a/").send().await.unwrap();
        assert_eq!(below.uploads().len(), 2);
    }
}

#[tokio::test]
async fn a_page_has_at_most_a_thousand_uploads() {
    let bench = Bench::new().await;
    for _ in 0..1_001 {
        bench.begin("key").await;
    }
    let list = |max: i32| bench.client.list_multipart_uploads().bucket(VERSIONED).max_uploads(max).send();
    for (asked, shown) in [(999, 999), (1_000, 1_000), (1_001, 1_000)] {
        assert_eq!(list(asked).await.unwrap().uploads().len(), shown, "{asked}");
    }
    assert_eq!(refusal(list(-1).await), "InvalidArgument");
}
