//! The world: a register, a bag of messages, machines, a processor, a clock.

use document::{
    Answer, Declaration, Document, DocumentId, Event, Kind, MachineInput, MachineName, MachineRef, Moment,
    Revision, Send, Sequencer, Timing, Work, decide,
};
use std::collections::{BTreeMap, BTreeSet};
/// Steps after which a world without faults must have come to rest.
pub(crate) const DRAIN_STEPS_MAX: usize = 5_000;

/// What lies on a queue; `exec` waits for the answer with a task token.
#[derive(Clone, Debug)]
pub(crate) enum Message {
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
pub(crate) struct Choice {
    pub(crate) what: u8,
    pub(crate) which: usize,
    pub(crate) how: u8,
    pub(crate) crash: bool,
    pub(crate) duplicate: bool,
}

pub(crate) struct World {
    pub(crate) now: Moment,
    pub(crate) timing: Timing,
    pub(crate) register: Option<Document>,
    pub(crate) messages: Vec<Message>,
    pub(crate) started: BTreeSet<String>,
    pub(crate) machines: BTreeMap<String, (MachineName, MachineInput)>,
    pub(crate) accepted: Vec<String>,
    pub(crate) normalized: BTreeMap<String, u32>,
    pub(crate) lease: Option<(String, Moment)>,
    pub(crate) revisions: u32,
    pub(crate) faults: bool,
}

pub(crate) fn id() -> DocumentId {
    "018f2f6e-7c1a-7000-8000-0123456789ab".parse().unwrap()
}

impl World {
    pub(crate) fn new(inbox: bool) -> Self {
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
                teacher_name: None,
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
    pub(crate) fn put(&mut self) {
        self.revisions += 1;
        let id = format!("version-{}", self.revisions);
        self.messages
            .push(Message::Object(Revision { id, sequencer: Sequencer(format!("{:08X}", self.revisions)) }));
    }

    /// Writes, then sends; a crash between the two leaves the sends out and is `None`.
    pub(crate) fn apply(&mut self, event: &Event, crash: bool) -> Option<Answer> {
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

    pub(crate) fn send(&mut self, send: Send) {
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
}
