//! The command line, as a person and a script use it.

use crate::{
    files,
    harness::{Process, Script, UPLOADS, calm, fresh, lectern, repository, run_to_end, stage, states_named},
    submissions::submit,
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, net::TcpListener};

/// What a command printed and how it ended.
struct Ran {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

async fn run<S: AsRef<str>>(arguments: &[S]) -> Ran {
    let output = run_to_end(&mut lectern(arguments.iter().map(AsRef::as_ref))).await;
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

impl Ran {
    /// Exactly one JSON value is on standard output.
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.stdout, self.stderr))
    }

    fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{} {}", self.stdout, self.stderr);
        self
    }
}

/// Asserts that these are the fields of an object, all of them.
fn fields(value: &Value, expect: &[&str]) {
    let found: BTreeSet<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(found, expect.iter().copied().collect(), "{value:#}");
}

pub(crate) async fn submit_waits_for_every_sample() {
    let host = calm().await;
    let samples: Vec<_> =
        fs::read_dir(repository("samples")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let samples: Vec<_> = samples.iter().map(|path| path.to_str().unwrap()).collect();
    assert!(samples.len() >= 2);
    let arguments = [&["submit", "--wait", "--json", "--url", &host.api_url], &samples[..]].concat();
    let rows = run(&arguments).await.exits(0).json();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), samples.len());
    for (row, sample) in rows.iter().zip(&samples) {
        fields(row, &["document_id", "file", "status"]);
        assert_eq!((&row["file"], &row["status"]), (&(*sample).into(), &"ready".into()), "{row}");
    }
}

/// More than two parts, the last one short.
const LARGE_PADDING_BYTES: u32 = 20_000_000;

pub(crate) async fn submit_sends_a_large_file_in_parts() {
    let host = calm().await;
    let mut film = files::sample("lesson.mp4");
    // A box that players pass over (ISO/IEC 14496-12), with content that tells its parts apart.
    film.extend((LARGE_PADDING_BYTES + 8).to_be_bytes());
    film.extend(b"free");
    film.extend((0..LARGE_PADDING_BYTES / 4).flat_map(u32::to_be_bytes));
    let path = fresh("large.mp4");
    fs::write(&path, &film).unwrap();
    let arguments = ["submit", "--wait", "--json", "--url", &host.api_url, path.to_str().unwrap()];
    let rows = run(&arguments).await.exits(0).json();
    let id = rows[0]["document_id"].as_str().unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    let (aws, key) = (host.aws().await, format!("uploads/{id}/{name}"));
    let head = aws.s3.head_object().bucket(UPLOADS).key(&key).send().await.unwrap();
    assert!(head.e_tag().unwrap().trim_matches('"').ends_with("-3"), "three parts: {head:?}");
    assert!(aws.object(UPLOADS, &key).await == film, "the parts are in their places");
}

pub(crate) async fn submit_tells_what_is_wrong() {
    let host = calm().await;
    let folder = fresh("to-submit");
    fs::create_dir(&folder).unwrap();
    let file = |name: &str, bytes: &[u8]| {
        fs::write(folder.join(name), bytes).unwrap();
        folder.join(name).to_str().unwrap().to_owned()
    };
    let (good, bad) = (file("good.md", &files::markdown()), file("bad.docx", b"MZ\x90\0\0\0"));
    let (empty, program) = (file("empty.md", b""), file("setup.exe", b"MZ"));
    let missing = folder.join("missing.docx").to_str().unwrap().to_owned();
    let names = [&good[..], &bad, &empty, &program, &missing, folder.to_str().unwrap()];
    let arguments = [&["submit", "--wait", "--json", "--url", &host.api_url], &names[..]].concat();
    let rows = run(&arguments).await.exits(1).json();
    let codes =
        ["", "file-type-mismatch", "file-empty", "file-type-unsupported", "file-not-found", "file-not-found"];
    for (row, code) in rows.as_array().unwrap().iter().zip(codes) {
        assert_eq!(row["status"], if code.is_empty() { "ready" } else { "rejected" }, "{row}");
        assert_eq!(row["failure"]["code"].as_str().unwrap_or_default(), code, "{row}");
        for part in ["message", "next_action"].iter().filter(|_| !code.is_empty()) {
            assert!(row["failure"][part].as_str().unwrap().ends_with('.'), "{row}");
        }
    }
    let told = run(&["submit", &missing, "--url", &host.api_url]).await.exits(1);
    assert!(told.stdout.is_empty(), "{}", told.stdout);
    assert!(
        told.stderr.contains("missing.docx") && told.stderr.contains("file-not-found"),
        "{}",
        told.stderr
    );
}

pub(crate) async fn documents_and_show() {
    let host = calm().await;
    let teacher = host.api("teacher").await;
    let id = teacher.submit("shown.md", &files::markdown()).await;
    teacher.ready(&id).await;
    let url = ["--url", &host.api_url];
    let listed =
        run(&[&["documents", "--status", "ready", "--json"], &url[..]].concat()).await.exits(0).json();
    let documents = listed["documents"].as_array().unwrap();
    assert!(documents.iter().any(|document| document["document_id"] == *id), "{listed:#}");
    assert!(documents.iter().all(|document| document["status"] == "ready"), "{listed:#}");
    let table = run(&[&["documents"], &url[..]].concat()).await.exits(0);
    assert!(
        table.stdout.lines().any(|line| line.contains(&id) && line.contains("shown.md")),
        "{}",
        table.stdout
    );

    let shown = run(&[&["show", &id, "--json"], &url[..]].concat()).await.exits(0).json();
    fields(&shown, &["document", "normalized"]);
    assert_eq!(
        (&shown["document"]["document_id"], &shown["normalized"]["schema"]),
        (&id.clone().into(), &"lectern.document/1".into())
    );
    let text = run(&[&["show", &id, "--text"], &url[..]].concat()).await.exits(0);
    assert!(text.stdout.contains(files::SENTENCE), "{}", text.stdout);
    let timeline = run(&[&["show", &id, "--timeline"], &url[..]].concat()).await.exits(0);
    for status in ["uploading", "queued", "transferring", "processing", "returned", "ready"] {
        assert!(timeline.stdout.contains(status), "{status}: {}", timeline.stdout);
    }
    let nothing = run(&[&["show", "00000000-0000-7000-8000-000000000000"], &url[..]].concat()).await.exits(2);
    assert!(nothing.stderr.contains("There is nothing here that you may see"), "{}", nothing.stderr);
}

pub(crate) async fn failed_and_redrive() {
    let stage = stage().await;
    let id = submit(stage, "to-redrive.md", Script::of("to-redrive").with("answers", json!([422]))).await;
    let teacher = stage.host.api("teacher").await;
    let document = teacher.finished(&id).await;
    let cause = document["failure"]["cause"].as_str().unwrap();
    let url = ["--url", &stage.host.api_url];
    for filter in [&[][..], &["--cause", cause]] {
        let failed = run(&[&["failed", "--json"], filter, &url].concat()).await.exits(0).json();
        let documents = failed["documents"].as_array().unwrap();
        assert!(documents.iter().any(|document| document["document_id"] == *id), "{failed:#}");
    }
    let table = run(&[&["failed"], &url[..]].concat()).await.exits(0);
    assert!(table.stdout.contains(cause) && table.stdout.contains(&id), "{}", table.stdout);

    let dry = run(&[&["redrive", &id, "--dry-run", "--json"], &url[..]].concat()).await.exits(0).json();
    assert_eq!((&dry["redriven"], &dry["skipped"]), (&json!([id]), &json!([])));
    assert_eq!(teacher.document(&id).await["version"], document["version"], "nothing was done");
    let redriven = run(&[&["redrive", &id, "--json"], &url[..]].concat()).await.exits(0).json();
    assert_eq!(redriven["redriven"], json!([id]));
    teacher.ready(&id).await;
    let again = run(&[&["redrive", &id, "--json"], &url[..]].concat()).await.exits(1).json();
    assert_eq!(again["skipped"][0]["document_id"], *id, "{again}");
    assert!(again["skipped"][0]["why"].as_str().unwrap().contains("ready"), "{again}");
}

pub(crate) async fn normalize() {
    let folder = fresh("to-normalize");
    fs::create_dir(&folder).unwrap();
    let (text, report) = (folder.join("text.md"), folder.join("annotations.json"));
    fs::write(&text, files::markdown()).unwrap();
    let offset = String::from_utf8(files::markdown()).unwrap().find(files::MISTAKE).unwrap();
    let found = json!({ "message": "Spelling", "offset": offset, "length": files::MISTAKE.len() });
    let written = json!({ "software": { "name": "x" }, "language": { "code": "en" }, "matches": [found] });
    fs::write(&report, written.to_string()).unwrap();
    let (text, report) = (text.to_str().unwrap(), report.to_str().unwrap());
    let document = run(&["normalize", text, report, "--json"]).await.exits(0).json();
    assert_eq!(document["annotations"][0]["target"]["quote"]["exact"], files::MISTAKE, "{document:#}");
    let plain = run(&["normalize", text, report]).await.exits(0);
    assert!(plain.stdout.contains(files::SENTENCE), "{}", plain.stdout);
    assert!(plain.stderr.contains("1 finding:"), "{}", plain.stderr);
    fs::write(folder.join("annotations.json"), "[").unwrap();
    let wrong = run(&["normalize", text, "--role", "annotations", "--json"]).await.exits(1);
    assert!(wrong.stdout.is_empty() && !wrong.stderr.is_empty(), "{}", wrong.stdout);
    let page = folder.join("captions.vtt");
    fs::write(&page, "<!doctype html><p>Not found").unwrap();
    let page = run(&["normalize", page.to_str().unwrap()]).await.exits(1);
    assert!(page.stderr.contains("captions") && !page.stderr.contains("rendition"), "{}", page.stderr);
    let table = folder.join("table.html");
    fs::write(&table, "<!doctype html><table><tr><td>10 min<td>Groups</table>").unwrap();
    let table = run(&["normalize", table.to_str().unwrap()]).await.exits(0);
    assert!(table.stdout.contains("10 min") && !table.stdout.contains('\u{FFFD}'), "{}", table.stdout);
    for (name, content, says) in [
        ("nothing.md", "", "nothing.md is empty"),
        ("grades.csv", "name,grade\n", "Say with --role what it is for"),
    ] {
        let odd = folder.join(name);
        fs::write(&odd, content).unwrap();
        let odd = run(&["normalize", odd.to_str().unwrap()]).await.exits(1);
        assert!(odd.stderr.contains(says) && odd.stderr.lines().count() <= 2, "{}", odd.stderr);
    }
}

/// Runs one of the shipped machines offline; answers with its states.
async fn machine(name: &str, input: Value, mocks: Value) -> (Value, Vec<String>) {
    let definition = repository("statemachines").join(format!("{name}.asl.json"));
    let table = fresh(&format!("{name}-mocks.json"));
    fs::write(&table, mocks.to_string()).unwrap();
    let (definition, table, input) =
        (definition.to_str().unwrap(), table.to_str().unwrap(), input.to_string());
    let ran = run(&["machine", "run", definition, "--input", &input, "--tasks", table, "--json"])
        .await
        .exits(0)
        .json();
    assert_eq!(ran["status"], "SUCCEEDED", "{ran:#}");
    let states = states_named(&ran["history"]);
    (ran, states)
}

fn machine_input(status: &str) -> Value {
    json!({
        "document_id": "018f2f6e-7c1a-7000-8000-0123456789ab", "revision": "v1", "kind": "lesson_plan",
        "attempt": 1, "reference": "r", "cycle": 1, "status": status, "give_up_at": "2999-01-01T00:00:00.000Z",
    })
}

pub(crate) async fn machine_run_transfer() {
    let mocks =
        json!({ "Deliver": [{ "result": { "outcome": "retry" } }, { "result": { "outcome": "done" } }] });
    let (_, states) = machine("transfer", machine_input("transferring"), mocks).await;
    assert_eq!(
        states,
        ["Prepare", "BackOff", "Deliver", "Judge", "BackOff", "Deliver", "Judge", "Delivered"]
    );
}

pub(crate) async fn machine_run_results() {
    let mut input = machine_input("processing");
    input["callback_key"] = "results/x".into();
    input["fault"] = "wrong".into();
    let mocks = json!({ "AskAgain": [{ "result": { "outcome": "done" } }] });
    let (_, states) = machine("results", input, mocks).await;
    assert_eq!(states, ["Prepare", "Judge", "AskAgain", "AskedAgain", "Asked"]);
}

pub(crate) async fn machine_run_overdue() {
    let mocks = json!({
        "Ask": [{ "result": { "Payload": { "status": "busy" } } },
                { "result": { "Payload": { "status": "finished", "callback_key": "results/x" } } }],
        "Fetch": [{ "result": { "outcome": "done" } }],
    });
    let (_, states) = machine("overdue", machine_input("processing"), mocks).await;
    let expect =
        ["Prepare", "ByStatus", "Ask", "Asked", "BackOff", "Ask", "Asked", "Fetch", "Answered", "Done"];
    assert_eq!(states, expect);
}

pub(crate) async fn machine_run_forget() {
    let removed =
        |objects: u64| json!([{ "result": { "Payload": { "outcome": "done", "objects": objects } } }]);
    let forgot = json!([{ "result": { "Payload": { "outcome": "done", "jobs": 1 } } }]);
    let mocks = json!({
        "Remove": removed(5), "Processor": forgot, "RemoveAgain": removed(0), "ProcessorAgain": forgot,
        "Receipt": [{ "result": { "Payload": { "outcome": "done" } } }],
    });
    let (_, states) = machine("forget", machine_input("deleted"), mocks).await;
    assert_eq!(states.last().map(String::as_str), Some("Forgotten"), "{states:?}");
    assert!(states.iter().any(|state| state == "LetRun"), "{states:?}");
}

pub(crate) async fn processor_starts_and_stops() {
    let folder = fresh("lone-processor.data");
    let arguments = ["processor", "--port", "0", "--data-dir", folder.to_str().unwrap()].map(str::to_owned);
    let process = Process::start("lone-processor", &arguments).await;
    let url = process.ready.strip_prefix("ready ").unwrap().trim_end_matches('/');
    assert_eq!(reqwest::get(format!("{url}/healthz")).await.unwrap().status(), 200);
    let script = reqwest::Client::new().post(format!("{url}/script")).body("{}").send().await.unwrap();
    assert!(script.status().is_client_error(), "it takes scripts only if it is told to: {}", script.status());
    assert!(process.terminate().await.success());
}

pub(crate) async fn without_a_host_the_way_out_is_named() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let told = run(&["documents", "--url", &url]).await.exits(2);
    assert!(told.stderr.contains("lectern up") && told.stderr.contains("--url"), "{}", told.stderr);
}
