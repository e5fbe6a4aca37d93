//! What the hosts of a run have written: functions say which document they work on, and nobody's name.

use std::{
    collections::BTreeSet,
    fs,
    sync::{Mutex, PoisonError},
};

/// What is logged: everything that a function logs on AWS. The reference processor is somebody else.
pub(super) const FILTER: &str = "info,processor=warn,s3s=off,mp4_atom=error";

/// The functions' own crates, and those whose every line is about a document.
const FUNCTIONS: [&str; 11] = [
    "api",
    "ask",
    "callback",
    "collect",
    "edge",
    "forget",
    "ingest",
    "normalize",
    "park",
    "sweep",
    "transfer",
];
const WORKERS: [&str; 6] = ["ask", "collect", "edge::register", "forget", "normalize", "transfer"];

/// Shorter ones are parts of other words.
const NAME_CHARS_MIN: usize = 6;

/// What the people of this run are and call things.
static NAMES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Remembers a name that must not be logged.
pub(super) fn private(name: &str) {
    if name.chars().count() >= NAME_CHARS_MIN {
        NAMES.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
    }
}

/// What is wrong with the logs, as sentences.
pub(super) fn problems() -> Vec<String> {
    let names = NAMES.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let logs = fs::read_dir(&*super::FOLDER).unwrap().map(|entry| entry.unwrap().path());
    let mut problems = Vec::new();
    let mut followed = 0;
    for log in logs.filter(|path| path.extension().is_some_and(|extension| extension == "log")) {
        let text = fs::read_to_string(&log).unwrap();
        for line in text.lines().filter(|line| FUNCTIONS.iter().any(|name| is_of(line, name))) {
            if let Some(name) = names.iter().find(|name| line.contains(*name)) {
                problems.push(format!("{name:?} is logged: {line}"));
            }
            if WORKERS.iter().any(|name| is_of(line, name)) {
                followed += 1;
                if !line.contains("document_id=") {
                    problems.push(format!("this names no document: {line}"));
                }
            }
        }
    }
    if followed == 0 && !names.is_empty() {
        problems.push("no line about a document was found".to_owned());
    }
    problems
}

/// Whether a line was logged by this crate or module: its name stands after the level, or after the spans.
fn is_of(line: &str, target: &str) -> bool {
    ["INFO ", "WARN ", "ERROR ", "}: "]
        .iter()
        .any(|before| [": ", "::"].iter().any(|after| line.contains(&format!("{before}{target}{after}"))))
}
