//! From the queue to the processor: leases, references, acceptance, and the hand-over when delivery fails.

use super::{Answer, Verdict, hand_over, start_again};
use crate::document::ATTEMPTS_KEPT_MAX;
use crate::{Attempt, Document, Failure, Lease, MachineName, Moment, Reference, Status, Timing, Work};

pub(super) fn claimed(
    document: &Document,
    work: &Work,
    function: &str,
    nonce: [u8; 16],
    now: Moment,
    timing: &Timing,
) -> Verdict {
    if work.revision != document.revision_id() {
        return Verdict::stale("the message is for another revision");
    }
    let is_owner = work.machine == document.owner.machine;
    let owner = document.owner.machine.map(|machine| machine.name);
    let (latest, next) = (document.attempt_number(), document.attempt_number() + 1);
    let may_claim = match document.status {
        Status::Queued => is_owner && work.attempt == next,
        Status::Transferring
            if !is_owner && work.machine.is_none() && owner == Some(MachineName::Transfer) =>
        {
            // The hand-over was written and perhaps its start was never sent.
            return Verdict { answer: Answer::HandedOver, ..Verdict::repeated(start_again(document)) };
        }
        Status::Transferring => {
            is_owner
                && (work.attempt == latest || (work.attempt == next && owner == Some(MachineName::Results)))
        }
        Status::Processing => match owner {
            Some(MachineName::Results) => is_owner && work.attempt == next,
            Some(MachineName::Overdue) => is_owner && work.attempt == latest,
            _ => false,
        },
        _ => false,
    };
    if !may_claim {
        return Verdict::stale("the document is further along, or somebody else's");
    }
    if let Some(lease) = document.owner.lease.as_ref().filter(|lease| lease.until > now) {
        return Verdict::answer(Answer::Busy { until: lease.until });
    }
    let mut document = document.clone();
    let until = now.after(timing.lease(document.kind));
    document.owner.lease = Some(Lease { function: function.to_owned(), until });
    if document.owner.machine.is_none() {
        document.deadline = Some(until);
    }
    if work.attempt == next {
        mint(&mut document, next, nonce);
    }
    if document.status != Status::Transferring {
        document.become_status(Status::Transferring, now, "On its way to the proofreader.");
    }
    let answer = document
        .latest_attempt()
        .cloned()
        .map_or(Answer::Stale("there is no attempt"), |attempt| Answer::Claimed { attempt });
    Verdict::write(document, Vec::new(), answer)
}

fn mint(document: &mut Document, number: u32, nonce: [u8; 16]) {
    let reference = Reference::mint(document.document_id, document.revision_id(), number, nonce).to_string();
    if document.attempts.len() >= ATTEMPTS_KEPT_MAX {
        document.attempts.remove(0);
    }
    document.attempts.push(Attempt { number, reference, sent_at: None, job_id: None });
}

/// Whether a report about an attempt still concerns the document.
fn concerns(document: &Document, work: &Work) -> bool {
    work.revision == document.revision_id() && work.attempt == document.attempt_number()
}

pub(super) fn accepted(
    document: &Document,
    work: &Work,
    job_id: Option<&str>,
    sha256: Option<&str>,
    now: Moment,
    timing: &Timing,
) -> Verdict {
    if !concerns(document, work) {
        return Verdict::stale("another attempt is under way");
    }
    match document.status {
        Status::Transferring => {}
        Status::Processing => return Verdict::repeated(Vec::new()),
        _ => return Verdict::stale("the document is further along"),
    }
    let mut document = document.clone();
    if let Some(attempt) = document.attempts.last_mut() {
        attempt.sent_at = Some(now);
        attempt.job_id = job_id.map(str::to_owned);
    }
    if let Some(sha256) = sha256 {
        document.sha256 = Some(sha256.to_owned());
    }
    document.free();
    document.become_status(Status::Processing, now, "With the proofreader.");
    document.deadline = Some(now.after(timing.processing(document.kind)));
    Verdict::write(document, Vec::new(), Answer::Done)
}

pub(super) fn refused(document: &Document, work: &Work, failure: &Failure, now: Moment) -> Verdict {
    if !concerns(document, work) || document.status != Status::Transferring {
        return Verdict::stale("another attempt is under way, or the document is further along");
    }
    let mut document = document.clone();
    document.fail(failure.clone(), now);
    Verdict::write(document, Vec::new(), Answer::Failed)
}

pub(super) fn undelivered(
    document: &Document,
    work: &Work,
    reason: &str,
    retry_after_seconds: Option<u64>,
    now: Moment,
    timing: &Timing,
) -> Verdict {
    if !concerns(document, work) || document.status != Status::Transferring {
        return Verdict::stale("another attempt is under way, or the document is further along");
    }
    let owner = document.owner.machine;
    let transfer_owns = owner.is_some_and(|machine| machine.name == MachineName::Transfer);
    if work.machine != owner {
        return if transfer_owns && work.machine.is_none() {
            Verdict { answer: Answer::HandedOver, ..Verdict::repeated(start_again(document)) }
        } else {
            Verdict::stale("somebody else is responsible")
        };
    }
    let mut document = document.clone();
    if transfer_owns {
        document.owner.lease = None;
        return Verdict::write(document, Vec::new(), Answer::Retry);
    }
    document.note(now, &format!("The proofreader could not take it ({reason}); it will be sent again."));
    let start = hand_over(&mut document, MachineName::Transfer, now.after(timing.deliver), timing, |input| {
        input.retry_after_seconds = retry_after_seconds;
    });
    Verdict::write(document, vec![start], Answer::HandedOver)
}
