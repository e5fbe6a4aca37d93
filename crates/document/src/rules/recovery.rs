//! What happens when something did not happen: deadlines, dead letters, machines that died.

use super::{Answer, NUDGES_MAX, Verdict, hand_over, results, start};
use crate::{Code, Document, Failure, MachineName, MachineRef, Moment, Send, Stage, Status, Timing, Work};

pub(super) fn deadline_passed(document: &Document, now: Moment, timing: &Timing) -> Verdict {
    if document.deadline.is_none_or(|deadline| deadline > now) {
        return Verdict::stale("the deadline has not passed");
    }
    let mut document = document.clone();
    let nudges = document.nudges;
    if nudges >= NUDGES_MAX {
        return give_up(document, now);
    }
    document.free();
    document.nudges = nudges + 1;
    let send = match document.status {
        Status::Uploading => {
            let until = now.after(timing.machine_margin);
            hand_over(&mut document, MachineName::Overdue, until, timing, |_| ())
        }
        Status::Processing => {
            document.note(now, "The proofreader has not answered in time; it is asked.");
            hand_over(&mut document, MachineName::Overdue, now.after(timing.ask), timing, |_| ())
        }
        Status::Queued | Status::Transferring | Status::Returned => {
            let base = if document.status == Status::Returned { timing.returned } else { timing.queued };
            document.cycle += 1;
            document.deadline = Some(now.after(timing.doubled(base, nudges)));
            document.note(now, "No progress in time; it is sent on its way again.");
            let results_of = document.result.as_ref().map(|result| result.attempt);
            start(&document, MachineName::Overdue, now.after(timing.machine_margin), |input| {
                input.attempt = results_of.unwrap_or(input.attempt);
            })
        }
        Status::Deleted if document.receipt.is_none() => {
            document.cycle += 1;
            super::people::forget(&mut document, now, timing)
        }
        _ => {
            document.deadline = None;
            return Verdict::write(document, Vec::new(), Answer::Stale("the document is final"));
        }
    };
    Verdict::write(document, vec![send], Answer::Done)
}

fn give_up(mut document: Document, now: Moment) -> Verdict {
    match document.status {
        Status::Uploading => {
            let failure = Failure::new(Code::UploadAbandoned);
            let note = failure.message.clone();
            document.failure = Some(failure);
            document.finish(Status::Rejected, now, &note);
        }
        Status::Deleted => {
            document.deadline = None;
            document.note(now, "Not everything could be removed; the operator has to look.");
        }
        status => document.fail(Failure::new(Code::Stuck).caused_by(status.as_str()), now),
    }
    Verdict::write(document, Vec::new(), Answer::Failed)
}

pub(super) fn parked(
    document: &Document,
    stage: Stage,
    work: Option<&Work>,
    failure: &Failure,
    now: Moment,
) -> Verdict {
    let Some(work) = work.filter(|work| work.revision == document.revision_id()) else {
        return Verdict::stale("the message is for another revision");
    };
    let lease_is_live = document.owner.lease.as_ref().is_some_and(|lease| lease.until > now);
    let is_owner = work.machine == document.owner.machine;
    let latest = document.attempt_number();
    let still_matches = match (stage, document.status) {
        (Stage::Transfer, Status::Queued) => is_owner && work.attempt == latest + 1,
        (Stage::Transfer, Status::Transferring) => is_owner && !lease_is_live && work.attempt == latest,
        (Stage::Transfer, Status::Processing) => is_owner && work.machine.is_some(),
        (Stage::Results, Status::Transferring | Status::Processing) => is_owner && work.attempt == latest,
        (Stage::Normalization, Status::Returned) => results::awaits_normalization(document, work),
        _ => false,
    };
    if !still_matches {
        return Verdict::stale("the document is further along, or somebody else's");
    }
    let mut document = document.clone();
    document.fail(failure.clone(), now);
    Verdict::write(document, Vec::<Send>::new(), Answer::Failed)
}

pub(super) fn machine_ended(
    document: &Document,
    machine: MachineRef,
    failure: &Failure,
    now: Moment,
    timing: &Timing,
) -> Verdict {
    if document.owner.machine != Some(machine) || document.status.is_final() {
        return Verdict::stale("the machine does not own the document");
    }
    let mut document = document.clone();
    if document.status == Status::Uploading {
        // Nothing was refused yet: the next deadline looks again.
        document.free();
        document.deadline = Some(now.after(timing.upload_event));
        return Verdict::write(document, Vec::new(), Answer::Done);
    }
    document.fail(failure.clone(), now);
    Verdict::write(document, Vec::new(), Answer::Failed)
}
