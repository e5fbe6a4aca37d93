//! Entering a state and doing what its type asks.

use super::Walk;
use crate::{
    Failure,
    definition::{Kind, Pause, Rule},
    execution::{Stage, Thread, ThreadId},
    expression::{Scope, Trouble, instant},
    failure::{NO_CHOICE, RUNTIME},
    history::Details,
    limits::WAIT_SECONDS_MAX,
    template::Template,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::time::Duration;

impl Thread {
    pub(super) fn new(
        parent: Option<(ThreadId, usize)>,
        block: Vec<(String, usize)>,
        state: String,
        input: Value,
    ) -> Self {
        Self {
            parent,
            block,
            item: None,
            variables: Map::new(),
            state,
            input,
            entered: Timestamp::UNIX_EPOCH,
            entered_event: 0,
            before_event: 0,
            last_event: 0,
            retries: 0,
            attempts: Vec::new(),
            stage: Stage::Entering,
        }
    }
}

impl Walk<'_, '_> {
    /// Enters the state that the thread has come to.
    pub(super) fn visit(&mut self, id: ThreadId) {
        let Some(state) = self.state(id) else {
            let cause = "The definition has no such state; the execution was started with another one.";
            return self.finish_failed(Failure::new(RUNTIME, cause));
        };
        let now = self.around.now;
        let retriers = state.retry.len();
        let thread = self.thread(id);
        thread.entered = now;
        thread.retries = 0;
        thread.attempts = vec![0; retriers];
        thread.before_event = thread.last_event;
        let details = Details::entered(&thread.state, &thread.input);
        let event = self.log_for(id, &format!("{}StateEntered", state.kind.name()), Some(details));
        self.thread(id).entered_event = event;
        self.attempt(id);
    }

    /// Does what the state's type asks; again, if it is tried again.
    pub(super) fn attempt(&mut self, id: ThreadId) {
        let Some(state) = self.state(id) else { return };
        match &state.kind {
            Kind::Pass | Kind::Succeed => self.leave_plainly(id),
            Kind::Fail { error, cause } => self.visit_fail(id, error.as_ref(), cause.as_ref()),
            Kind::Wait(pause) => self.visit_wait(id, pause),
            Kind::Choice { rules, default } => self.visit_choice(id, rules, default.as_deref()),
            Kind::Task(task) => self.visit_task(id, task),
            Kind::Parallel(parallel) => self.visit_parallel(id, parallel),
            Kind::Map(map) => self.visit_map(id, map),
        }
    }

    fn visit_fail(&mut self, id: ThreadId, error: Option<&Template>, cause: Option<&Template>) {
        let mut scope = self.scope(id, Map::new());
        let mut text = |template: Option<&Template>, field: &str| match template {
            None => Ok(None),
            Some(template) => match template.evaluate(&mut scope, field)? {
                Value::String(text) => Ok(Some(text)),
                other => Err(Trouble::type_of(template, field, "string", &other)),
            },
        };
        match text(error, "Error").and_then(|error| Ok(Failure::given(error, text(cause, "Cause")?))) {
            Ok(failure) => self.fail_beyond(id, failure),
            Err(trouble) => self.fail_query(id, &trouble),
        }
    }

    fn visit_wait(&mut self, id: ThreadId, pause: &Pause) {
        let mut scope = self.scope(id, Map::new());
        let until = match pause {
            Pause::Seconds(seconds) => whole_seconds(&mut scope, seconds, "Seconds", 0)
                .map(|seconds| self.around.after(Duration::from_secs(seconds.into()))),
            Pause::Timestamp(timestamp) => instant_of(&mut scope, timestamp),
        };
        match until {
            Err(trouble) => self.fail_query(id, &trouble),
            Ok(until) if until <= self.around.now => self.leave_plainly(id),
            Ok(until) => self.thread(id).stage = Stage::Waiting { until },
        }
    }

    /// A Wait state is over.
    pub(super) fn wake(&mut self, id: ThreadId) {
        self.leave_plainly(id);
    }

    fn visit_choice(&mut self, id: ThreadId, rules: &[Rule], default: Option<&str>) {
        let mut scope = self.scope(id, Map::new());
        for (index, rule) in rules.iter().enumerate() {
            let field = format!("Choices[{index}]/Condition");
            let chosen = match rule.condition.evaluate(&mut scope, &field) {
                Ok(Value::Bool(answer)) => Ok(answer),
                Ok(other) => Err(Trouble::type_of(&rule.condition, &field, "boolean", &other)),
                Err(trouble) => Err(trouble),
            };
            match chosen {
                Ok(false) => {}
                Ok(true) => return self.leave_by_rule(id, rule, index),
                Err(trouble) => return self.fail_query(id, &trouble),
            }
        }
        match default {
            Some(default) => self.leave_by_default(id, default),
            None => self.fail(
                id,
                Failure::new(NO_CHOICE, "No rule of the Choice state matched, and it has no Default."),
            ),
        }
    }

    /// What an expression sees in this thread now; `more` is `result` or `errorOutput`.
    pub(super) fn scope(&mut self, id: ThreadId, more: Map<String, Value>) -> Scope {
        let seed = self.around.draw();
        let now = self.around.now;
        let context = self.context(id);
        let thread = self.thread(id);
        let mut states = more;
        states.insert("input".to_owned(), thread.input.clone());
        states.insert("context".to_owned(), context);
        Scope::new(&thread.variables, Value::Object(states), now, seed)
    }

    /// The context object. Its members are in AWS's order.
    fn context(&mut self, id: ThreadId) -> Value {
        let retried = self.state(id).is_some_and(|state| state.kind.is_retried());
        let (about, redrives) = (self.execution.about.clone(), self.execution.redrives);
        let thread = self.thread(id);
        let mut context = json!({
            "Execution": {
                "Id": about.id, "Input": about.input, "StartTime": instant(about.started), "Name": about.name,
                "RoleArn": about.role, "RedriveCount": redrives,
            },
            "StateMachine": {"Id": about.machine_id, "Name": about.machine_name},
            "State": {"Name": thread.state, "EnteredTime": instant(thread.entered)},
        });
        if retried {
            context["State"]["RetryCount"] = json!(thread.retries);
        }
        if let Some(item) = &thread.item {
            context["Map"] = json!({"Item": {"Index": item.index, "Value": item.value}});
        }
        if let Stage::Working(work) = &thread.stage
            && let Some(token) = &work.token
        {
            context["Task"] = json!({"Token": token});
        }
        context
    }
}

/// A whole number, such as one of seconds.
pub(super) fn whole_seconds(
    scope: &mut Scope,
    template: &Template,
    field: &str,
    least: u32,
) -> Result<u32, Trouble> {
    let value = template.evaluate(scope, field)?;
    let seconds = value.as_u64().and_then(|seconds| u32::try_from(seconds).ok());
    seconds.filter(|seconds| (least..=WAIT_SECONDS_MAX).contains(seconds)).ok_or_else(|| {
        let expected = format!("a whole number from {least} to {WAIT_SECONDS_MAX}");
        Trouble::type_of(template, field, &expected, &value)
    })
}

fn instant_of(scope: &mut Scope, template: &Template) -> Result<Timestamp, Trouble> {
    let value = template.evaluate(scope, "Timestamp")?;
    let instant = value.as_str().and_then(|text| text.parse().ok());
    let expected = "an instant such as 2026-01-02T03:04:05Z";
    instant.ok_or_else(|| Trouble::type_of(template, "Timestamp", expected, &value))
}
