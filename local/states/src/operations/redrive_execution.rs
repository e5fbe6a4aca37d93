use super::start_execution::instant;
use crate::{
    StateMachines, StatesError,
    service::Answer,
    store::{self, ExecutionRow},
};
use asl::{HISTORY_EVENTS_MAX, Input, Status};
use jiff::Timestamp;
use rusqlite::Connection;
use std::time::Duration;

/// How long after its end an execution can be redriven (developer guide, "Eligibility conditions").
const REDRIVABLE_FOR: Duration = Duration::from_hours(14 * 24);

/// How long an execution runs at most, all redrives included (Step Functions quota: one year).
const EXECUTION_TIME_MAX: Duration = Duration::from_hours(365 * 24);

/// How long a client token stands for the redrive that it asked for (API reference, `RedriveExecution`).
const CLIENT_TOKEN_FOR: Duration = Duration::from_mins(15);

const CLIENT_TOKEN_CHARS_MAX: usize = 64;

impl StateMachines {
    /// Lets an execution that failed, timed out or was stopped go on from where it did; what succeeded is not
    /// run again. The same client token asks for the same redrive. Answers with when it was redriven.
    pub async fn redrive_execution(&self, arn: &str, client_token: Option<String>) -> Answer<Timestamp> {
        if let Some(token) = &client_token
            && (token.is_empty()
                || token.len() > CLIENT_TOKEN_CHARS_MAX
                || !token.bytes().all(|byte| byte.is_ascii_graphic()))
        {
            let constraint = format!("Member must have 1 to {CLIENT_TOKEN_CHARS_MAX} printable characters");
            return Err(super::constraint("clientToken", &constraint));
        }
        let arn = arn.to_owned();
        self.change(move |service, database| {
            let mut row = service.find(database, &arn)?;
            let now = service.now();
            if let (Some(token), Some(at)) = (&client_token, row.redriven.map(instant))
                && row.redrive_token.as_ref() == Some(token)
                && now <= after(at, CLIENT_TOKEN_FOR)
            {
                return Ok(at);
            }
            if let Some(reason) = not_redrivable(database, &row, now)? {
                return Err(StatesError::ExecutionNotRedrivable(reason));
            }
            row.redrives += 1;
            row.redriven = Some(now.as_millisecond());
            row.redrive_token = client_token;
            service.redrive(database, &mut row)?;
            Ok(instant(now.as_millisecond()))
        })
        .await
    }

    fn redrive(&self, database: &Connection, row: &mut ExecutionRow) -> Answer<()> {
        // What begins is announced before what comes of it, which may be its end.
        let mut begun = row.clone();
        Status::Running.as_str().clone_into(&mut begun.status);
        (begun.stopped, begun.error, begun.cause) = (None, None, None);
        self.announce(database, &begun)?;
        if self.advance(database, row, Input::Redrive)? {
            return Ok(());
        }
        Err(StatesError::ExecutionNotRedrivable("Execution history event limit exceeded".to_owned()))
    }
}

/// Why an execution cannot be redriven, in the words of `redriveStatusReason`; none if it can.
pub(super) fn not_redrivable(
    database: &Connection,
    row: &ExecutionRow,
    now: Timestamp,
) -> Answer<Option<String>> {
    let ended = row.stopped.map(instant);
    let reason = match ended {
        _ if row.status == Status::Running.as_str() || row.status == Status::Succeeded.as_str() => {
            format!("Execution is {} and cannot be redriven", row.status)
        }
        Some(ended) if now > after(ended, REDRIVABLE_FOR) => {
            "Execution redrivable period exceeded".to_owned()
        }
        // Such an execution was kept by a version that could not redrive.
        _ if row.state.is_none() => "Execution redrivable period exceeded".to_owned(),
        _ if now > after(instant(row.started), EXECUTION_TIME_MAX) => {
            "Execution has exceeded the max execution time".to_owned()
        }
        _ if store::history_length(database, row.id)? >= HISTORY_EVENTS_MAX - 1 => {
            "Execution history event limit exceeded".to_owned()
        }
        _ => return Ok(None),
    };
    Ok(Some(reason))
}

fn after(at: Timestamp, time: Duration) -> Timestamp {
    at.saturating_add(time).unwrap_or(Timestamp::MAX)
}
