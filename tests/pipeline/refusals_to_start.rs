//! When `lectern up` cannot start it says why in one sentence that names the way out, and changes nothing.

use crate::{
    files,
    harness::{Machine, calm_machine, fresh, lectern, repository, run_to_end},
};
use std::{
    collections::BTreeMap,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
};

/// Every file and folder below a folder, with what is in it.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let content = if path.is_dir() {
            found.extend(contents(&path));
            Vec::new()
        } else {
            fs::read(&path).unwrap()
        };
        found.insert(path.display().to_string(), content);
    }
    found
}

/// Starts in vain: one line names each of `told`.
async fn refused(arguments: &[&str], told: &[&str]) {
    let output = run_to_end(lectern(["up"]).args(arguments)).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty(), "it is not ready");
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 1, "{said}");
    assert!(lines[0].starts_with("lectern: "), "{said}");
    for word in told {
        assert!(lines[0].contains(word), "{word} is not named: {said}");
    }
}

/// Starts in vain on a folder, which stays as it is.
async fn refused_on(folder: &Path, told: &[&str]) {
    refused_with(folder, &[], told).await;
}

async fn refused_with(folder: &Path, more: &[&str], told: &[&str]) {
    let before = contents(folder);
    let place = folder.to_str().unwrap();
    refused(&[&["--port", "0", "--aws-port", "0", "--data-dir", place], more].concat(), told).await;
    let after = contents(folder);
    for (path, content) in &before {
        assert!(after.get(path) == Some(content), "{path} was changed");
    }
    let more: Vec<_> = after.keys().filter(|path| !before.contains_key(*path)).collect();
    assert!(more.is_empty(), "{more:?} came into being");
}

/// A folder that a host has used and left.
async fn used() -> PathBuf {
    let host = Machine::start("left", &[]).await;
    assert!(host.terminate().await.success());
    for name in DATABASES {
        assert!(!host.data_dir.join(format!("{name}-wal")).exists(), "{name} was not closed");
    }
    host.data_dir
}

/// A folder on which a host was killed that had taken a film in: logs are there, and a blob.
async fn killed() -> PathBuf {
    let host = Machine::start("killed-and-left", &[]).await;
    let teacher = host.api("teacher").await;
    let id = teacher.submit("lesson.mp4", &files::sample("lesson.mp4")).await;
    teacher.finished(&id).await;
    host.kill().await;
    host.data_dir
}

/// Starts on a folder after all, and finds what was there before.
async fn starts(folder: &Path, more: &[&str]) {
    let host = Machine::start_on_folder("mended", folder, more).await;
    assert_eq!(host.api("teacher").await.get("/healthz").await.status, 200);
    host.kill().await;
}

pub(crate) async fn a_port_that_is_taken() {
    let folder = used().await;
    let before = contents(&folder);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let place = folder.to_str().unwrap();
    refused(&["--port", &port, "--aws-port", "0", "--data-dir", place], &["--port"]).await;
    refused(&["--port", "0", "--aws-port", &port, "--data-dir", place], &["--aws-port"]).await;
    assert_eq!(contents(&folder), before);
    let new = fresh("never-made");
    refused(&["--port", &port, "--aws-port", "0", "--data-dir", new.to_str().unwrap()], &["--port"]).await;
    assert!(!new.exists(), "nothing is made before it is known that the host can listen");
}

pub(crate) async fn a_folder_of_another_version() {
    let folder = used().await;
    fs::write(folder.join("format"), "999\n").unwrap();
    refused_on(&folder, &["format 999", "start that version", "--data-dir"]).await;
    fs::write(folder.join("format"), b"\xff\xfe").unwrap();
    refused_on(&folder, &["format", "--data-dir"]).await;
}

pub(crate) async fn a_folder_that_is_none_of_ours() {
    let file = fresh("not-a-folder");
    fs::write(&file, "kept").unwrap();
    refused(&["--port", "0", "--aws-port", "0", "--data-dir", file.to_str().unwrap()], &["--data-dir"]).await;
    assert_eq!(fs::read(&file).unwrap(), b"kept");
    let foreign = fresh("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("thesis.docx"), "mine").unwrap();
    refused_on(&foreign, &["thesis.docx", "--data-dir"]).await;
}

pub(crate) async fn a_folder_that_cannot_be_written() {
    let folder = used().await;
    fs::remove_file(folder.join("lock")).unwrap();
    fs::create_dir(folder.join("lock")).unwrap();
    refused_on(&folder, &["cannot be used", "rights", "--data-dir"]).await;
}

pub(crate) async fn a_folder_in_use() {
    let host = calm_machine().await;
    let secrets = fs::read(host.data_dir.join("secrets.json")).unwrap();
    let arguments = ["--port", "0", "--aws-port", "0", "--data-dir", host.data_dir.to_str().unwrap()];
    refused(&arguments, &["in use", "--data-dir"]).await;
    assert_eq!(fs::read(host.data_dir.join("secrets.json")).unwrap(), secrets);
    assert_eq!(host.api("teacher").await.get("/healthz").await.status, 200, "the host that has it goes on");
}

/// The services' files.
const DATABASES: [&str; 4] = ["s3/index.sqlite", "queues.sqlite", "register.sqlite", "machines.sqlite"];

pub(crate) async fn a_damaged_database() {
    for (folder, has_logs) in [(used().await, false), (killed().await, true)] {
        for name in DATABASES {
            let path = folder.join(name);
            let sound = fs::read(&path).unwrap();
            let told = [path.to_str().unwrap(), "backup", "--data-dir"];

            fs::remove_file(&path).unwrap();
            refused_on(&folder, &[&told[..], &["missing"]].concat()).await;
            fs::write(&path, b"").unwrap();
            refused_on(&folder, &[&told[..], &["empty"]].concat()).await;
            fs::write(&path, b"no database at all, whatever its name says; and long enough to have a header, which takes a hundred bytes").unwrap();
            refused_on(&folder, &[&told[..], &["not a SQLite file"]].concat()).await;
            if !has_logs {
                // No page of a database is all of one letter; but a log may hold a newer one.
                let mut garbled = sound.clone();
                garbled[100..4096].fill(b'x');
                fs::write(&path, garbled).unwrap();
                refused_on(&folder, &[&told[..], &["damaged"]].concat()).await;
            }
            fs::write(&path, &sound).unwrap();
        }
        starts(&folder, &[]).await;
    }
}

pub(crate) async fn a_database_that_is_cut_short() {
    let folder = used().await;
    for name in DATABASES {
        let path = folder.join(name);
        let sound = fs::read(&path).unwrap();
        fs::write(&path, &sound[..sound.len() / 2]).unwrap();
        refused_on(&folder, &[path.to_str().unwrap(), "its end is missing", "backup"]).await;
        fs::write(&path, &sound).unwrap();
    }
    starts(&folder, &[]).await;
}

pub(crate) async fn a_damaged_log() {
    let folder = killed().await;
    let mut logs = 0;
    for name in DATABASES {
        let log = folder.join(format!("{name}-wal"));
        let sound = fs::read(&log).unwrap_or_default();
        // Of a log with a single commit nobody can say that it was torn by more than a loss of power.
        if sound.len() < 32 + 8 * (24 + 4096) {
            continue;
        }
        logs += 1;
        let mut damaged = sound.clone();
        damaged[32 + 24 + 1000] ^= 1;
        fs::write(&log, damaged).unwrap();
        let name = log.file_name().unwrap().to_str().unwrap();
        refused_on(&folder, &[name, "damaged", "backup"]).await;
        fs::write(&log, sound).unwrap();
    }
    assert!(logs >= 3, "{logs} logs were there");
    starts(&folder, &[]).await;
}

pub(crate) async fn a_database_of_a_newer_version() {
    let folder = used().await;
    // The register's engine does not number its schema.
    for name in ["s3/index.sqlite", "queues.sqlite", "machines.sqlite"] {
        let path = folder.join(name);
        let sound = fs::read(&path).unwrap();
        let mut newer = sound.clone();
        // The number called `user_version` (sqlite.org/fileformat2.html, section 1.3).
        newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
        fs::write(&path, newer).unwrap();
        refused_on(&folder, &[path.to_str().unwrap(), "newer version", "99", "start that version"]).await;
        fs::write(&path, sound).unwrap();
    }
    starts(&folder, &[]).await;
}

pub(crate) async fn a_small_file_that_is_damaged() {
    let folder = used().await;
    for name in ["secrets.json", "processor-port", "issuer/issuer-key.p8"] {
        let path = folder.join(name);
        let sound = fs::read(&path).unwrap();
        for damage in [&b""[..], b"\xff\xfe{"] {
            fs::write(&path, damage).unwrap();
            refused_on(&folder, &[path.to_str().unwrap()]).await;
        }
        fs::write(&path, sound).unwrap();
    }
    starts(&folder, &[]).await;
}

pub(crate) async fn an_object_without_its_file() {
    let folder = killed().await;
    let blobs = folder.join("s3/blobs");
    let blob = fs::read_dir(&blobs).unwrap().next().unwrap().unwrap().path();
    let sound = fs::read(&blob).unwrap();
    let told = [blob.to_str().unwrap(), "lesson.mp4", "version ", "backup", "--without-lost-files"];
    fs::write(&blob, &sound[1..]).unwrap();
    refused_on(&folder, &told).await;
    fs::remove_file(&blob).unwrap();
    refused_on(&folder, &told).await;
    starts(&folder, &["--without-lost-files"]).await;
    fs::write(&blob, &sound).unwrap();
    starts(&folder, &[]).await;
}

/// A copy of the template and its machines, with one text in the place of another.
fn changed_template(file: &str, from: &str, to: &str) -> PathBuf {
    let folder = fresh("template");
    for part in ["infra", "statemachines"] {
        fs::create_dir_all(folder.join(part)).unwrap();
        for entry in fs::read_dir(repository(part)).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), folder.join(part).join(entry.file_name())).unwrap();
        }
    }
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} holds {from}");
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
    folder.join("infra/template.yaml")
}

pub(crate) async fn a_secret_that_is_too_short() {
    let new = fresh("not-made-for-a-secret");
    let place = ["--port", "0", "--aws-port", "0", "--data-dir", new.to_str().unwrap()];
    for secrets in ["", "whsec_", "whsec_c2hvcnQ=", "a-long-secret-without-what-says-that-it-is-one"] {
        let arguments = [&place[..], &["--callback-secrets", secrets]].concat();
        refused(&arguments, &["CallbackSecrets", "(not shown)", "32 to 64 random bytes"]).await;
    }
    assert!(!new.exists(), "nothing is made for a secret that is too short");
}

pub(crate) async fn a_template_that_cannot_be_run() {
    const TEMPLATE: &str = "infra/template.yaml";
    const MACHINE: &str = "statemachines/overdue.asl.json";
    let new = fresh("not-made-either");
    let folder = used().await;
    let cases = [
        (TEMPLATE, "      VisibilityTimeout: 540", "      VisibilityTimeuot: 540", "VisibilityTimeuot"),
        (
            TEMPLATE,
            "      VisibilityTimeout: 540",
            "      QueueName: !GetAtt LessonPlansQueue.QueueName",
            "LessonPlansQueue",
        ),
        (TEMPLATE, "Resources:", "Resources: [", "template"),
        (MACHINE, "\"QueryLanguage\": \"JSONata\"", "\"QueryLanguage\": \"JSONPath\"", "overdue"),
        (MACHINE, "\"StartAt\": \"", "\"StartAt\": \"Nowhere-", "overdue"),
        (MACHINE, "{", "", "overdue"),
    ];
    for (file, from, to, told) in cases {
        let template = changed_template(file, from, to);
        let arguments = ["--template", template.to_str().unwrap()];
        refused_with(&folder, &arguments, &[told]).await;
        let place = ["--port", "0", "--aws-port", "0", "--data-dir", new.to_str().unwrap()];
        refused(&[&place[..], &arguments].concat(), &[told]).await;
        assert!(!new.exists(), "nothing is made for a template that cannot be run");
    }
    let missing = fresh("no-template.yaml");
    refused_with(&folder, &["--template", missing.to_str().unwrap()], &["no-template.yaml", "--template"])
        .await;
}

pub(crate) async fn a_template_that_changes_a_table() {
    let folder = used().await;
    let template = changed_template("infra/template.yaml", "IndexName: by-cause", "IndexName: by-reason");
    let told = ["lectern-documents exists already", "by-", "--data-dir"];
    refused_with(&folder, &["--template", template.to_str().unwrap()], &told).await;
    starts(&folder, &[]).await;
}

pub(crate) async fn a_first_start_that_was_cut_off_is_made_good() {
    let folder = fresh("cut-off");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("lock"), "").unwrap();
    fs::write(folder.join("queues.sqlite"), "").unwrap();
    starts(&folder, &[]).await;
    assert!(folder.join("format").exists(), "it is complete now");
}
