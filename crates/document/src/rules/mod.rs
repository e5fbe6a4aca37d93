//! The rules: what an event makes of a document.
//!
//! Each file holds the rules of one part of a document's life. All of them follow the same five:
//! final states never regress (but a failed document may be redriven, and a valid result that arrives late may save it);
//! a message acts only if the register still says what the message says; a repeat sends again; a fact about the outside
//! world (the processor accepted, a result was proved) counts whoever reports it, a wish (take over, hand over) only from
//! the owner; and whatever is not final has a deadline.

mod delivery;
mod people;
mod recovery;
mod results;
mod upload;

pub use upload::{News, news};

use crate::{Attempt, Document, Event, MachineInput, MachineName, MachineRef, Moment, Owner, Send, Timing};

/// Attempts per redrive: the first, and two more if the results are wrong.
pub const ATTEMPTS_PER_REDRIVE_MAX: u32 = 3;
/// Deadlines that may pass in one status before the document counts as stuck: doubling from an hour, about four days.
pub const NUDGES_MAX: u32 = 6;

/// What came of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The document as it must be written, on condition that it has not changed; `None` writes nothing.
    pub change: Option<Box<Document>>,
    /// What must be sent once the write has succeeded, in this order.
    pub sends: Vec<Send>,
    /// For whoever brought the event.
    pub answer: Answer,
}

/// How an event was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It changed the document.
    Done,
    /// It had happened already; what follows from it is sent again.
    Repeated,
    /// It does not concern the document as it is now.
    Stale(&'static str),
    /// Nobody knows this document.
    Unknown,
    /// Another function is at work on it.
    Busy { until: Moment },
    /// The caller may send this attempt to the processor.
    Claimed { attempt: Attempt },
    /// A machine has taken the document over.
    HandedOver,
    /// The machine that asked goes on itself and tries the same thing again.
    Retry,
    /// The machine that asked goes on itself and makes a new attempt.
    AskAgain,
    /// The document has failed.
    Failed,
}

impl Verdict {
    fn stale(why: &'static str) -> Self {
        Self { change: None, sends: Vec::new(), answer: Answer::Stale(why) }
    }

    fn answer(answer: Answer) -> Self {
        Self { change: None, sends: Vec::new(), answer }
    }

    fn repeated(sends: Vec<Send>) -> Self {
        Self { change: None, sends, answer: Answer::Repeated }
    }

    fn write(mut document: Document, sends: Vec<Send>, answer: Answer) -> Self {
        document.version += 1;
        Self { change: Some(Box::new(document)), sends, answer }
    }
}

/// Decides what `event` makes of the document as the register holds it (`None`: not known).
pub fn decide(current: Option<&Document>, event: &Event, now: Moment, timing: &Timing) -> Verdict {
    match (event, current) {
        (Event::Declared(declaration), current) => upload::declared(current, declaration, now, timing),
        (Event::Arrived(arrival), current) => upload::arrived(current, arrival, now, timing),
        (_, None) => Verdict::answer(Answer::Unknown),
        (Event::UploadCompleted, Some(document)) => upload::completed(document, now, timing),
        (Event::UploadCancelled, Some(document)) => upload::cancelled(document, now),
        (Event::NotThere, Some(document)) => upload::not_there(document, now),
        (Event::Claimed { work, function, nonce }, Some(document)) => {
            delivery::claimed(document, work, function, *nonce, now, timing)
        }
        (Event::Accepted { work, job_id, sha256 }, Some(document)) => {
            delivery::accepted(document, work, job_id.as_deref(), sha256.as_deref(), now, timing)
        }
        (Event::Refused { work, failure }, Some(document)) => delivery::refused(document, work, failure, now),
        (Event::Undelivered { work, reason, retry_after_seconds }, Some(document)) => {
            delivery::undelivered(document, work, reason, *retry_after_seconds, now, timing)
        }
        (Event::ResultsProved { reference, files, .. }, Some(document)) => {
            results::proved(document, reference, files, now, timing)
        }
        (Event::ResultsUnusable { reference, machine, callback_key, fault }, Some(document)) => {
            results::unusable(document, reference, *machine, callback_key, fault, now, timing)
        }
        (Event::Normalized { work, normalized }, Some(document)) => {
            results::normalized(document, work, normalized, now)
        }
        (Event::NotNormalized { work, failure }, Some(document)) => {
            results::not_normalized(document, work, failure, now)
        }
        (Event::DeadlinePassed, Some(document)) => recovery::deadline_passed(document, now, timing),
        (Event::Parked { stage, work, failure }, Some(document)) => {
            recovery::parked(document, *stage, work.as_ref(), failure, now)
        }
        (Event::MachineEnded { machine, failure }, Some(document)) => {
            recovery::machine_ended(document, *machine, failure, now, timing)
        }
        (Event::Redriven, Some(document)) => people::redriven(document, now, timing),
        (Event::Deleted, Some(document)) => people::deleted(document, now, timing),
        (Event::Forgotten { receipt }, Some(document)) => people::forgotten(document, receipt),
    }
}

/// Opens the next cycle and lets a machine own the document in it, until past the machine's own end.
fn hand_over(
    document: &mut Document,
    machine: MachineName,
    give_up_at: Moment,
    timing: &Timing,
    complete: impl FnOnce(&mut MachineInput),
) -> Send {
    document.cycle += 1;
    let start = start(document, machine, give_up_at, complete);
    document.owner =
        Owner { lease: None, machine: Some(MachineRef { name: machine, cycle: document.cycle }) };
    document.deadline = Some(give_up_at.after(timing.machine_margin));
    if let Send::Start { input, .. } = &start {
        document.machine_input = Some((**input).clone());
    }
    start
}

/// The start of a machine for the document's present cycle.
fn start(
    document: &Document,
    machine: MachineName,
    give_up_at: Moment,
    complete: impl FnOnce(&mut MachineInput),
) -> Send {
    let mut input = MachineInput {
        document_id: document.document_id,
        revision: document.revision_id().to_owned(),
        kind: document.kind,
        attempt: document.attempt_number(),
        reference: document.latest_attempt().map(|attempt| attempt.reference.clone()),
        cycle: document.cycle,
        status: document.status,
        give_up_at,
        callback_key: None,
        fault: None,
        retry_after_seconds: None,
        references: Vec::new(),
        everything: false,
    };
    complete(&mut input);
    Send::Start { machine, execution: document.execution(machine), input: Box::new(input) }
}

/// The start that the owning machine was given, once more: starting twice under one name starts once.
fn start_again(document: &Document) -> Vec<Send> {
    let (Some(owner), Some(input)) = (document.owner.machine, &document.machine_input) else {
        return Vec::new();
    };
    let execution =
        crate::execution_name(owner.name, document.document_id, &input.revision, input.attempt, owner.cycle);
    vec![Send::Start { machine: owner.name, execution, input: Box::new(input.clone()) }]
}
