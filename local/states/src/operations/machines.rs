//! `ListStateMachines` and `DescribeStateMachine`.

use super::{page_size, start_execution::instant};
use crate::{
    StateMachines, StatesError,
    service::Answer,
    store::{self, MachineRow},
};
use jiff::Timestamp;

/// A machine as it is defined now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineSummary {
    /// The machine's ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The role it runs as.
    pub role: String,
    /// When it was first defined.
    pub created: Timestamp,
}

impl StateMachines {
    /// Machines by name, and where the next page begins if there is one.
    pub fn list_state_machines(
        &self,
        limit: Option<u32>,
        token: Option<&str>,
    ) -> Answer<(Vec<MachineSummary>, Option<String>)> {
        let limit = page_size(limit)?;
        let mut rows =
            self.transact(|transaction| store::machines(transaction, token.unwrap_or_default(), limit + 1))?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(|row| row.name.clone());
        Ok((rows.into_iter().map(|row| self.summary(row)).collect(), next))
    }

    /// A machine and the text of its definition.
    pub fn describe_state_machine(&self, arn: &str) -> Answer<(MachineSummary, String)> {
        let name = self.0.settings.config.machine_of(arn);
        let name = name.ok_or_else(|| StatesError::InvalidArn(arn.to_owned()))?;
        self.transact(|transaction| {
            let row = store::machine(transaction, name)?;
            let row = row.ok_or_else(|| StatesError::StateMachineDoesNotExist(arn.to_owned()))?;
            let definition = store::definition(transaction, &row.hash)?.unwrap_or_default();
            Ok((self.summary(row), definition))
        })
    }

    fn summary(&self, row: MachineRow) -> MachineSummary {
        MachineSummary {
            arn: self.0.settings.config.machine_arn(&row.name),
            name: row.name,
            role: row.role,
            created: instant(row.created),
        }
    }
}
