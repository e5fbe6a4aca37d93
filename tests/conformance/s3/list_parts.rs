//! `ListParts`.

use super::{Bench, VERSIONED, noise};
use crate::host::refusal;

#[tokio::test]
async fn parts_are_listed_by_number_page_by_page() {
    let bench = Bench::new().await;
    let upload = bench.begin("key").await;
    for number in [7, 2, 10_000] {
        bench.part("key", &upload, number, noise(usize::try_from(number).unwrap())).await;
    }
    for client in bench.both_ways().await {
        let list = || client.list_parts().bucket(VERSIONED).key("key").upload_id(&upload);
        let page = list().max_parts(2).send().await.unwrap();
        let shown: Vec<_> = page.parts().iter().map(|part| (part.part_number(), part.size())).collect();
        assert_eq!(shown, [(Some(2), Some(2)), (Some(7), Some(7))]);
        assert_eq!((page.is_truncated(), page.next_part_number_marker()), (Some(true), Some("7")));
        let rest = list().part_number_marker("7").send().await.unwrap();
        assert_eq!(rest.parts()[0].part_number(), Some(10_000));
        assert_eq!((rest.parts().len(), rest.is_truncated()), (1, Some(false)));
    }
}

#[tokio::test]
async fn a_page_has_at_most_a_thousand_parts() {
    let bench = Bench::new().await;
    let upload = bench.begin("key").await;
    for number in 1..=1_001 {
        bench.part("key", &upload, number, vec![1]).await;
    }
    let list = |max: i32| {
        bench.client.list_parts().bucket(VERSIONED).key("key").upload_id(&upload).max_parts(max).send()
    };
    for (asked, shown) in [(999, 999), (1_000, 1_000), (1_001, 1_000), (i32::MAX, 1_000)] {
        assert_eq!(list(asked).await.unwrap().parts().len(), shown, "{asked}");
    }
    assert_eq!(refusal(list(-1).await), "InvalidArgument");
    let unknown = bench.client.list_parts().bucket(VERSIONED).key("key").upload_id("unknown").send().await;
    assert_eq!(refusal(unknown), "NoSuchUpload");
}
