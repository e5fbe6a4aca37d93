//! From the first byte to the queue: announcements, arrivals, newer revisions.

use super::{Answer, Verdict, start};
use crate::document::{REVISIONS_KEPT_MAX, Upload};
use crate::{
    Arrival, ClosedRevision, Code, Declaration, Document, Failure, MachineInput, MachineName, Moment, Origin,
    Owner, Revision, Send, Status, Timing,
};

/// Whether an object that lies in the bucket is news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// Its content has to be looked at.
    New,
    /// This revision is known and waits in the queue: what follows from it is sent again.
    Repeat,
    /// This revision is known and further along.
    Known,
    /// A newer revision is known.
    Old,
    /// The known revision was found by looking, not by its event: only the bucket can tell which is newer.
    Unordered,
    /// The register does not expect this key, or the document is deleted.
    Unexpected,
}

/// Tells whether an arrival is news, before its content is read.
pub fn news(current: Option<&Document>, key: &str, is_upload: bool, revision: &Revision) -> News {
    let Some(document) = current else {
        return if is_upload { News::Unexpected } else { News::New };
    };
    if document.status == Status::Deleted || document.key != key {
        return News::Unexpected;
    }
    let Some(known) = &document.revision else {
        let waits = document.status == Status::Uploading;
        return if waits || !is_upload { News::New } else { News::Unexpected };
    };
    if document.status == Status::Uploading && known.id == revision.id {
        return News::New;
    }
    if known.id == revision.id {
        return if document.status == Status::Queued { News::Repeat } else { News::Known };
    }
    if document.revisions.iter().any(|closed| closed.id == revision.id) {
        return News::Old;
    }
    if known.sequencer.0.is_empty() && !revision.sequencer.0.is_empty() {
        return News::Unordered;
    }
    if revision.sequencer > known.sequencer { News::New } else { News::Old }
}

pub(super) fn declared(
    current: Option<&Document>,
    declaration: &Declaration,
    now: Moment,
    timing: &Timing,
) -> Verdict {
    if current.is_some() {
        return Verdict::stale("this document is known already");
    }
    let declaration = declaration.clone();
    let mut document = Document {
        school: declaration.school,
        teacher: declaration.teacher,
        teacher_name: declaration.teacher_name,
        title: declaration.title,
        lesson: declaration.lesson,
        sha256: declaration.sha256,
        upload: Some(Upload {
            id: declaration.upload_id,
            part_size: declaration.part_size,
            completed: false,
        }),
        ..blank(
            declaration.document_id,
            declaration.kind,
            declaration.file_name,
            declaration.media_type,
            declaration.size,
            declaration.key,
            now,
        )
    };
    document.deadline = Some(now.after(timing.upload));
    document.note(now, "The upload began.");
    Verdict::write(document, Vec::new(), Answer::Done)
}

pub(super) fn completed(document: &Document, now: Moment, timing: &Timing) -> Verdict {
    let uploading = document.status == Status::Uploading;
    match &document.upload {
        Some(upload) if uploading && !upload.completed => {
            let upload = Upload { completed: true, ..upload.clone() };
            let deadline = Some(now.after(timing.upload_event));
            Verdict::write(
                Document { upload: Some(upload), deadline, ..document.clone() },
                Vec::new(),
                Answer::Done,
            )
        }
        _ => Verdict::stale("the upload was completed before"),
    }
}

pub(super) fn cancelled(document: &Document, now: Moment) -> Verdict {
    if document.status != Status::Uploading || document.upload.as_ref().is_none_or(|upload| upload.completed)
    {
        return Verdict::stale("the upload is not under way");
    }
    reject(document, Failure::new(Code::UploadCancelled), now)
}

pub(super) fn not_there(document: &Document, now: Moment) -> Verdict {
    if document.status != Status::Uploading {
        return Verdict::stale("the upload is not awaited any more");
    }
    reject(document, Failure::new(Code::UploadAbandoned), now)
}

fn reject(document: &Document, failure: Failure, now: Moment) -> Verdict {
    let mut document = document.clone();
    let note = failure.message.clone();
    document.failure = Some(failure);
    document.upload = None;
    document.finish(Status::Rejected, now, &note);
    Verdict::write(document, Vec::new(), Answer::Done)
}

pub(super) fn arrived(
    current: Option<&Document>,
    arrival: &Arrival,
    now: Moment,
    timing: &Timing,
) -> Verdict {
    let is_upload = matches!(arrival.origin, Origin::Upload);
    match news(current, &arrival.key, is_upload, &arrival.revision) {
        News::Unexpected => Verdict::stale("the register does not expect this object"),
        News::Known => Verdict::stale("this revision is under way or finished"),
        News::Repeat => {
            Verdict::repeated(current.map(|document| queue(document, timing)).unwrap_or_default())
        }
        News::Old => record_old(current, arrival, now),
        News::New | News::Unordered => open(current, arrival, now, timing),
    }
}

/// An older event only leaves its trace.
fn record_old(current: Option<&Document>, arrival: &Arrival, now: Moment) -> Verdict {
    match current {
        Some(document) if document.revisions.iter().all(|closed| closed.id != arrival.revision.id) => {
            let mut document = document.clone();
            close(&mut document, arrival.revision.clone(), Vec::new(), now);
            document.note(now, "An older version of the file arrived late and was passed over.");
            Verdict::write(document, Vec::new(), Answer::Done)
        }
        _ => Verdict::stale("a newer revision is known"),
    }
}

fn open(current: Option<&Document>, arrival: &Arrival, now: Moment, timing: &Timing) -> Verdict {
    let mut document = current.cloned().unwrap_or_else(|| first_seen(arrival, now));
    if let Some(known) = document.revision.take()
        && known.id != arrival.revision.id
    {
        let references = document.attempts.iter().map(|attempt| attempt.reference.clone()).collect();
        close(&mut document, known, references, now);
        document.cycle += 1;
        document.note(now, "A newer version of the file took this one's place.");
    }
    document.revision = Some(arrival.revision.clone());
    document.attempts.clear();
    document.redriven_after = 0;
    (document.result, document.normalized, document.failure, document.upload) = (None, None, None, None);
    document.owner = Owner::default();
    document.machine_input = None;
    // A checksum that the teacher's client announced belongs to the upload that it announced, not to what came later.
    if !document.revisions.is_empty() {
        document.sha256 = None;
    }
    document.size = arrival.size;
    document.media_type.clone_from(&arrival.media_type);
    document.kind = arrival.kind;
    match &arrival.inspection {
        Err(failure) if failure.code == Code::DeadLetter.as_str() => {
            document.fail(failure.clone(), now);
            Verdict::write(document, Vec::new(), Answer::Failed)
        }
        Err(failure) => {
            document.failure = Some(failure.clone());
            document.finish(Status::Rejected, now, &failure.message);
            let sends = forget_closed(&document, timing);
            Verdict::write(document, sends, Answer::Done)
        }
        Ok(()) => {
            document.become_status(Status::Queued, now, "The file is complete and waits for its turn.");
            document.deadline = Some(now.after(timing.queued));
            let sends = queue(&document, timing);
            Verdict::write(document, sends, Answer::Done)
        }
    }
}

fn close(document: &mut Document, revision: Revision, references: Vec<String>, now: Moment) {
    if document.revisions.len() >= REVISIONS_KEPT_MAX {
        document.revisions.remove(0);
    }
    document.revisions.push(ClosedRevision {
        id: revision.id,
        sequencer: revision.sequencer,
        outcome: Status::Superseded,
        at: now,
        references,
    });
}

/// What follows from a queued document: the jobs of its older revision are forgotten, the document is sent.
fn queue(document: &Document, timing: &Timing) -> Vec<Send> {
    let mut sends = forget_closed(document, timing);
    let work = document.work(document.attempt_number() + 1);
    sends.push(Send::Transfer { kind: document.kind, work });
    sends
}

/// A revision closes once, so its execution needs no cycle of its own.
fn forget_closed(document: &Document, timing: &Timing) -> Vec<Send> {
    let Some(closed) = document.revisions.last().filter(|closed| !closed.references.is_empty()) else {
        return Vec::new();
    };
    let complete = |input: &mut MachineInput| {
        input.revision.clone_from(&closed.id);
        input.references.clone_from(&closed.references);
        (input.attempt, input.cycle, input.reference) = (0, 0, None);
        input.status = Status::Superseded;
    };
    match start(document, MachineName::Forget, closed.at.after(timing.forget), complete) {
        Send::Start { machine, input, .. } => {
            let execution = crate::execution_name(machine, document.document_id, &closed.id, 0, 0);
            vec![Send::Start { machine, execution, input }]
        }
        other => vec![other],
    }
}

fn first_seen(arrival: &Arrival, now: Moment) -> Document {
    let (school, teacher, title, file_name) = match &arrival.origin {
        Origin::Inbox { school, teacher, title, file_name } => {
            (Some(school.clone()), teacher.clone(), title.clone(), file_name.clone())
        }
        Origin::Upload => (None, None, None, arrival.key.rsplit('/').next().unwrap_or_default().to_owned()),
    };
    Document {
        school,
        teacher_unverified: teacher.is_some(),
        teacher,
        title: title.unwrap_or_else(|| file_name.clone()),
        ..blank(
            arrival.document_id,
            arrival.kind,
            file_name,
            arrival.media_type.clone(),
            arrival.size,
            arrival.key.clone(),
            now,
        )
    }
}

fn blank(
    document_id: crate::DocumentId,
    kind: crate::Kind,
    file_name: String,
    media_type: String,
    size: u64,
    key: String,
    now: Moment,
) -> Document {
    Document {
        document_id,
        version: 0,
        school: None,
        teacher: None,
        teacher_name: None,
        teacher_unverified: false,
        kind,
        title: file_name.clone(),
        lesson: None,
        file_name,
        media_type,
        size,
        sha256: None,
        key,
        uploaded_at: now,
        upload: None,
        revision: None,
        revisions: Vec::new(),
        status: Status::Uploading,
        status_at: now,
        attempts: Vec::new(),
        redriven_after: 0,
        cycle: 0,
        nudges: 0,
        owner: Owner::default(),
        deadline: None,
        machine_input: None,
        result: None,
        normalized: None,
        failure: None,
        receipt: None,
        timeline: Vec::new(),
    }
}
