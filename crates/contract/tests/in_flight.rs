//! What an earlier version has sent is still understood: see `fixtures/v1`.

use contract::{
    machine::{AskAnswer, AskInput, ForgetAnswer, ForgetInput, Report},
    queue::{Look, ResultsMessage, WorkMessage},
};
use document::MachineInput;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Reads a file as `T` and writes it again: everything that it says is still known.
fn check<T: DeserializeOwned + Serialize>(text: &str) -> Result<(), String> {
    let read: T = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let (written, expect) = (serde_json::to_value(&read), serde_json::from_str::<Value>(text));
    let (written, expect) = (written.map_err(|error| error.to_string())?, expect.expect("it is JSON"));
    let lost = expect
        .as_object()
        .expect("it is an object")
        .iter()
        .find(|(name, value)| written.get(name) != Some(value));
    lost.map_or(Ok(()), |(name, _)| Err(format!("{name} is lost")))
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

#[test]
fn what_the_first_version_has_sent_is_understood() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/v1");
    let mut found = Vec::new();
    files(&folder, &mut found);
    assert_eq!(found.len(), 21);
    for path in found {
        let name = path.strip_prefix(&folder).unwrap().with_extension("");
        let name = name.to_str().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let understood = match name {
            // In the words of S3; `edge` reads it, and the pipeline suite lets it be handled.
            "queues/uploads/announcement" => Ok(()),
            "tasks/ask" => check::<AskInput>(&text),
            "answers/ask" => check::<AskAnswer>(&text),
            "answers/forget" => check::<ForgetAnswer>(&text),
            "answers/report" => check::<Report>(&text),
            name if name.starts_with("queues/uploads/look") => check::<Look>(&text),
            name if name.starts_with("queues/results/") => check::<ResultsMessage>(&text),
            name if name.starts_with("queues/") => check::<WorkMessage>(&text),
            name if name.starts_with("machines/") => check::<MachineInput>(&text),
            name if name.starts_with("tasks/forget-") => check::<ForgetInput>(&text),
            _ => Err("nobody reads it".to_owned()),
        };
        assert_eq!(understood, Ok(()), "{name}");
    }
}
