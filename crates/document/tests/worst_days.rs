//! Every sequence of events, in every order, with every duplicate and with a crash between every write and its send:
//! final states never regress, one owner acts at a time, a revision is normalized at most once, and everything ends.
//!
//! The world here is a bag of messages that are delivered at least once and in any order, machines that start once per
//! name, and a processor that answers as it likes. It knows the rules' inputs and outputs and none of their code.

#![expect(clippy::unwrap_used, reason = "a test stops where its world is not as it must be")]

use document::{
    Answer, Arrival, Code, Declaration, Document, DocumentId, Event, Failure, Kind, MachineInput,
    MachineName, MachineRef, Moment, Normalized, Origin, Receipt, ResultFile, Revision, Send, Sequencer,
    Stage, Status, Timing, Unusable, Work, decide,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Steps after which a world without faults must have come to rest.
const DRAIN_STEPS_MAX: usize = 5_000;

/// What lies on a queue; `exec` waits for the answer with a task token.
#[derive(Clone, Debug)]
enum Message {
    Object(Revision),
    Look {
        exec: Option<String>,
    },
    Transfer {
        work: Work,
        exec: Option<String>,
    },
    /// Not a message: a transfer function that has sent and is about to say how it went.
    Sent {
        event: Event,
        exec: Option<String>,
    },
    Results {
        reference: String,
        fault: u8,
        machine: Option<MachineRef>,
        exec: Option<String>,
    },
    Normalize {
        work: Work,
    },
}

/// What an adversary chooses at one step.
#[derive(Clone, Debug)]
struct Choice {
    what: u8,
    which: usize,
    how: u8,
    crash: bool,
    duplicate: bool,
}

struct World {
    now: Moment,
    timing: Timing,
    register: Option<Document>,
    messages: Vec<Message>,
    started: BTreeSet<String>,
    machines: BTreeMap<String, (MachineName, MachineInput)>,
    accepted: Vec<String>,
    normalized: BTreeMap<String, u32>,
    lease: Option<(String, Moment)>,
    revisions: u32,
    faults: bool,
}

fn id() -> DocumentId {
    "018f2f6e-7c1a-7000-8000-0123456789ab".parse().unwrap()
}

impl World {
    fn new(inbox: bool) -> Self {
        let mut world = Self {
            now: Moment::from_millis(1_700_000_000_000),
            timing: Timing::default(),
            register: None,
            messages: Vec::new(),
            started: BTreeSet::new(),
            machines: BTreeMap::new(),
            accepted: Vec::new(),
            normalized: BTreeMap::new(),
            lease: None,
            revisions: 0,
            faults: true,
        };
        if !inbox {
            let declaration = Declaration {
                document_id: id(),
                school: Some("school-1".into()),
                teacher: Some("teacher".into()),
                kind: Kind::LessonPlan,
                title: "Plan".into(),
                lesson: None,
                file_name: "plan.docx".into(),
                media_type: "application/octet-stream".into(),
                size: 1,
                sha256: None,
                key: "key".into(),
                upload_id: "upload".into(),
                part_size: 1,
            };
            world.apply(&Event::Declared(Box::new(declaration)), false);
        }
        world.put();
        world
    }

    /// A person puts the file, or puts it again.
    fn put(&mut self) {
        self.revisions += 1;
        let id = format!("version-{}", self.revisions);
        self.messages
            .push(Message::Object(Revision { id, sequencer: Sequencer(format!("{:08X}", self.revisions)) }));
    }

    /// Writes, then sends; a crash between the two leaves the sends out and is `None`.
    fn apply(&mut self, event: &Event, crash: bool) -> Option<Answer> {
        let verdict = decide(self.register.as_ref(), event, self.now, &self.timing);
        if let Some(changed) = &verdict.change {
            self.check_change(event, changed, &verdict.answer);
            self.check_owner(event);
            for send in &verdict.sends {
                // Jobs of a closed revision are forgotten once, however often the newer one arrives.
                if let Send::Start { execution, machine, .. } = send
                    && *machine != MachineName::Forget
                {
                    assert!(!self.started.contains(execution), "a new claim starts nothing: {execution}");
                }
            }
            self.register = Some((**changed).clone());
        }
        if let Answer::Claimed { .. } = verdict.answer {
            self.check_lease();
        }
        if crash && self.faults {
            return None;
        }
        for send in verdict.sends {
            self.send(send);
        }
        Some(verdict.answer)
    }

    fn send(&mut self, send: Send) {
        match send {
            Send::Transfer { work, .. } => self.messages.push(Message::Transfer { work, exec: None }),
            Send::Normalize { work } => self.messages.push(Message::Normalize { work }),
            Send::Look { .. } => self.messages.push(Message::Look { exec: None }),
            Send::Start { machine, execution, input } => {
                assert!(execution.len() <= 80, "{execution}");
                if self.started.insert(execution.clone()) {
                    self.machines.insert(execution.clone(), (machine, *input));
                    self.run_machine(&execution);
                }
            }
        }
    }

    fn check_change(&mut self, event: &Event, next: &Document, answer: &Answer) {
        let before = self.register.as_ref();
        if let Some(before) = before {
            assert_eq!(next.version, before.version + 1);
            let same_revision = next.revision_id() == before.revision_id();
            let may_leave = match before.status {
                Status::Deleted => next.status == Status::Deleted,
                Status::Failed => {
                    next.status == Status::Failed
                        || next.status == Status::Deleted
                        || !same_revision
                        || matches!(event, Event::Redriven | Event::ResultsProved { .. })
                }
                Status::Ready | Status::Rejected => {
                    next.status == before.status || next.status == Status::Deleted || !same_revision
                }
                _ => true,
            };
            assert!(may_leave, "{} became {} by {event:?}", before.status, next.status);
            if !same_revision && !before.revision_id().is_empty() {
                assert!(matches!(event, Event::Arrived(_)));
                assert!(
                    next.revision.as_ref().unwrap().sequencer > before.revision.as_ref().unwrap().sequencer
                );
            }
        }
        assert!(next.status.is_final() || next.deadline.is_some(), "{} has no deadline", next.status);
        assert!(!next.status.is_final() || next.owner == document::Owner::default());
        assert_eq!(
            matches!(next.status, Status::Failed | Status::Rejected),
            next.failure.is_some() && next.status != Status::Deleted
        );
        assert!(next.timeline.len() <= document::TIMELINE_ENTRIES_MAX);
        assert!(next.attempts.len() <= document::ATTEMPTS_KEPT_MAX);
        assert!(next.revisions.len() <= document::REVISIONS_KEPT_MAX);
        let numbers: Vec<_> = next.attempts.iter().map(|attempt| attempt.number).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{numbers:?}");
        if matches!(event, Event::Normalized { .. }) && *answer == Answer::Done {
            let count = self.normalized.entry(next.revision_id().to_owned()).or_default();
            *count += 1;
            assert_eq!(*count, 1, "a revision was normalized twice");
        }
        // A lease that its holder gave back, or whose time was over, is nobody's.
        if next.owner.lease.is_none() {
            self.lease = None;
        }
    }

    /// A machine that does not own the document changes nothing by a wish; nobody takes it from a live lease.
    fn check_owner(&self, event: &Event) {
        let Some(before) = &self.register else { return };
        let asks = match event {
            Event::Claimed { work, .. } | Event::Undelivered { work, .. } => work.machine,
            Event::Parked { work: Some(work), .. } => work.machine,
            Event::ResultsUnusable { machine, .. } => *machine,
            Event::MachineEnded { machine, .. } => Some(*machine),
            _ => None,
        };
        assert!(asks.is_none() || before.owner.machine == asks, "{asks:?} is not the owner: {event:?}");
        let leased = before.owner.lease.as_ref().is_some_and(|lease| lease.until > self.now);
        assert!(
            !(leased && matches!(event, Event::Parked { stage: Stage::Transfer, .. })),
            "parked under a lease"
        );
    }

    /// A claim is granted only if no other is alive.
    fn check_lease(&mut self) {
        let document = self.register.as_ref().unwrap();
        let lease = document.owner.lease.as_ref().unwrap();
        if let Some((revision, until)) = &self.lease {
            assert!(revision != document.revision_id() || *until <= self.now, "two leases at once");
        }
        self.lease = Some((document.revision_id().to_owned(), lease.until));
    }

    /// What a machine does next: it puts work on a queue and waits, or ends.
    fn run_machine(&mut self, execution: &str) {
        let (name, input) = self.machines[execution].clone();
        let exec = Some(execution.to_owned());
        let machine = Some(MachineRef { name, cycle: input.cycle });
        let work =
            |attempt, machine| Work { document_id: id(), revision: input.revision.clone(), attempt, machine };
        let results = |fault| Message::Results {
            reference: input.reference.clone().unwrap_or_default(),
            fault,
            machine,
            exec: exec.clone(),
        };
        let message = match (name, input.status) {
            (MachineName::Transfer, _) => Message::Transfer { work: work(input.attempt, machine), exec },
            (MachineName::Results, _) if input.fault.as_deref() == Some("wrong") => {
                Message::Transfer { work: work(input.attempt + 1, machine), exec }
            }
            (MachineName::Results, _) => results(0),
            (MachineName::Overdue, Status::Uploading) => Message::Look { exec },
            (MachineName::Overdue, Status::Processing) => match &input.reference {
                Some(reference) if self.accepted.contains(reference) => results(0),
                _ => Message::Transfer { work: work(input.attempt, machine), exec },
            },
            (MachineName::Overdue, status) => {
                self.machines.remove(execution);
                let work = work(input.attempt + u32::from(status == Status::Queued), None);
                match status {
                    Status::Returned => Message::Normalize { work },
                    _ => Message::Transfer { work, exec: None },
                }
            }
            (MachineName::Forget, _) => {
                self.machines.remove(execution);
                if input.everything {
                    let receipt = Receipt { at: self.now, objects: 1, jobs: 1 };
                    self.apply(&Event::Forgotten { receipt }, false);
                }
                return;
            }
        };
        self.messages.push(message);
    }

    /// A machine hears how its work went.
    fn report(&mut self, exec: Option<String>, answer: &Answer) {
        let Some(execution) = exec.filter(|execution| self.machines.contains_key(execution)) else {
            return;
        };
        match answer {
            Answer::Busy { .. } => {}
            Answer::Retry => self.run_machine(&execution),
            Answer::AskAgain => {
                self.machines.get_mut(&execution).unwrap().1.fault = Some("wrong".into());
                self.run_machine(&execution);
            }
            _ => drop(self.machines.remove(&execution)),
        }
    }

    /// Works one message; `false` leaves it on its queue.
    fn handle(&mut self, message: &Message, choice: &Choice) -> bool {
        let (answer, exec) = match message.clone() {
            Message::Object(revision) => {
                (self.apply(&self.arrival(revision, choice.how), choice.crash), None)
            }
            Message::Look { exec } => {
                let newest = format!("version-{}", self.revisions);
                let found = Revision { id: newest, sequencer: Sequencer(format!("{:08X}", self.revisions)) };
                let event = if choice.how == 7 { Event::NotThere } else { self.arrival(found, 0) };
                (self.apply(&event, choice.crash), exec)
            }
            Message::Transfer { work, exec } => return self.transfer(&work, exec, choice),
            Message::Sent { event, exec } => {
                self.sent(&event, exec, choice.crash);
                return true;
            }
            Message::Results { reference, fault, machine, exec } => {
                // What a machine has fetched again may be wrong again.
                let fault = if exec.is_some() && self.faults { choice.how % 4 } else { fault };
                let event = results(reference, fault, machine);
                (self.apply(&event, choice.crash), exec)
            }
            Message::Normalize { work } => {
                let normalized = Normalized { key: "k".into(), size: 1, summary: BTreeMap::new() };
                let event = if choice.how == 5 {
                    Event::NotNormalized { work, failure: Failure::new(Code::ResultsUnreadable) }
                } else {
                    Event::Normalized { work, normalized }
                };
                (self.apply(&event, choice.crash), None)
            }
        };
        let Some(answer) = answer else { return false };
        self.report(exec, &answer);
        true
    }

    fn arrival(&self, revision: Revision, how: u8) -> Event {
        let inspection = if how == 6 { Err(Failure::new(Code::FileEmpty)) } else { Ok(()) };
        let inbox = self.register.as_ref().is_none_or(|document| document.school.is_none());
        let origin = if inbox {
            Origin::Inbox { school: "s".into(), teacher: None, title: None, file_name: "plan.docx".into() }
        } else {
            Origin::Upload
        };
        let (key, media_type) = ("key".into(), "application/octet-stream".into());
        let kind = Kind::LessonPlan;
        let document_id = id();
        Event::Arrived(Box::new(Arrival {
            document_id,
            key,
            origin,
            revision,
            size: 1,
            media_type,
            kind,
            inspection,
        }))
    }

    fn transfer(&mut self, work: &Work, exec: Option<String>, choice: &Choice) -> bool {
        let nonce = [u8::try_from(self.accepted.len() % 251).unwrap(); 16];
        let claim = Event::Claimed { work: work.clone(), function: "transfer".into(), nonce };
        let Some(answer) = self.apply(&claim, choice.crash && choice.how.is_multiple_of(2)) else {
            return false;
        };
        let Answer::Claimed { attempt } = answer else {
            self.report(exec, &answer);
            return !matches!(answer, Answer::Busy { .. });
        };
        let event = match choice.how {
            0..=3 => {
                self.accepted.push(attempt.reference.clone());
                let early = Message::Results {
                    reference: attempt.reference,
                    fault: choice.how,
                    machine: None,
                    exec: None,
                };
                if choice.duplicate {
                    self.messages.push(early);
                }
                Event::Accepted { work: work.clone(), job_id: None, sha256: None }
            }
            4 => Event::Refused { work: work.clone(), failure: Failure::new(Code::ProcessorRefused) },
            _ => Event::Undelivered { work: work.clone(), reason: "503".into(), retry_after_seconds: None },
        };
        // Anything may happen before the function says how it went; if it dies, its message comes again.
        if choice.crash && self.faults {
            return false;
        }
        self.messages.push(Message::Sent { event, exec });
        true
    }

    /// The function says how the sending went; one that dies between write and send leaves its message on the queue.
    fn sent(&mut self, event: &Event, exec: Option<String>, crash: bool) {
        match self.apply(event, crash) {
            Some(answer) => self.report(exec, &answer),
            None => match event {
                Event::Accepted { work, .. }
                | Event::Refused { work, .. }
                | Event::Undelivered { work, .. } => {
                    self.messages.push(Message::Transfer { work: work.clone(), exec });
                }
                _ => {}
            },
        }
    }

    fn step(&mut self, choice: &Choice) {
        match choice.what {
            0..=9 if !self.messages.is_empty() => {
                let index = choice.which % self.messages.len();
                let message = self.messages[index].clone();
                let twice = choice.duplicate && !matches!(message, Message::Sent { .. });
                if self.handle(&message, choice) && !twice {
                    // What the message caused was put behind it.
                    self.messages.remove(index);
                }
            }
            10..=12 => {
                if let Some(reference) = self.accepted.get(choice.which % self.accepted.len().max(1)).cloned()
                {
                    self.messages.push(Message::Results {
                        reference,
                        fault: choice.how % 4,
                        machine: None,
                        exec: None,
                    });
                }
            }
            13 => self.put(),
            14..=16 => {
                self.now = self.now.after(Duration::from_mins(u64::from(choice.how) * 37));
                self.apply(&Event::DeadlinePassed, choice.crash);
            }
            17 => drop(self.apply(&Event::Redriven, choice.crash)),
            18 if choice.how == 0 => drop(self.apply(&Event::Deleted, choice.crash)),
            19 => self.kill_machine(choice),
            20 => self.park(choice),
            _ => {}
        }
    }

    fn kill_machine(&mut self, choice: &Choice) {
        let names: Vec<_> = self.machines.keys().cloned().collect();
        if let Some(name) = names.get(choice.which % names.len().max(1)) {
            let (machine, input) = self.machines.remove(name).unwrap();
            let machine = MachineRef { name: machine, cycle: input.cycle };
            let failure = Failure::new(Code::MachineFailed);
            self.apply(&Event::MachineEnded { machine, failure }, choice.crash);
        }
    }

    fn park(&mut self, choice: &Choice) {
        if self.messages.is_empty() {
            return;
        }
        let failure = Failure::new(Code::DeadLetter);
        let message = self.messages.remove(choice.which % self.messages.len());
        let (event, exec) = match message {
            Message::Object(revision) => {
                let Event::Arrived(arrival) = self.arrival(revision, 0) else { return };
                (Event::Arrived(Box::new(Arrival { inspection: Err(failure), ..*arrival })), None)
            }
            Message::Transfer { work, exec } => {
                (Event::Parked { stage: Stage::Transfer, work: Some(work), failure }, exec)
            }
            Message::Normalize { work } => {
                (Event::Parked { stage: Stage::Normalization, work: Some(work), failure }, None)
            }
            Message::Results { machine, exec, .. } => {
                let work = self
                    .register
                    .as_ref()
                    .map(|document| Work { machine, ..document.work(document.attempt_number()) });
                (Event::Parked { stage: Stage::Results, work, failure }, exec)
            }
            Message::Look { exec } => (Event::Parked { stage: Stage::Uploads, work: None, failure }, exec),
            // Its function died; its message is received once too often.
            Message::Sent { event, exec } => match event {
                Event::Accepted { work, .. }
                | Event::Refused { work, .. }
                | Event::Undelivered { work, .. } => {
                    (Event::Parked { stage: Stage::Transfer, work: Some(work), failure }, exec)
                }
                _ => return,
            },
        };
        self.apply(&event, false);
        self.report(exec, &Answer::Failed);
    }

    /// No faults any more: everything is delivered, machines go on, deadlines pass. It must come to rest.
    fn drain(&mut self) {
        self.faults = false;
        let calm = Choice { what: 0, which: 0, how: 0, crash: false, duplicate: false };
        for _ in 0..DRAIN_STEPS_MAX {
            if !self.messages.is_empty() {
                let message = self.messages.remove(0);
                if !self.handle(&message, &calm) {
                    self.messages.push(message);
                    self.now = self.now.after(Duration::from_mins(1));
                }
                continue;
            }
            match self.register.as_ref().and_then(|document| document.deadline) {
                Some(deadline) => {
                    self.now = self.now.max(deadline);
                    self.apply(&Event::DeadlinePassed, false);
                }
                None => break,
            }
        }
        let document = self.register.as_ref().expect("the document is known");
        assert!(document.status.is_final(), "{} after the drain: {:#?}", document.status, document.timeline);
        assert!(self.messages.is_empty() && document.deadline.is_none());
        if document.status == Status::Deleted {
            let gave_up = document.timeline.iter().any(|entry| entry.note.contains("operator has to look"));
            assert!(document.receipt.is_some() || gave_up, "no receipt");
        }
    }
}

/// 0 proves, 1 is wrong, 2 cannot be reached, 3 is hopeless.
fn results(reference: String, fault: u8, machine: Option<MachineRef>) -> Event {
    let failure = Failure::new(Code::ResultsWrong);
    let fault = match fault {
        1 => Unusable::Wrong(failure),
        2 => Unusable::Unreachable(failure),
        3 => Unusable::Hopeless(failure),
        _ => {
            let file = ResultFile {
                role: "text".into(),
                name: "plan.md".into(),
                key: reference.clone(),
                sha256: reference.clone(),
                media_type: "text/markdown".into(),
                size: 1,
            };
            return Event::ResultsProved { reference, machine, files: vec![file] };
        }
    };
    Event::ResultsUnusable { callback_key: format!("callback/{reference}"), reference, machine, fault }
}

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    let choice = (0_u8..=20, any::<usize>(), 0_u8..=7, prop::bool::weighted(0.2), prop::bool::weighted(0.2));
    let choice =
        choice.prop_map(|(what, which, how, crash, duplicate)| Choice { what, which, how, crash, duplicate });
    prop::collection::vec(choice, 0..80)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_rules_hold_and_everything_ends(inbox: bool, choices in choices()) {
        let mut world = World::new(inbox);
        for choice in &choices {
            world.step(choice);
        }
        world.drain();
    }
}

#[test]
fn a_calm_day_ends_ready_within_five_writes_after_the_arrival() {
    let mut world = World::new(true);
    world.faults = false;
    let calm = Choice { what: 0, which: 0, how: 0, crash: false, duplicate: false };
    for _ in 0..3 {
        let message = world.messages.remove(0);
        assert!(world.handle(&message, &calm));
    }
    let reference = world.accepted[0].clone();
    world.messages.push(Message::Results { reference, fault: 0, machine: None, exec: None });
    world.drain();
    let document = world.register.unwrap();
    assert_eq!((document.status, document.version), (Status::Ready, 5));
}

#[test]
fn a_repeat_sends_again() {
    let mut world = World::new(true);
    let arrival = world.messages[0].clone();
    let calm = Choice { what: 0, which: 0, how: 0, crash: false, duplicate: false };
    let crash = Choice { crash: true, ..calm.clone() };
    assert!(!world.handle(&arrival, &crash), "the write succeeded and nothing was sent");
    assert_eq!(world.messages.len(), 1);
    assert!(world.handle(&arrival, &calm));
    assert!(matches!(&world.messages[..], [_, Message::Transfer { .. }]), "{:?}", world.messages);
    assert_eq!(world.register.unwrap().version, 1, "the repeat wrote nothing");
}

#[test]
fn a_document_that_never_moves_fails_as_stuck() {
    let mut world = World::new(true);
    let arrival = world.messages.remove(0);
    let calm = Choice { what: 0, which: 0, how: 0, crash: false, duplicate: false };
    assert!(world.handle(&arrival, &calm));
    for _ in 0..=document::rules::NUDGES_MAX {
        // Every message is lost.
        world.messages.clear();
        world.now = world.register.as_ref().unwrap().deadline.unwrap();
        world.apply(&Event::DeadlinePassed, false);
    }
    let document = world.register.unwrap();
    assert_eq!((document.status, document.failure.unwrap().code.as_str()), (Status::Failed, "stuck"));
}
