//! What may go wrong, and the calm afterwards.

use crate::world::{Choice, DRAIN_STEPS_MAX, Message, World};
use document::{Answer, Arrival, Code, Event, Failure, MachineRef, Stage, Status, Work};
use std::time::Duration;
impl World {
    pub(crate) fn step(&mut self, choice: &Choice) {
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

    pub(crate) fn kill_machine(&mut self, choice: &Choice) {
        let names: Vec<_> = self.machines.keys().cloned().collect();
        if let Some(name) = names.get(choice.which % names.len().max(1)) {
            let (machine, input) = self.machines.remove(name).unwrap();
            let machine = MachineRef { name: machine, cycle: input.cycle };
            let failure = Failure::new(Code::MachineFailed);
            self.apply(&Event::MachineEnded { machine, failure }, choice.crash);
        }
    }

    pub(crate) fn park(&mut self, choice: &Choice) {
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
    pub(crate) fn drain(&mut self) {
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
