//! `ListStateMachines`, `DescribeStateMachine` and `DescribeStateMachineForExecution`.

use super::{check_length, page_size, start_execution::instant};
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
    /// When it last got another definition or role.
    pub updated: Timestamp,
}

impl StateMachines {
    /// Machines by name, and where the next page begins if there is one.
    pub async fn list_state_machines(
        &self,
        limit: Option<u32>,
        token: Option<String>,
    ) -> Answer<(Vec<MachineSummary>, Option<String>)> {
        check_length("nextToken", token.as_deref(), super::PAGE_TOKEN_CHARS_MAX)?;
        let limit = page_size(limit)?;
        let after = token.unwrap_or_default();
        self.look(move |service, database| {
            let mut rows = store::machines(database, &after, limit + 1)?;
            let more = rows.len() > limit as usize;
            rows.truncate(limit as usize);
            let next = rows.last().filter(|_| more).map(|row| row.name.clone());
            Ok((rows.into_iter().map(|row| service.summary(row)).collect(), next))
        })
        .await
    }

    /// A machine and the text of its definition.
    pub async fn describe_state_machine(&self, arn: &str) -> Answer<(MachineSummary, String)> {
        let name = self.0.settings.config.machine_of(arn).map(str::to_owned);
        let name = name.ok_or_else(|| StatesError::InvalidArn(arn.to_owned()))?;
        let arn = arn.to_owned();
        self.look(move |service, database| {
            let row = store::machine(database, &name)?.ok_or(StatesError::StateMachineDoesNotExist(arn))?;
            let definition = store::definition(database, &row.hash)?.unwrap_or_default();
            Ok((service.summary(row), definition))
        })
        .await
    }

    /// The machine of an execution and the text of the definition that the execution runs.
    pub async fn describe_state_machine_for_execution(
        &self,
        execution: &str,
    ) -> Answer<(MachineSummary, String)> {
        let arn = execution.to_owned();
        self.look(move |service, database| {
            let execution = service.find(database, &arn)?;
            let machine = store::machine(database, &execution.machine)?;
            let machine = machine.ok_or(StatesError::StateMachineDoesNotExist(execution.machine))?;
            let definition = store::definition(database, &execution.hash)?.unwrap_or_default();
            Ok((service.summary(machine), definition))
        })
        .await
    }

    fn summary(&self, row: MachineRow) -> MachineSummary {
        MachineSummary {
            arn: self.0.settings.config.machine_arn(&row.name),
            name: row.name,
            role: row.role,
            created: instant(row.created),
            updated: instant(row.updated),
        }
    }
}
