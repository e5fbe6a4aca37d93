use crate::customer::{Customer, sample};
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

fn record(customer: &Customer) -> PathBuf {
    let jobs = customer.folder.path().join("data/jobs");
    fs::read_dir(jobs).unwrap().next().unwrap().unwrap().path().join("job.json")
}

fn change(customer: &Customer, change: impl FnOnce(&mut Value)) {
    let path = record(customer);
    let mut job: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut job);
    fs::write(path, job.to_string()).unwrap();
}

#[tokio::test]
async fn a_job_that_was_being_worked_on_is_done_after_a_restart() {
    let mut customer = Customer::new().await;
    let before = customer.outcome("plan.docx", &sample("plan.docx")).await;
    customer.stop().await;
    // As a crash in the middle of the work leaves it, with half a result.
    change(&customer, |job| {
        job["state"] = "processing".into();
        job["files"] = json!([]);
        job["ended_at"] = Value::Null;
        job["delivery"]["ended"] = Value::Null;
    });
    let results = record(&customer).with_file_name("results");
    fs::write(results.join("text.md"), "half").unwrap();
    fs::create_dir_all(customer.folder.path().join("data/incoming/in_1")).unwrap();

    customer.start().await;
    let after = customer.callback().await.json();
    assert_eq!(after["data"]["files"][0]["sha256"], before["data"]["files"][0]["sha256"]);
    assert_eq!(after["data"]["job_id"], before["data"]["job_id"]);
    customer.file(&after, "text").await;
    assert_eq!(fs::read_dir(customer.folder.path().join("data/incoming")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_callback_that_nobody_took_is_sent_after_a_restart() {
    let mut customer = Customer::with(|options| options.pace = clock::Pace::REAL).await;
    customer.answer_with(&[503]);
    customer.submit("r", "plan.txt", b"Rain.").await;
    let first = customer.callback().await;
    customer.stop().await;
    customer.start().await;
    let second = customer.callback().await;
    assert_eq!((second.id, second.body.len()), (first.id, first.body.len()));
}

#[tokio::test]
async fn one_folder_has_one_processor() {
    let customer = Customer::new().await;
    let options = processor::Options {
        port: 0,
        data_dir: customer.folder.path().join("data"),
        ..processor::Options::default()
    };
    let random = std::sync::Arc::new(clock::SeededRandom::new(1));
    let second = processor::start(options, std::sync::Arc::new(clock::SystemClock), random).await;
    assert!(matches!(second, Err(processor::StartError::Store(processor::StoreError::Locked(_)))));
}

#[tokio::test]
async fn token_and_secret_are_made_once_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let start = async |seed| {
        let options = processor::Options {
            port: 0,
            data_dir: folder.path().to_owned(),
            ..processor::Options::default()
        };
        let random = std::sync::Arc::new(clock::SeededRandom::new(seed));
        let running =
            processor::start(options, std::sync::Arc::new(clock::SystemClock), random).await.unwrap();
        let kept = (running.token.clone(), running.secret.clone());
        running.shutdown().await;
        kept
    };
    let first = start(1).await;
    assert_eq!(first, start(2).await);
    assert!(webhook::Secret::parse(&first.1).is_ok());
}
