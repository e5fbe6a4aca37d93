//! From the callback to the normalized document.

use super::{ATTEMPTS_PER_REDRIVE_MAX, Answer, Verdict, hand_over, start_again};
use crate::{
    Document, Failure, MachineName, MachineRef, Moment, Normalized, ResultFile, ResultSet, Send, Status,
    Timing, Unusable, Work,
};

pub(super) fn proved(
    document: &Document,
    reference: &str,
    files: &[ResultFile],
    now: Moment,
    timing: &Timing,
) -> Verdict {
    let Some(attempt) = document.attempts.iter().find(|attempt| attempt.reference == reference) else {
        return Verdict::stale("the results are for an older revision");
    };
    if let Some(known) = &document.result {
        return second(document, known, attempt.number, files, now);
    }
    if !matches!(document.status, Status::Queued | Status::Transferring | Status::Processing | Status::Failed)
    {
        return Verdict::stale("the document takes no results any more");
    }
    let result = ResultSet { attempt: attempt.number, files: files.to_vec() };
    let mut document = document.clone();
    let work = document.work(result.attempt);
    document.result = Some(result);
    document.failure = None;
    document.free();
    document.become_status(Status::Returned, now, "The results are here and proved right.");
    document.deadline = Some(now.after(timing.returned));
    Verdict::write(document, vec![Send::Normalize { work }], Answer::Done)
}

/// The first valid result wins; a different second one leaves its trace.
fn second(
    document: &Document,
    known: &ResultSet,
    attempt: u32,
    files: &[ResultFile],
    now: Moment,
) -> Verdict {
    const NOTE: &str = "A second, different result arrived and was not used.";
    let hashes = |files: &[ResultFile]| {
        let mut hashes: Vec<_> = files.iter().map(|file| (file.role.clone(), file.sha256.clone())).collect();
        hashes.sort();
        hashes
    };
    if hashes(&known.files) == hashes(files) {
        return if document.status == Status::Returned {
            Verdict::repeated(vec![Send::Normalize { work: document.work(known.attempt) }])
        } else {
            Verdict::stale("these results are known")
        };
    }
    let recorded = document.timeline.iter().any(|entry| entry.note == NOTE);
    if recorded || document.status == Status::Deleted || attempt == 0 {
        return Verdict::stale("another result won");
    }
    let mut document = document.clone();
    document.note(now, NOTE);
    Verdict::write(document, Vec::new(), Answer::Stale("another result won"))
}

pub(super) fn unusable(
    document: &Document,
    reference: &str,
    machine: Option<MachineRef>,
    callback_key: &str,
    fault: &Unusable,
    now: Moment,
    timing: &Timing,
) -> Verdict {
    let is_latest = document.latest_attempt().is_some_and(|attempt| attempt.reference == reference);
    if !is_latest || !matches!(document.status, Status::Transferring | Status::Processing) {
        return Verdict::stale("a newer attempt is under way, or the document is further along");
    }
    let owner = document.owner.machine;
    if machine.is_some() && machine != owner {
        return Verdict::stale("somebody else is responsible");
    }
    let used = document.attempt_number() - document.redriven_after;
    let (word, failure) = match fault {
        Unusable::Hopeless(failure) => return give_up(document, failure, now),
        Unusable::Wrong(failure) if used >= ATTEMPTS_PER_REDRIVE_MAX => {
            return give_up(document, failure, now);
        }
        Unusable::Wrong(failure) => ("wrong", failure),
        Unusable::Unreachable(failure) => ("unreachable", failure),
    };
    if owner.is_some_and(|owner| owner.name == MachineName::Results) {
        return match (machine.is_some(), word) {
            (true, "wrong") => Verdict::answer(Answer::AskAgain),
            (true, _) => Verdict::answer(Answer::Retry),
            (false, _) => {
                let same = document.machine_input.as_ref().and_then(|input| input.callback_key.as_deref());
                let sends = if same == Some(callback_key) { start_again(document) } else { Vec::new() };
                Verdict { answer: Answer::HandedOver, ..Verdict::repeated(sends) }
            }
        };
    }
    let mut document = document.clone();
    if document.status == Status::Transferring {
        // The processor called back before its acceptance was written: it has the job.
        document.become_status(Status::Processing, now, "With the proofreader.");
    }
    document.note(now, &format!("The results could not be used: {}", failure.message));
    let start = hand_over(&mut document, MachineName::Results, now.after(timing.fetch), timing, |input| {
        input.callback_key = Some(callback_key.to_owned());
        input.fault = Some(word.to_owned());
    });
    Verdict::write(document, vec![start], Answer::HandedOver)
}

fn give_up(document: &Document, failure: &Failure, now: Moment) -> Verdict {
    let mut document = document.clone();
    document.fail(failure.clone(), now);
    Verdict::write(document, Vec::new(), Answer::Failed)
}

pub(super) fn normalized(document: &Document, work: &Work, normalized: &Normalized, now: Moment) -> Verdict {
    if !awaits_normalization(document, work) {
        return Verdict::stale("the document does not wait for this");
    }
    let mut document = document.clone();
    document.normalized = Some(normalized.clone());
    document.finish(Status::Ready, now, "Ready to be read.");
    Verdict::write(document, Vec::new(), Answer::Done)
}

pub(super) fn not_normalized(document: &Document, work: &Work, failure: &Failure, now: Moment) -> Verdict {
    if awaits_normalization(document, work) {
        give_up(document, failure, now)
    } else {
        Verdict::stale("the document does not wait for this")
    }
}

pub(super) fn awaits_normalization(document: &Document, work: &Work) -> bool {
    document.status == Status::Returned
        && work.revision == document.revision_id()
        && document.result.as_ref().is_some_and(|result| result.attempt == work.attempt)
}
