//! What the functions do with a message, seen from the rules.

use crate::world::{Choice, Message, World, id};
use document::{
    Answer, Arrival, Code, Event, Failure, Kind, MachineRef, Normalized, Origin, ResultFile, Revision,
    Sequencer, Unusable, Work,
};
use std::collections::BTreeMap;
impl World {
    /// Works one message; `false` leaves it on its queue.
    pub(crate) fn handle(&mut self, message: &Message, choice: &Choice) -> bool {
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

    pub(crate) fn arrival(&self, revision: Revision, how: u8) -> Event {
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

    pub(crate) fn transfer(&mut self, work: &Work, exec: Option<String>, choice: &Choice) -> bool {
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
    pub(crate) fn sent(&mut self, event: &Event, exec: Option<String>, crash: bool) {
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
}

/// 0 proves, 1 is wrong, 2 cannot be reached, 3 is hopeless.
pub(crate) fn results(reference: String, fault: u8, machine: Option<MachineRef>) -> Event {
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
