//! What moves executions: time that passes and calls that are made.

use crate::{
    StateMachines, StoreError, TaskError, Tasks,
    engine::within,
    store::{self, Phase, TaskRow},
};
use asl::{Failure, Input, Integration, TaskId, TaskStart};
use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::{collections::HashMap, future::Future, pin::pin, sync::Arc, time::Duration};
use tokio::task::{Id, JoinSet};

/// How many calls are made at a time. More would only wait for the functions' own concurrency.
const CALLS_AT_ONCE_MAX: usize = 64;

/// How many executions are moved before calls are looked at again.
const DUE_AT_ONCE_MAX: u32 = 100;

/// How long closed executions are kept, and their names blocked (as Step Functions keeps them).
const RETENTION: Duration = Duration::from_hours(90 * 24);

/// How many old executions are forgotten at a time, so that nobody waits for it.
const FORGOTTEN_AT_ONCE_MAX: u32 = 20;

/// How often old executions are looked for.
const PRUNE_EVERY: Duration = Duration::from_hours(1);

/// How long the store is left alone after it failed.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// What a call came to, for which task of which execution.
#[derive(Clone, Debug)]
struct Answer {
    execution: i64,
    task: TaskId,
    with_token: bool,
    result: Result<Value, Failure>,
}

/// The calls that are under way.
#[derive(Default)]
struct Calls {
    set: JoinSet<Result<Value, Failure>>,
    keys: HashMap<Id, (i64, TaskId, bool)>,
    /// Answers that are not written down yet.
    unsettled: Vec<Answer>,
}

/// What a turn found to do next.
struct Turn {
    calls: Vec<TaskRow>,
    /// When the next execution is due.
    due: Option<Timestamp>,
    /// Whether an execution moved.
    moved: bool,
}

impl StateMachines {
    /// Fires timers and makes calls until `shutdown` is done. Calls that are under way then are given up;
    /// the next host settles them. Only one may run at a time.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) {
        let mut shutdown = pin!(shutdown);
        let mut calls = Calls::default();
        let mut next_prune = self.now();
        loop {
            let pause = match self.turn(&mut calls, &mut next_prune).await {
                Ok(pause) => pause,
                Err(error) => {
                    tracing::error!(%error, cause = ?std::error::Error::source(&error), "the state machine store failed; trying again");
                    PAUSE_AFTER_ERROR
                }
            };
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                Some(joined) = calls.set.join_next_with_id(), if !calls.set.is_empty() => {
                    calls.take(joined);
                    // What else has come by now is written down with it.
                    while let Some(joined) = calls.set.try_join_next_with_id() {
                        calls.take(joined);
                    }
                }
                () = self.0.signals.work.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Does all that can be done now, in one commit; gives how long there is nothing more to do.
    async fn turn(&self, calls: &mut Calls, next_prune: &mut Timestamp) -> Result<Duration, StoreError> {
        let (answers, free) = (calls.unsettled.clone(), CALLS_AT_ONCE_MAX.saturating_sub(calls.set.len()));
        let turn = self.look(move |service, database| service.turn_in(database, answers, free)).await?;
        calls.unsettled.clear();
        if turn.moved {
            self.0.signals.events.notify_one();
        }
        for TaskRow { execution, start } in turn.calls {
            let key = (execution, start.task, start.token.is_some());
            let handle = calls.set.spawn(call(Arc::clone(&self.0.settings.tasks), start));
            calls.keys.insert(handle.id(), key);
        }
        let now = self.now();
        if *next_prune <= now {
            let more = self.look(move |_, database| prune(database, now)).await?;
            *next_prune = if more { now } else { now.saturating_add(PRUNE_EVERY).unwrap_or(Timestamp::MAX) };
        }
        let next = turn.due.map_or(*next_prune, |due| due.min(*next_prune));
        Ok(Duration::try_from(next.duration_since(now)).unwrap_or_default())
    }

    fn turn_in(&self, database: &Connection, answers: Vec<Answer>, free: usize) -> Result<Turn, StoreError> {
        let answered = !answers.is_empty();
        for answer in answers {
            let execution = answer.execution;
            match within(database, |database| self.settle(database, answer)) {
                Err(error) if !error.is_passing() => {
                    tracing::error!(execution, %error, "an execution cannot be read and stays as it is");
                }
                settled => settled?,
            }
        }
        let fired = self.fire_due(database)?;
        let calls = store::task_rows(database, Phase::Scheduled, free)?;
        for row in &calls {
            store::set_phase(database, row.execution, row.start.task, Phase::Calling)?;
        }
        let due = store::next_due(database)?.and_then(|due| Timestamp::from_millisecond(due).ok());
        Ok(Turn { calls, due, moved: answered || fired })
    }

    /// True if something was due.
    fn fire_due(&self, database: &Connection) -> Result<bool, StoreError> {
        let due = store::due_before(database, self.now().as_millisecond(), DUE_AT_ONCE_MAX)?;
        for id in &due {
            let id = *id;
            let fired = within(database, |database| match store::execution_by_id(database, id)? {
                Some(mut row) => self.advance(database, &mut row, Input::Tick).map(|_| ()),
                None => Ok(()),
            });
            match fired {
                Err(error) if !error.is_passing() => {
                    tracing::error!(execution = id, %error, "an execution cannot be read and stays as it is");
                    store::park_execution(database, id)?;
                }
                fired => fired?,
            }
        }
        Ok(!due.is_empty())
    }

    fn settle(&self, database: &Connection, answer: Answer) -> Result<(), StoreError> {
        let Answer { execution, task, with_token, result } = answer;
        let input = match (result, with_token) {
            (Ok(output), false) => Input::TaskSucceeded { task, output },
            (Ok(output), true) => Input::TaskSubmitted { task, output },
            (Err(failure), _) => Input::TaskFailed { task, failure },
        };
        let Some(mut row) = store::execution_by_id(database, execution)? else { return Ok(()) };
        let submitted = matches!(input, Input::TaskSubmitted { .. });
        // An answer that nobody waits for any more is dropped, as on AWS.
        if self.advance(database, &mut row, input)? && submitted {
            store::set_phase(database, execution, task, Phase::Submitted)?;
        }
        Ok(())
    }
}

/// Forgets a few executions that ended long ago; true if there may be more.
fn prune(database: &Connection, now: Timestamp) -> Result<bool, StoreError> {
    let before = now.saturating_sub(RETENTION).unwrap_or(Timestamp::MIN).as_millisecond();
    let old = store::closed_before(database, before, FORGOTTEN_AT_ONCE_MAX)?;
    for id in &old {
        store::delete_execution(database, *id)?;
    }
    if old.is_empty() {
        store::drop_unused_definitions(database)?;
    }
    Ok(!old.is_empty())
}

impl Calls {
    fn take(&mut self, joined: Result<(Id, Result<Value, Failure>), tokio::task::JoinError>) {
        let (id, result) = match joined {
            Ok((id, result)) => (id, result),
            Err(error) => {
                let cause = "The function panicked, so its result is not known.";
                (error.id(), Err(Failure::new("Lambda.Unknown", cause)))
            }
        };
        if let Some((execution, task, with_token)) = self.keys.remove(&id) {
            self.unsettled.push(Answer { execution, task, with_token, result });
        }
    }
}

/// Calls the service that a task names.
async fn call(tasks: Arc<dyn Tasks>, start: TaskStart) -> Result<Value, Failure> {
    let failure = |error: TaskError| Failure::new(error.error, error.cause);
    let unfit = |what: &str| Err(Failure::new("States.Runtime", format!("Arguments needs {what}.")));
    let Value::Object(mut arguments) = start.arguments else { return unfit("to be an object") };
    match start.integration {
        Integration::LambdaInvoke => {
            let Some(Value::String(function)) = arguments.remove("FunctionName") else {
                return unfit("FunctionName, a string");
            };
            let payload = arguments.remove("Payload").unwrap_or_else(|| json!({}));
            let payload = tasks.invoke(&function, payload).await.map_err(failure)?;
            Ok(json!({"ExecutedVersion": "$LATEST", "Payload": payload, "StatusCode": 200}))
        }
        Integration::SqsSendMessage => {
            let Some(Value::String(_)) = arguments.get("QueueUrl") else {
                return unfit("QueueUrl, a string");
            };
            match arguments.get_mut("MessageBody") {
                None => return unfit("MessageBody"),
                Some(Value::String(_)) => {}
                // AWS sends anything that is not text as its JSON.
                Some(body) => *body = Value::String(body.to_string()),
            }
            tasks.send_message(Value::Object(arguments)).await.map_err(failure)
        }
    }
}
