use crate::customer::{Customer, TOKEN, code, digest, form, sample};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

#[tokio::test]
async fn only_the_customer_is_served() {
    let customer = Customer::new().await;
    for token in [None, Some("wrong"), Some("")] {
        let mut get = customer.client.get(customer.url("jobs/x"));
        if let Some(token) = token {
            get = get.bearer_auth(token);
        }
        let answer = get.send().await.unwrap();
        assert_eq!(answer.status(), 401);
        assert_eq!(code(answer).await, "unauthorized");
    }
    assert_eq!(customer.client.get(customer.url("healthz")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_same_reference_is_the_same_job() {
    let mut customer = Customer::new().await;
    let job_id = async |answer: reqwest::Response| {
        assert_eq!(answer.status(), 202);
        answer.json::<Value>().await.unwrap()["job_id"].clone()
    };
    let (first, second) =
        tokio::join!(customer.submit("r", "plan.txt", b"Rain."), customer.submit("r", "plan.txt", b"Rain."));
    let first = job_id(first).await;
    assert_eq!(first, job_id(second).await);
    assert_eq!(customer.callback().await.json()["data"]["job_id"], first);
    assert_eq!(first, job_id(customer.submit("r", "plan.txt", b"Rain.").await).await);
    assert_eq!(customer.unread(), 0);

    let other = customer.submit("r", "plan.txt", b"Snow.").await;
    assert_eq!(other.status(), 409);
}

#[tokio::test]
async fn what_cannot_be_worked_on_is_refused_with_a_reason() {
    let customer = Customer::new().await;
    let ole = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0];
    for (name, content, status, expect) in [
        ("plan.exe", &b"MZ"[..], 415, "file-type-unsupported"),
        ("plan.txt", b"", 422, "file-empty"),
        ("plan.docx", &ole, 422, "file-encrypted"),
        ("plan.docx", b"not a package", 422, "file-damaged"),
        ("lesson.mp4", b"\0\0\0\x08ftyp", 422, "file-damaged"),
    ] {
        let answer = customer.submit(name, name, content).await;
        assert_eq!(answer.status(), status, "{name}");
        assert_eq!(code(answer).await, expect, "{name}");
        // Nothing of it is kept, so a better file can come under the same reference.
        assert_eq!(customer.status(name).await.json::<Value>().await.unwrap(), json!({"status": "unknown"}));
    }
    let mut job = customer.job("big", "plan.txt", 1);
    job["size"] = u64::MAX.into();
    let answer = customer.request("big", form(&job, b"x", &digest(b"x"))).send().await.unwrap();
    assert_eq!(answer.status(), 413);
}

#[tokio::test]
async fn bytes_that_changed_on_the_way_are_noticed() {
    let customer = Customer::new().await;
    let job = customer.job("r", "plan.txt", 5);
    for (job, sent) in [(job.clone(), digest(b"Snow.")), (customer.job("r", "plan.txt", 6), digest(b"Rain."))]
    {
        let answer = customer.request("r", form(&job, b"Rain.", &sent)).send().await.unwrap();
        assert_eq!(answer.status(), 422);
        assert_eq!(code(answer).await, "digest-mismatch");
    }
    let answer = customer.request("r", form(&job, b"Rain.", &digest(b"Rain."))).send().await.unwrap();
    assert_eq!(answer.status(), 202);
}

#[tokio::test]
async fn a_form_that_is_not_the_contracts_is_malformed() {
    let customer = Customer::new().await;
    let job = customer.job("r", "plan.txt", 1);
    let text = |job: &Value| Part::text(job.to_string());
    let file = || Part::bytes(b"x".to_vec());
    let mut elsewhere = job.clone();
    elsewhere["callback_url"] = "file:///etc/passwd".into();
    for (wrong, form) in [
        ("nothing", Form::new()),
        ("file first", Form::new().part("file", file()).part("job", text(&job))),
        ("no file", Form::new().part("job", text(&job))),
        ("no digest", Form::new().part("job", text(&job)).part("file", file())),
        ("no JSON", Form::new().part("job", Part::text("{"))),
        ("an address that is none", Form::new().part("job", text(&elsewhere)).part("file", file())),
    ] {
        let answer = customer.request("r", form).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{wrong}");
    }
    let other_key = customer.request("another", form(&job, b"x", &digest(b"x"))).send().await.unwrap();
    assert_eq!(other_key.status(), 400);
}

#[tokio::test]
async fn a_source_can_be_named_instead_of_a_file() {
    let mut customer = Customer::new().await;
    // The processor's own results are as good a source as any.
    let first = customer.outcome("plan.txt", b"Rain falls.").await;
    let source =
        first["data"]["files"].as_array().unwrap().iter().find(|file| file["role"] == "text").unwrap();
    let submit = async |reference: &str, url: &Value, size: u64| {
        let mut job = customer.job(reference, "plan.md", 0);
        (job["source_url"], job["size"]) = (url.clone(), size.into());
        customer.request(reference, Form::new().text("job", job.to_string())).send().await.unwrap().status()
    };
    assert_eq!(submit("by source", &source["url"], source["size"].as_u64().unwrap()).await, 202);
    let missing = json!(customer.url("files/t_none/text.md"));
    assert_eq!(submit("no source", &missing, 1).await, 202);
    let mut outcomes = [customer.callback().await.json(), customer.callback().await.json()];
    outcomes.sort_by_key(|outcome| outcome["type"].to_string());
    assert_eq!(outcomes[0]["data"]["error"]["code"], "source-unreachable");
    assert_eq!(outcomes[0]["data"]["error"]["retryable"], true);
    assert_eq!(customer.file(&outcomes[1], "text").await, b"Rain falls.\n");
}

#[tokio::test]
async fn a_job_can_be_asked_about_and_forgotten() {
    let mut customer = Customer::new().await;
    let callback = customer.outcome("plan.docx", &sample("plan.docx")).await;
    let reference = callback["data"]["reference"].as_str().unwrap();
    let status: Value = customer.status(reference).await.json().await.unwrap();
    assert_eq!(status["status"], "finished");
    assert_eq!(status["result"]["files"][0]["sha256"], callback["data"]["files"][0]["sha256"]);
    let fresh = customer.fetch(&status["result"]["files"][0]).await;
    assert_eq!(fresh.status(), 200);

    let forget =
        || customer.client.delete(customer.url(&format!("jobs/{reference}"))).bearer_auth(TOKEN).send();
    assert_eq!(forget().await.unwrap().status(), 204);
    assert_eq!(forget().await.unwrap().status(), 404);
    assert_eq!(customer.fetch(&callback["data"]["files"][0]).await.status(), 404);
    assert_eq!(customer.status(reference).await.json::<Value>().await.unwrap()["status"], "unknown");
    let left = std::fs::read_dir(customer.folder.path().join("data/jobs")).unwrap().count();
    assert_eq!(left, 0);
}
