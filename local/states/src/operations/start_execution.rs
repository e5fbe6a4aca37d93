use super::check_name;
use crate::{
    StateMachines, StatesError,
    service::Answer,
    store::{self, ExecutionRow, MachineRow},
};
use asl::{About, DATA_BYTES_MAX, Input, Status};
use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::Value;

/// What to start.
#[derive(Clone, Debug, PartialEq)]
pub struct StartExecution {
    /// The machine's ARN.
    pub machine: String,
    /// A name of its own; a random one if there is none. Starting twice under one name starts once.
    pub name: Option<String>,
    /// The input.
    pub input: Value,
}

/// What was started, now or before under the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// The execution's ARN.
    pub arn: String,
    /// When it was started.
    pub at: Timestamp,
}

impl StateMachines {
    /// Starts an execution. The same name with the same input answers as the first time while it runs; any
    /// other use of the name is refused for as long as the execution is kept.
    pub async fn start_execution(&self, request: StartExecution) -> Answer<Started> {
        let StartExecution { machine: machine_arn, name, input } = request;
        let name = name.unwrap_or_else(|| self.fresh_uuid());
        check_name(&name)?;
        let machine = self.0.settings.config.machine_of(&machine_arn).map(str::to_owned);
        let machine = machine.ok_or_else(|| StatesError::InvalidArn(machine_arn.clone()))?;
        let text = input.to_string();
        if text.len() > DATA_BYTES_MAX {
            let problem = format!("the input is larger than {DATA_BYTES_MAX} bytes");
            return Err(StatesError::InvalidExecutionInput(problem));
        }
        self.change(move |service, database| {
            let machine = store::machine(database, &machine)?
                .ok_or(StatesError::StateMachineDoesNotExist(machine_arn))?;
            let arn = service.0.settings.config.execution_arn(&machine.name, &name);
            if let Some(existing) = store::execution(database, &arn)? {
                return again(&existing, &input);
            }
            service.begin(database, &machine, (arn, name), (input, text))
        })
        .await
    }

    fn begin(
        &self,
        database: &Connection,
        machine: &MachineRow,
        (arn, name): (String, String),
        (input, input_text): (Value, String),
    ) -> Answer<Started> {
        let config = &self.0.settings.config;
        // What is reported later has no more than milliseconds, so the execution sees no more either.
        let started = self.now().as_millisecond();
        let at = instant(started);
        let execution = self.machine(database, &machine.hash)?.start(About {
            id: arn.clone(),
            name: name.clone(),
            role: machine.role.clone(),
            machine_id: config.machine_arn(&machine.name),
            machine_name: machine.name.clone(),
            started: at,
            input,
            region: config.region.clone(),
        });
        let state = serde_json::to_string(&execution)
            .map_err(|source| crate::StoreError::Corrupt { what: "an execution", source })?;
        let mut row = ExecutionRow {
            id: 0,
            arn: arn.clone(),
            machine: machine.name.clone(),
            name,
            hash: machine.hash.clone(),
            state: Some(state),
            due: None,
            status: Status::Running.as_str().to_owned(),
            started,
            stopped: None,
            input: input_text,
            output: None,
            error: None,
            cause: None,
            redrives: 0,
            redriven: None,
            redrive_token: None,
        };
        row.id = store::insert_execution(database, &row)?;
        self.announce(database, &row)?;
        self.advance(database, &mut row, Input::Begin)?;
        Ok(Started { arn, at })
    }
}

fn again(existing: &ExecutionRow, input: &Value) -> Answer<Started> {
    let same = serde_json::from_str::<Value>(&existing.input).is_ok_and(|before| before == *input);
    if same && existing.status == Status::Running.as_str() {
        return Ok(Started { arn: existing.arn.clone(), at: instant(existing.started) });
    }
    Err(StatesError::ExecutionAlreadyExists(existing.arn.clone()))
}

/// Milliseconds since 1970 as they were stored.
pub(super) fn instant(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}
