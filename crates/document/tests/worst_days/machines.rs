//! What machines do, seen from outside: put work on a queue and wait, or end.

use crate::world::{Message, World, id};
use document::{Answer, Event, MachineName, MachineRef, Receipt, Status, Work};
impl World {
    /// What a machine does next: it puts work on a queue and waits, or ends.
    pub(crate) fn run_machine(&mut self, execution: &str) {
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
    pub(crate) fn report(&mut self, exec: Option<String>, answer: &Answer) {
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
}
