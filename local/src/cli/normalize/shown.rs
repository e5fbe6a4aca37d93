//! A normalized document for people: what is said or written, what was found, and what was repaired.

use super::super::output::{CliError, plain, print, say};
use normalizer::schema::{Annotation, Document, Segment, Target};

/// Findings and repairs shown one by one.
const SHOWN_MAX: usize = 50;

/// The text or the transcript on standard output; what is said about it on standard error.
pub(super) fn show(document: &Document) -> Result<(), CliError> {
    for line in document.text.lines() {
        // A tab between the cells of a table is for people, not for the terminal.
        print(&plain(&line.replace('\t', "  ")))?;
    }
    for segment in document.transcript.iter().flat_map(|transcript| &transcript.segments) {
        print(&spoken(segment))?;
    }
    for note in document.transcript.iter().filter_map(|transcript| transcript.note.as_deref()) {
        say(&format!("The processor notes: {}", plain(note)));
    }
    list("finding", document.annotations.iter().map(found));
    let repairs = document.provenance.repairs.iter();
    list(
        "repair",
        repairs.map(|repair| plain(&format!("{} at {}: {}", repair.code, repair.place, repair.note))),
    );
    say(&format!("Read by {}.", document.provenance.adapter));
    Ok(())
}

/// Lines under a heading that counts them; `one` is what each of them is.
fn list(one: &str, lines: impl ExactSizeIterator<Item = String>) {
    let all = lines.len();
    match all {
        0 => {}
        1 => say(&format!("1 {one}:")),
        _ => say(&format!("{all} {one}s:")),
    }
    for line in lines.take(SHOWN_MAX) {
        say(&format!("  {line}"));
    }
    if all > SHOWN_MAX {
        say(&format!("  and {} more; --json has all of them", all - SHOWN_MAX));
    }
}

fn spoken(segment: &Segment) -> String {
    let speaker = segment.speaker.as_ref().map(|speaker| format!("{speaker}: ")).unwrap_or_default();
    plain(&format!("{}  {speaker}{}", clock(segment.start_ms), segment.text.replace('\n', " ")))
}

fn clock(ms: u64) -> String {
    let seconds = ms / 1000;
    format!("{}:{:02}:{:02}.{:03}", seconds / 3600, seconds / 60 % 60, seconds % 60, ms % 1000)
}

fn found(annotation: &Annotation) -> String {
    let place = match &annotation.target {
        Some(Target::Text { position, quote }) => {
            format!("{}-{} \"{}\"", position.start, position.end, quote.exact)
        }
        Some(Target::Time { time }) => clock(time.start_ms),
        None => "whole document".to_owned(),
    };
    let suggestion = annotation.suggestions.first().map(|first| format!(" -> {first:?}")).unwrap_or_default();
    plain(&format!("{place}: {}{suggestion}", annotation.message))
}
