//! A run as a person reads it: one line per event, with the time since the start.

use super::super::output::plain;
use asl::{HistoryEvent, offline::Run};
use jiff::Timestamp;
use serde_json::Value;

/// The widest detail that a line shows, in characters.
const DETAIL_CHARS_MAX: usize = 100;

/// Details worth a look, the first that is there.
const DETAILS: &[&str] = &["error", "output", "parameters", "input", "length", "index", "redriveCount"];

/// The events, then how the run ended.
pub(super) fn lines(run: &Run, start: Timestamp) -> Vec<String> {
    let mut lines = Vec::new();
    let mut state = String::new();
    for event in &run.history {
        state = name_of(event).unwrap_or(state);
        lines.push(format!(
            "{:>12}  {:>5}  {:<22} {:<24} {}",
            since(start, event.timestamp),
            event.id,
            event.kind,
            plain(&state),
            detail(event)
        ));
    }
    let took = since(start, run.stopped);
    let end = match (&run.output, &run.error) {
        (Some(output), _) => output.to_string(),
        (None, error) => {
            let parts = [error.as_deref(), run.cause.as_deref()];
            parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
        }
    };
    lines.push(format!("{} after {took}  {}", run.status.as_str(), plain(&end)));
    lines
}

/// The state that an event names.
fn name_of(event: &HistoryEvent) -> Option<String> {
    let named =
        event.details.values().find_map(|details| details.get("name").or_else(|| details.get("state")));
    named.and_then(Value::as_str).map(str::to_owned)
}

fn detail(event: &HistoryEvent) -> String {
    let found = DETAILS.iter().find_map(|field| {
        let value = event.details.values().find_map(|details| details.get(*field))?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some(format!("{field} {text}"))
    });
    let text = plain(&found.unwrap_or_default());
    if text.chars().count() <= DETAIL_CHARS_MAX {
        return text;
    }
    text.chars().take(DETAIL_CHARS_MAX).chain(['…']).collect()
}

/// The time between two instants, such as `+1d02:03:04`, with milliseconds where there are some.
fn since(start: Timestamp, at: Timestamp) -> String {
    let milliseconds = at.as_millisecond().saturating_sub(start.as_millisecond());
    let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
    let (days, hours) = (seconds / 86_400, seconds / 3600 % 24);
    let clock = format!("{hours:02}:{:02}:{:02}", seconds / 60 % 60, seconds % 60);
    let days = if days > 0 { format!("{days}d") } else { String::new() };
    let rest = if rest > 0 { format!(".{rest:03}") } else { String::new() };
    format!("+{days}{clock}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use asl::{Machine, offline};
    use serde_json::json;

    #[test]
    fn times_are_told_from_the_start() {
        let start: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        let check = |milliseconds: i64, expected: &str| {
            let at = Timestamp::from_millisecond(start.as_millisecond() + milliseconds).unwrap();
            assert_eq!(since(start, at), expected);
        };
        check(0, "+00:00:00");
        check(61_500, "+00:01:01.500");
        check(93_784_000, "+1d02:03:04");
    }

    #[test]
    fn a_run_shows_its_waits_and_its_end() {
        let definition = json!({"QueryLanguage": "JSONata", "StartAt": "Rest", "States": {
            "Rest": {"Type": "Wait", "Seconds": 90, "Next": "Stop"},
            "Stop": {"Type": "Fail", "Error": "E", "Cause": "why"},
        }});
        let machine = Machine::load(&definition.to_string()).unwrap();
        let start: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        let run =
            offline::run(&machine, json!({}), &offline::Mocks::new(), start, &mut |bytes| bytes.fill(0));
        let lines = lines(&run.unwrap(), start);
        let shown = lines.join("\n");
        assert!(shown.contains("+00:01:30      3  WaitStateExited        Rest"), "{shown}");
        assert!(lines.last().unwrap().starts_with("FAILED after +00:01:30  E: why"), "{shown}");
    }
}
