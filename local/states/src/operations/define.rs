use super::check_name;
use crate::{StateMachines, service::Answer, store, store::MachineRow};
use asl::Machine;
use sha2::{Digest, Sha256};

impl StateMachines {
    /// Defines a machine, or gives the executions it starts from now on another definition; those that run
    /// keep theirs. Answers with the machine's ARN.
    pub fn define(&self, name: &str, role: &str, definition: &str) -> Answer<String> {
        check_name(name)?;
        Machine::load(definition)?;
        let now = self.now().as_millisecond();
        let machine = MachineRow {
            name: name.to_owned(),
            role: role.to_owned(),
            hash: hex::encode(Sha256::digest(definition)),
            created: now,
            updated: now,
        };
        let definition = definition.to_owned();
        self.change_blocking(move |_, database| store::put_machine(database, &machine, &definition))?;
        Ok(self.0.settings.config.machine_arn(name))
    }
}
