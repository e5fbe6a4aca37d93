//! `AbortMultipartUpload`.

use super::{Bench, VERSIONED, noise};
use crate::host::refusal;

#[tokio::test]
async fn aborting_frees_the_parts_and_ends_the_upload() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::on_disk(folder.path()).await;
    for client in bench.both_ways().await {
        let upload = bench.begin("key").await;
        bench.part("key", &upload, 1, noise(100_000)).await;
        let abort =
            |id: &str| client.abort_multipart_upload().bucket(VERSIONED).key("key").upload_id(id).send();
        abort(&upload).await.unwrap();
        assert_eq!(std::fs::read_dir(folder.path().join("s3/blobs")).unwrap().count(), 0);
        assert_eq!(refusal(abort(&upload).await), "NoSuchUpload");
        assert_eq!(refusal(abort("unknown").await), "NoSuchUpload");
        let open = client.list_multipart_uploads().bucket(VERSIONED).send().await.unwrap();
        assert!(open.uploads().is_empty());
    }
}
