//! When `lectern up` cannot start it says why in one sentence that names the way out, and changes nothing.

use crate::harness::{Host, calm, fresh, lectern, run_to_end};
use std::{collections::BTreeMap, fs, net::TcpListener, path::Path};

/// Every file below a folder with what is in it.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            found.insert(path.display().to_string(), fs::read(path).unwrap());
        }
    }
    found
}

/// Starts in vain: the way out is named in one line.
async fn refused(arguments: &[&str], way_out: &str) {
    let output = run_to_end(lectern(["up"]).args(arguments)).await;
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(output.stdout.is_empty(), "it is not ready");
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(lines.len(), 1, "{told}");
    assert!(lines[0].starts_with("lectern: ") && lines[0].contains(way_out), "{told}");
}

/// A folder that a host has used and left.
async fn used() -> std::path::PathBuf {
    let host = Host::start("left", &[]).await;
    assert!(host.terminate().await.success());
    host.data_dir
}

pub(crate) async fn a_port_that_is_taken() {
    let folder = used().await;
    let before = contents(&folder);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let place = folder.to_str().unwrap();
    refused(&["--port", &port, "--aws-port", "0", "--data-dir", place], "--port").await;
    refused(&["--port", "0", "--aws-port", &port, "--data-dir", place], "--aws-port").await;
    assert_eq!(contents(&folder), before);
    let new = fresh("never-made");
    refused(&["--port", &port, "--aws-port", "0", "--data-dir", new.to_str().unwrap()], "--port").await;
    assert!(!new.exists(), "nothing is made before it is known that the host can listen");
}

pub(crate) async fn a_folder_of_another_version() {
    let folder = used().await;
    fs::write(folder.join("format"), "999\n").unwrap();
    let before = contents(&folder);
    let arguments = ["--port", "0", "--aws-port", "0", "--data-dir", folder.to_str().unwrap()];
    refused(&arguments, "--data-dir").await;
    assert_eq!(contents(&folder), before);
    // A file where the folder should be is no folder.
    let file = fresh("not-a-folder");
    fs::write(&file, "kept").unwrap();
    let arguments = ["--port", "0", "--aws-port", "0", "--data-dir", file.to_str().unwrap()];
    refused(&arguments, "--data-dir").await;
    assert_eq!(fs::read(&file).unwrap(), b"kept");
}

pub(crate) async fn a_folder_in_use() {
    let host = calm().await;
    let secrets = fs::read(host.data_dir.join("secrets.json")).unwrap();
    let arguments = ["--port", "0", "--aws-port", "0", "--data-dir", host.data_dir.to_str().unwrap()];
    refused(&arguments, "--data-dir").await;
    assert_eq!(fs::read(host.data_dir.join("secrets.json")).unwrap(), secrets);
    assert_eq!(host.api("teacher").await.get("/healthz").await.status, 200, "the host that has it goes on");
}
