use crate::{Problem, problem::unavailable};
use aws_sdk_sfn::{Client, types::ExecutionStatus};
use edge::{Misconfigured, Runtime};
use futures::future::try_join_all;
use serde::Serialize;
use utoipa::ToSchema;

/// Executions counted of one machine: one page. Beyond, a count says only "at least".
const EXECUTIONS_COUNTED_MAX: i32 = 200;

/// The machines, by the settings that name them.
const MACHINES: [(&str, &str); 4] = [
    ("transfer", "TRANSFER_MACHINE_ARN"),
    ("results", "RESULTS_MACHINE_ARN"),
    ("overdue", "OVERDUE_MACHINE_ARN"),
    ("forget", "FORGET_MACHINE_ARN"),
];

/// How many executions of a machine are running, of all schools.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Running {
    pub name: &'static str,
    pub running: usize,
    /// Whether there may be more: counting ended at its bound.
    pub at_least: bool,
}

/// The state machines.
#[derive(Clone, Debug)]
pub(crate) struct Machines {
    client: Client,
    /// Name and ARN.
    machines: Vec<(&'static str, String)>,
}

impl Machines {
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        let machines = MACHINES.map(|(name, arn)| Ok((name, runtime.variables.required(arn)?.to_owned())));
        Ok(Self { client: runtime.states(), machines: machines.into_iter().collect::<Result<_, _>>()? })
    }

    pub(super) async fn running(&self) -> Result<Vec<Running>, Problem> {
        try_join_all(self.machines.iter().map(|(name, arn)| self.count(name, arn))).await
    }

    async fn count(&self, name: &'static str, arn: &str) -> Result<Running, Problem> {
        let list = self.client.list_executions().state_machine_arn(arn);
        let list = list.status_filter(ExecutionStatus::Running).max_results(EXECUTIONS_COUNTED_MAX);
        let page = list.send().await.map_err(|error| unavailable("counting executions")(&error))?;
        Ok(Running { name, running: page.executions.len(), at_least: page.next_token.is_some() })
    }
}
