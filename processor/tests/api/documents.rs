use crate::customer::{Customer, sample};
use serde_json::Value;

/// The mistakes that were planted in the sample.
const PLANTED: [&str; 7] =
    ["the the", "seperate", "recieve", "Their are", "could of", "a hour", "definately"];

#[tokio::test]
async fn the_sample_plan_is_read_and_its_mistakes_are_found() {
    let mut customer = Customer::new().await;
    let callback = customer.outcome("plan.docx", &sample("plan.docx")).await;
    assert_eq!(callback["type"], "job.finished");
    assert_eq!(callback["data"]["files"].as_array().unwrap().len(), 2);

    let text = String::from_utf8(customer.file(&callback, "text").await).unwrap();
    for expected in
        ["# The Water Cycle\n", "# Goals\n", "\n- They draw", "\n| 10 min | Opening |", "\n1. Measure"]
    {
        assert!(text.contains(expected), "{expected:?} in {text}");
    }
    let report: Value = serde_json::from_slice(&customer.file(&callback, "annotations").await).unwrap();
    assert_eq!(report["software"]["name"], "Lectern reference processor");
    assert_eq!(report["language"]["code"], "en");

    let units: Vec<u16> = text.encode_utf16().collect();
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let quotes: Vec<String> = report["matches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            let (offset, length) = (number(&found["offset"]), number(&found["length"]));
            let quote = String::from_utf16(&units[offset..offset + length]).unwrap();
            let context: Vec<u16> = found["context"]["text"].as_str().unwrap().encode_utf16().collect();
            let at = number(&found["context"]["offset"]);
            assert_eq!(String::from_utf16(&context[at..at + length]).unwrap(), quote);
            quote
        })
        .collect();
    for planted in PLANTED {
        let found = quotes
            .iter()
            .any(|quote| quote.contains(planted) || planted.split(' ').any(|word| quote == word));
        assert!(found, "{planted} in {quotes:?}");
    }
    assert!(quotes.len() < 2 * PLANTED.len(), "{quotes:?}");
}

#[tokio::test]
async fn every_written_format_comes_back_as_markdown() {
    let mut customer = Customer::new().await;
    let windows = b"Gr\xF6\xDFe\n\n- one\n";
    for (name, content, expect) in [
        ("plan.txt", &windows[..], "Größe\n\n- one\n"),
        ("plan.md", b"\xEF\xBB\xBF# Goals\r\n\r\nRain.\r\n", "# Goals\n\nRain.\n"),
        ("plan.html", b"<h1>Goals</h1><script>x</script><p>Rain &amp; sun", "# Goals\n\nRain & sun\n"),
    ] {
        let callback = customer.outcome(name, content).await;
        assert_eq!(String::from_utf8(customer.file(&callback, "text").await).unwrap(), expect, "{name}");
    }
}

#[tokio::test]
async fn what_is_only_seen_while_reading_fails_for_good() {
    let mut customer = Customer::new().await;
    for (name, content, code) in [
        ("blank.txt", &b"\n \n"[..], "file-without-text"),
        ("binary.txt", b"text\0text", "file-damaged"),
        ("broken.pdf", b"%PDF-1.7\nnothing more", "file-damaged"),
    ] {
        let callback = customer.outcome(name, content).await;
        assert_eq!(callback["type"], "job.failed", "{name}");
        assert_eq!(callback["data"]["error"]["code"], code, "{name}");
        assert_eq!(callback["data"]["error"]["retryable"], false, "{name}");
    }
}
