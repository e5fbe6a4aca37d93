use serde_json::Value;
use std::{
    fmt,
    io::{self, Write},
    process::ExitCode,
};

/// Why a command did not do what it was asked, and what to do about it.
#[derive(Debug)]
pub(super) struct CliError {
    what: String,
    next: Option<String>,
}

impl CliError {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), next: None }
    }

    pub(super) fn next(self, next: impl Into<String>) -> Self {
        Self { next: Some(next.into()), ..self }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.what)?;
        self.next.as_ref().map_or(Ok(()), |next| write!(out, "\n  {next}"))
    }
}

/// Says on standard error what went wrong.
pub(super) fn fail(error: &CliError) -> ExitCode {
    say(&format!("lectern: {error}"));
    ExitCode::from(2)
}

/// A line for the person, on standard error.
pub(super) fn say(line: &str) {
    // Nobody is left to be told if this fails.
    drop(writeln!(io::stderr().lock(), "{line}"));
}

/// A line of the answer, on standard output.
pub(super) fn print(line: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    let written = writeln!(out, "{line}").and_then(|()| out.flush());
    match written {
        // `lectern documents | head` has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(CliError::new(format!("standard output cannot be written: {error}"))),
        Ok(()) => Ok(()),
    }
}

/// One JSON value on standard output.
pub(super) fn print_json(value: &Value) -> Result<(), CliError> {
    print(&serde_json::to_string_pretty(value).unwrap_or_default())
}

/// A text of the value, or nothing.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Makes what came from outside safe to show in a terminal.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}
