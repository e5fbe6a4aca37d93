//! The table of faults, made from the cases.

use crate::case::Case;
use std::{collections::BTreeSet, fmt::Write as _, io::Write as _, path::PathBuf, process::ExitCode};

/// Every fault, in the order of its number.
const FAULTS: [&str; 52] = [
    "the host dies during the write of an upload",
    "an object is durable and its event was not sent",
    "a message was received and not claimed",
    "a document was claimed and not sent",
    "it was sent and the answer was lost",
    "it was sent and not written down",
    "a callback was stored and not answered",
    "files were fetched and not written down",
    "a document was written and its message not deleted",
    "the host dies between two states of a machine",
    "power is lost and the log's tail is torn",
    "the disk is full, or does not sync",
    "the bucket's event comes several times",
    "a message comes again after success",
    "one callback comes several times at once",
    "the same result comes under a new id",
    "two different results come for one attempt",
    "a callback comes before the send is answered",
    "an object is overwritten and its events come in reverse",
    "a document is deleted before it is processed",
    "a failure is reported after success",
    "a callback never comes",
    "a callback comes after its deadline",
    "a message becomes visible while it is worked on",
    "one message among ten is poison",
    "a function runs out of time in the middle of a batch",
    "every service throttles",
    "the processor says 429 or 503 and when to come again",
    "the processor is down for six hours",
    "a message comes near the end of its retention",
    "a document is redriven while the original still runs",
    "a definition or a setting changes in flight",
    "a file is truncated or has a flipped bit",
    "a file is of another type, of two, or HTML for JSON",
    "a file is missing, extra or there twice",
    "an upload is empty, encrypted or malformed",
    "a file is a bomb",
    "a signature is bad, missing, partial, of another secret, or one of thousands",
    "a timestamp is stale, in the future, extreme or malformed",
    "a body was changed by a byte, or an id has a dot",
    "a rightly signed callback names an unknown or foreign reference",
    "a callback is replayed within its tolerance",
    "a result's address leads where it must not",
    "a key is a traversal, has a NUL, is very long or oddly composed",
    "a name, a text or a file carries a script",
    "somebody asks for another school's or teacher's document",
    "ten thousand uploads come at once",
    "callbacks flood in and some senders are slow",
    "a size lies at its limit, one below or one above",
    "the clock is an hour off, or goes back",
    "a secret is rotated midway",
    "a write of a result could start the pipeline again",
];

fn repository() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn path() -> PathBuf {
    repository().join("docs/faults.md")
}

fn made(cases: &[Case]) -> String {
    let mut table = String::from(
        "# Faults\n\nEvery fault that Lectern must survive, the tests that make it happen (`tests/faults`), how it has to \
         end, and the\nguards in the code that it relies on. After each, the invariants hold: every acknowledged upload ends \
         in one final\nstate with a reason, one normalized document per revision, no final state regresses, nothing unproved \
         is published,\nevery failure says what to do next, the same seed gives the same trace, and everything drains.\n\n\
         Made by `cargo test -p faults --test matrix -- --write`.\n\n\
         | row | fault | tests | ends | guards |\n| --- | --- | --- | --- | --- |\n",
    );
    for (row, fault) in (1..).zip(FAULTS) {
        let own: Vec<_> = cases.iter().filter(|case| case.row == row).collect();
        let tests: Vec<_> = own.iter().map(|case| format!("`{}`", case.name)).collect();
        let ends: BTreeSet<_> = own.iter().map(|case| case.ends.to_string()).collect();
        let guards: BTreeSet<_> =
            own.iter().flat_map(|case| case.guards).map(|guard| format!("`{guard}`")).collect();
        let joined = |parts: Vec<String>| parts.join("<br>");
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "| {row} | {fault} | {} | {} | {} |",
            joined(tests),
            joined(ends.into_iter().collect()),
            joined(guards.into_iter().collect())
        );
    }
    table
}

/// Writes the table.
pub(crate) fn write(cases: &[Case]) -> ExitCode {
    match std::fs::write(path(), made(cases)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to be told if this cannot be said either.
            let _ = writeln!(std::io::stderr(), "{} cannot be written: {error}", path().display());
            ExitCode::FAILURE
        }
    }
}

/// Every row has a case, and every case a name that begins with its row.
pub(crate) fn complete(cases: &[Case]) -> Result<(), String> {
    let missing: Vec<_> =
        (1..=FAULTS.len()).filter(|row| cases.iter().all(|case| case.row as usize != *row)).collect();
    let misnamed: Vec<_> = cases
        .iter()
        .filter(|case| !case.name.starts_with(&format!("f{:02}_", case.row)))
        .map(|case| case.name)
        .collect();
    if missing.is_empty() && misnamed.is_empty() {
        return Ok(());
    }
    Err(format!("rows without a case: {missing:?}; cases that are not named after their row: {misnamed:?}"))
}

/// The committed table is the one that the cases make.
pub(crate) fn same(cases: &[Case]) -> Result<(), String> {
    let found = std::fs::read_to_string(path()).unwrap_or_default();
    if found == made(cases) {
        return Ok(());
    }
    Err("docs/faults.md is not as the cases are: cargo test -p faults --test matrix -- --write".to_owned())
}

/// Every guard is in the file that it is said to be in.
pub(crate) fn guards(cases: &[Case]) -> Result<(), String> {
    let mut missing = BTreeSet::new();
    for guard in cases.iter().flat_map(|case| case.guards) {
        let (file, name) = guard.split_once(' ').unwrap_or((guard, ""));
        let there = std::fs::read_to_string(repository().join(file)).is_ok_and(|text| text.contains(name));
        if !there || name.is_empty() {
            missing.insert(*guard);
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(format!("guards that are not there: {missing:?}")) }
}
