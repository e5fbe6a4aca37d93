//! What people do: redrive and delete.

use super::{Answer, Verdict, start};
use crate::{Document, MachineName, Moment, Receipt, Send, Status, Timing};

pub(super) fn redriven(document: &Document, now: Moment, timing: &Timing) -> Verdict {
    if document.status != Status::Failed {
        return Verdict::stale("only failed documents can be redriven");
    }
    let mut document = document.clone();
    document.failure = None;
    document.cycle += 1;
    document.redriven_after = document.attempt_number();
    let send = if let Some(result) = &document.result {
        let work = document.work(result.attempt);
        document.become_status(Status::Returned, now, "An operator had its results read again.");
        document.deadline = Some(now.after(timing.returned));
        Send::Normalize { work }
    } else if document.attempts.is_empty() {
        document.become_status(Status::Uploading, now, "An operator had the file looked at again.");
        document.deadline = Some(now.after(timing.upload_event));
        Send::Look { document_id: document.document_id }
    } else {
        document.become_status(Status::Queued, now, "An operator had it sent again.");
        document.deadline = Some(now.after(timing.queued));
        Send::Transfer { kind: document.kind, work: document.work(document.attempt_number() + 1) }
    };
    Verdict::write(document, vec![send], Answer::Done)
}

pub(super) fn deleted(document: &Document, now: Moment, timing: &Timing) -> Verdict {
    let mut document = document.clone();
    if document.status == Status::Deleted {
        return if document.receipt.is_some() {
            Verdict::stale("everything of it is gone already")
        } else {
            Verdict::repeated(vec![forget(&mut document, now, timing)])
        };
    }
    document.cycle += 1;
    document.finish(Status::Deleted, now, "Deleted; everything of it is being removed.");
    let send = forget(&mut document, now, timing);
    Verdict::write(document, vec![send], Answer::Done)
}

/// Starts the forget machine for everything of a document, and looks after it.
pub(super) fn forget(document: &mut Document, now: Moment, timing: &Timing) -> Send {
    let give_up_at = document.status_at.max(now).after(timing.forget);
    document.deadline = Some(give_up_at.after(timing.machine_margin));
    let references = document.references();
    start(document, MachineName::Forget, give_up_at, |input| {
        input.references = references;
        input.everything = true;
    })
}

pub(super) fn forgotten(document: &Document, receipt: &Receipt) -> Verdict {
    if document.status != Status::Deleted || document.receipt.is_some() {
        return Verdict::stale("there is nothing to write a receipt for");
    }
    let mut document = document.clone();
    document.receipt = Some(receipt.clone());
    document.deadline = None;
    (document.result, document.normalized, document.lesson, document.sha256) = (None, None, None, None);
    document.title = String::new();
    document.note(receipt.at, "Everything of it is gone.");
    Verdict::write(document, Vec::new(), Answer::Done)
}
