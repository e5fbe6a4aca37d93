//! Task states: asking for a call and taking its answer.

use super::{
    Walk,
    leave::{fits, too_large},
    visit::whole_seconds,
};
use crate::{
    Effect, Failure, TaskId, TaskStart,
    definition::{Kind, Task},
    execution::{Stage, ThreadId, Work},
    expression::Trouble,
    history::Details,
};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Random bytes in a task's token: whoever can guess one can end the task.
const TOKEN_BYTES: usize = 32;

impl<'a> Walk<'a, '_> {
    pub(super) fn visit_task(&mut self, id: ThreadId, task: &Task) {
        let token = task.with_token.then(|| {
            let mut bytes = [0; TOKEN_BYTES];
            (self.around.random)(&mut bytes);
            hex::encode(bytes)
        });
        let number = TaskId(self.execution.next_task);
        self.execution.next_task += 1;
        // The token must be known to the expressions, so the thread works already while they are evaluated.
        let work = Work {
            task: number,
            token,
            deadline: None,
            heartbeat_due: None,
            heartbeat_seconds: None,
            submitted: false,
        };
        self.thread(id).stage = Stage::Working(work);
        match self.prepare(id, task) {
            Err(trouble) => {
                self.thread(id).stage = Stage::Answered;
                self.fail_query(id, &trouble);
            }
            Ok(prepared) if !fits(&prepared.arguments) => {
                self.thread(id).stage = Stage::Answered;
                let failure = self.too_large(id);
                self.fail(id, failure);
            }
            Ok(prepared) => self.schedule(id, task, number, prepared),
        }
    }

    fn prepare(&mut self, id: ThreadId, task: &Task) -> Result<Prepared, Trouble> {
        let mut scope = self.scope(id, Map::new());
        let arguments = task.arguments.evaluate(&mut scope, "Arguments")?;
        let mut seconds = |template: Option<&_>, field: &str| {
            template.map(|template| whole_seconds(&mut scope, template, field, 1)).transpose()
        };
        let timeout = seconds(task.timeout.as_ref(), "TimeoutSeconds")?;
        let heartbeat = seconds(task.heartbeat.as_ref(), "HeartbeatSeconds")?;
        Ok(Prepared { arguments, timeout, heartbeat })
    }

    fn schedule(&mut self, id: ThreadId, task: &Task, number: TaskId, prepared: Prepared) {
        let Prepared { arguments, timeout, heartbeat } = prepared;
        let mut scheduled = resource(task);
        scheduled.insert("region".to_owned(), Value::String(self.execution.about.region.clone()));
        scheduled.insert("parameters".to_owned(), Value::String(arguments.to_string()));
        scheduled.extend(timeout.map(|seconds| ("timeoutInSeconds".to_owned(), json!(seconds))));
        scheduled.extend(heartbeat.map(|seconds| ("heartbeatInSeconds".to_owned(), json!(seconds))));
        let scheduled = Details::new("taskScheduledEventDetails", Value::Object(scheduled));
        self.log_for(id, "TaskScheduled", Some(scheduled));
        self.starting.push(id);
        let after = |seconds: u32| self.around.after(Duration::from_secs(seconds.into()));
        let (deadline, heartbeat_due) = (timeout.map(after), heartbeat.map(after));
        let thread = self.thread(id);
        let mut token = None;
        if let Stage::Working(work) = &mut thread.stage {
            work.deadline = deadline;
            work.heartbeat_due = heartbeat_due;
            work.heartbeat_seconds = heartbeat;
            token.clone_from(&work.token);
        }
        let state = thread.state.clone();
        let start =
            TaskStart { task: number, state, integration: task.integration, arguments, token, deadline };
        self.step.effects.push(Effect::StartTask(start));
    }

    /// Tells that the tasks that were scheduled are started.
    pub(super) fn log_starts(&mut self) {
        for id in std::mem::take(&mut self.starting) {
            let working = self.execution.threads.get(&id).map(|thread| &thread.stage);
            if let (Some(Stage::Working(_)), Some(Kind::Task(task))) =
                (working, self.state(id).map(|state| &state.kind))
            {
                let started = Details::new("taskStartedEventDetails", Value::Object(resource(task)));
                self.log_for(id, "TaskStarted", Some(started));
            }
        }
    }

    pub(super) fn task_submitted(&mut self, number: TaskId, output: &Value) -> bool {
        let Some((id, task)) = self.task(number) else { return false };
        let Stage::Working(work) = &mut self.thread(id).stage else { return false };
        if work.token.is_none() || work.submitted {
            return false;
        }
        work.submitted = true;
        let mut details = resource(task);
        details.insert("output".to_owned(), Value::String(output.to_string()));
        details.insert("outputDetails".to_owned(), json!({"truncated": false}));
        self.log_for(
            id,
            "TaskSubmitted",
            Some(Details::new("taskSubmittedEventDetails", Value::Object(details))),
        );
        true
    }

    pub(super) fn task_succeeded(&mut self, number: TaskId, output: Value) -> bool {
        let Some((id, task)) = self.task(number) else { return false };
        self.thread(id).stage = Stage::Answered;
        if !fits(&output) {
            let failure = too_large(task.integration.resource_type());
            self.log_task_failed(id, task, &failure);
            self.fail(id, failure);
            return true;
        }
        let mut details = resource(task);
        details.insert("output".to_owned(), Value::String(output.to_string()));
        details.insert("outputDetails".to_owned(), json!({"truncated": false}));
        self.log_for(
            id,
            "TaskSucceeded",
            Some(Details::new("taskSucceededEventDetails", Value::Object(details))),
        );
        self.leave_with(id, output);
        true
    }

    pub(super) fn task_failed(&mut self, number: TaskId, failure: &Failure) -> bool {
        let Some((id, task)) = self.task(number) else { return false };
        self.thread(id).stage = Stage::Answered;
        self.log_task_failed(id, task, failure);
        self.fail(id, failure.clone());
        true
    }

    pub(super) fn task_heartbeat(&mut self, number: TaskId) -> bool {
        let Some((id, _)) = self.task(number) else { return false };
        let after = |seconds: u32| self.around.after(Duration::from_secs(seconds.into()));
        let Stage::Working(work) = &self.execution.threads[&id].stage else { return false };
        let due = work.heartbeat_seconds.map(after);
        if let Stage::Working(work) = &mut self.thread(id).stage {
            work.heartbeat_due = due;
        }
        true
    }

    /// The deadline or the next sign of life of a task passed.
    pub(super) fn task_timed_out(&mut self, id: ThreadId) {
        let Stage::Working(work) = &self.thread(id).stage else { return };
        let (number, deadline) = (work.task, work.deadline);
        let Some((_, task)) = self.task(number) else { return };
        let heartbeat = deadline.is_none_or(|deadline| deadline > self.around.now);
        let failure = Failure::timed_out(heartbeat);
        let mut details = resource(task);
        details.extend(failure.details());
        self.log_for(
            id,
            "TaskTimedOut",
            Some(Details::new("taskTimedOutEventDetails", Value::Object(details))),
        );
        self.thread(id).stage = Stage::Answered;
        self.step.effects.push(Effect::AbandonTask(number));
        self.fail(id, failure);
    }

    fn task(&self, number: TaskId) -> Option<(ThreadId, &'a Task)> {
        let id = self.execution.thread_of(number)?;
        match &self.state(id)?.kind {
            Kind::Task(task) => Some((id, task)),
            _ => None,
        }
    }

    fn log_task_failed(&mut self, id: ThreadId, task: &Task, failure: &Failure) {
        let mut details = resource(task);
        details.extend(failure.details());
        self.log_for(id, "TaskFailed", Some(Details::new("taskFailedEventDetails", Value::Object(details))));
    }
}

/// A call whose fields were evaluated.
struct Prepared {
    arguments: Value,
    timeout: Option<u32>,
    heartbeat: Option<u32>,
}

fn resource(task: &Task) -> Map<String, Value> {
    Map::from_iter([
        ("resourceType".to_owned(), Value::String(task.integration.resource_type().to_owned())),
        ("resource".to_owned(), Value::String(task.integration.resource(task.with_token).to_owned())),
    ])
}
