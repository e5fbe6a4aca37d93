//! From the text of a definition to a [`Machine`], refusing everything that would not be run.

mod fields;
mod graph;
mod handlers;
mod task;

use crate::{
    definition::{Block, Condition, Kind, Machine, MapItems, Next, Parallel, Pause, Rule, State},
    expression::{Known, Sees},
    limits::{NAME_CHARS_MAX, WAIT_SECONDS_MAX},
    template::Template,
};
use fields::Fields;
use serde_json::Value;
use std::{collections::BTreeSet, time::Duration};
use thiserror::Error;

/// Why a definition is refused.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{}{field}: {problem}", if state.is_empty() { String::new() } else { format!("state {state:?}, ") })]
pub struct LoadError {
    /// The state at fault; empty for the machine itself.
    pub state: String,
    /// The field at fault, such as `Arguments/Payload` or `Retry[0].MaxAttempts`.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

impl Machine {
    /// Reads and checks a definition.
    pub fn load(text: &str) -> Result<Self, LoadError> {
        let whole =
            |problem: String| LoadError { state: String::new(), field: "definition".to_owned(), problem };
        let value: Value =
            serde_json::from_str(text).map_err(|error| whole(format!("is not JSON: {error}")))?;
        let mut known = Known::default();
        collect_variables(&value, &mut known.variables);
        let mut fields = Fields::open("", "", value)?;
        let language = fields.text("QueryLanguage")?;
        if language.as_deref() != Some("JSONata") {
            return Err(fields.wrong("QueryLanguage", "must be \"JSONata\"; JSONPath is not run"));
        }
        if fields.text("Version")?.is_some_and(|version| version != "1.0") {
            return Err(fields.wrong("Version", "must be \"1.0\""));
        }
        let timeout = fields.whole("TimeoutSeconds", 1..=WAIT_SECONDS_MAX)?;
        let mut loader = Loader { known, names: BTreeSet::new() };
        let root = loader.block(&mut fields)?;
        fields.close()?;
        Ok(Self { root, timeout: timeout.map(|seconds| Duration::from_secs(seconds.into())) })
    }
}

/// Every name that some `Assign` in the definition gives a value to.
fn collect_variables(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if let (true, Value::Object(assigned)) = (name == "Assign", field) {
                    names.extend(assigned.keys().cloned());
                }
                collect_variables(field, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_variables(item, names)),
        _ => {}
    }
}

struct Loader {
    known: Known,
    /// Names of states met so far: they are unique within the whole machine.
    names: BTreeSet<String>,
}

impl Loader {
    /// `StartAt` and `States`, and whether they hang together.
    fn block(&mut self, fields: &mut Fields) -> Result<Block, LoadError> {
        let start_at = fields.needed_text("StartAt")?;
        let Value::Object(states) = fields.needed("States")? else {
            return Err(fields.wrong("States", "must be an object"));
        };
        let states = states
            .into_iter()
            .map(|(name, state)| Ok((name.clone(), self.state(&name, state)?)))
            .collect::<Result<_, LoadError>>()?;
        let block = Block { start_at, states };
        graph::check(&block).map_err(|flaw| match flaw.state {
            Some(state) => LoadError { state, field: flaw.field, problem: flaw.problem },
            None => fields.wrong(&flaw.field, flaw.problem),
        })?;
        Ok(block)
    }

    fn state(&mut self, name: &str, value: Value) -> Result<State, LoadError> {
        let mut fields = Fields::open(name, "", value)?;
        if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
            return Err(
                fields.wrong("States", format!("a state's name has 1 to {NAME_CHARS_MAX} characters"))
            );
        }
        if !self.names.insert(name.to_owned()) {
            return Err(fields.wrong("States", "another state of this machine has the same name"));
        }
        if fields.text("QueryLanguage")?.is_some_and(|language| language != "JSONata") {
            return Err(fields.wrong("QueryLanguage", "must be \"JSONata\"; JSONPath is not run"));
        }
        let kind_name = fields.needed_text("Type")?;
        let kind = self.kind(&kind_name, &mut fields)?;
        let works = matches!(kind, Kind::Task(_) | Kind::Parallel(_) | Kind::Map(_));
        let sees = Sees { result: works, error: false };
        let assign = if matches!(kind, Kind::Succeed | Kind::Fail { .. }) {
            Vec::new()
        } else {
            self.assign(&mut fields, sees)?
        };
        let output = if matches!(kind, Kind::Fail { .. }) {
            None
        } else {
            self.template(&mut fields, "Output", sees)?
        };
        let (retry, catch) = if works {
            (Self::retry(&mut fields)?, self.catch(&mut fields)?)
        } else {
            (Vec::new(), Vec::new())
        };
        let next = match kind {
            Kind::Succeed | Kind::Fail { .. } | Kind::Choice { .. } => Next::End,
            _ => next(&mut fields)?,
        };
        fields.close()?;
        Ok(State { kind, assign, output, retry, catch, next })
    }

    fn kind(&mut self, name: &str, fields: &mut Fields) -> Result<Kind, LoadError> {
        let plain = Sees::default();
        match name {
            "Pass" => Ok(Kind::Pass),
            "Succeed" => Ok(Kind::Succeed),
            "Fail" => Ok(Kind::Fail {
                error: self.text_template(fields, "Error")?,
                cause: self.text_template(fields, "Cause")?,
            }),
            "Wait" => self.pause(fields).map(Kind::Wait),
            "Choice" => self.choice(fields),
            "Task" => self.task(fields).map(Kind::Task),
            "Parallel" => {
                let arguments = self.template(fields, "Arguments", plain)?;
                let branches = fields.list("Branches")?;
                if branches.is_empty() {
                    return Err(fields.wrong("Branches", "needs at least one branch"));
                }
                let branches = branches.into_iter().enumerate();
                let branches = branches.map(|(index, branch)| {
                    let mut inner = fields.inner(&format!("Branches[{index}]"), branch)?;
                    let block = self.block(&mut inner)?;
                    inner.close()?;
                    Ok(block)
                });
                Ok(Kind::Parallel(Parallel { arguments, branches: branches.collect::<Result<_, _>>()? }))
            }
            "Map" => self.map(fields).map(Kind::Map),
            other => Err(fields.wrong("Type", format!("there is no state of type {other:?}"))),
        }
    }

    fn pause(&self, fields: &mut Fields) -> Result<Pause, LoadError> {
        let seconds = self.seconds(fields, "Seconds", 0)?;
        let timestamp = self.text_template(fields, "Timestamp")?;
        match (seconds, timestamp) {
            (Some(seconds), None) => Ok(Pause::Seconds(seconds)),
            (None, Some(Template::Literal(Value::String(at)))) if at.parse::<jiff::Timestamp>().is_err() => {
                Err(fields.wrong("Timestamp", "must be an instant such as 2026-01-02T03:04:05Z"))
            }
            (None, Some(timestamp)) => Ok(Pause::Timestamp(timestamp)),
            _ => Err(fields.wrong("Seconds", "a Wait needs either Seconds or Timestamp")),
        }
    }

    fn choice(&self, fields: &mut Fields) -> Result<Kind, LoadError> {
        let choices = fields.list("Choices")?;
        if choices.is_empty() {
            return Err(fields.wrong("Choices", "needs at least one rule"));
        }
        let rules = choices.into_iter().enumerate().map(|(index, rule)| {
            let mut inner = fields.inner(&format!("Choices[{index}]"), rule)?;
            let condition = match self.template(&mut inner, "Condition", Sees::default())? {
                Some(Template::Literal(Value::Bool(always))) => Condition::Always(always),
                Some(Template::Expression(expression)) => Condition::Asked(expression),
                _ => return Err(inner.wrong("Condition", "must be an expression or a boolean")),
            };
            let rule = Rule {
                condition,
                next: inner.needed_text("Next")?,
                assign: self.assign(&mut inner, Sees::default())?,
                output: self.template(&mut inner, "Output", Sees::default())?,
            };
            inner.close()?;
            Ok(rule)
        });
        Ok(Kind::Choice { rules: rules.collect::<Result<_, LoadError>>()?, default: fields.text("Default")? })
    }

    fn map(&mut self, fields: &mut Fields) -> Result<MapItems, LoadError> {
        let plain = Sees::default();
        let items = self.template(fields, "Items", plain)?;
        let selector = self.template(fields, "ItemSelector", plain)?;
        let at_once = self.seconds(fields, "MaxConcurrency", 0)?;
        let processor = fields.needed("ItemProcessor")?;
        let mut inner = fields.inner("ItemProcessor", processor)?;
        if let Some(config) = inner.take("ProcessorConfig") {
            let mut config = inner.inner("ProcessorConfig", config)?;
            if config.text("Mode")?.is_some_and(|mode| mode != "INLINE") {
                return Err(config.wrong("Mode", "only INLINE is run"));
            }
            config.close()?;
        }
        let body = self.block(&mut inner)?;
        inner.close()?;
        Ok(MapItems { items, selector, at_once, body })
    }

    fn template(&self, fields: &mut Fields, name: &str, sees: Sees) -> Result<Option<Template>, LoadError> {
        let Some(value) = fields.take(name) else { return Ok(None) };
        Template::parse(value, &self.known, sees)
            .map(Some)
            .map_err(|flaw| fields.wrong(&format!("{name}{}", flaw.place), flaw.problem))
    }

    /// A string or an expression that gives one.
    fn text_template(&self, fields: &mut Fields, name: &str) -> Result<Option<Template>, LoadError> {
        match self.template(fields, name, Sees::default())? {
            None => Ok(None),
            Some(found @ (Template::Literal(Value::String(_)) | Template::Expression(_))) => Ok(Some(found)),
            Some(_) => Err(fields.wrong(name, "must be a string")),
        }
    }

    /// A whole number of at least `least`, or an expression that gives one.
    fn seconds(&self, fields: &mut Fields, name: &str, least: u32) -> Result<Option<Template>, LoadError> {
        match self.template(fields, name, Sees::default())? {
            None => Ok(None),
            Some(Template::Literal(value)) => {
                let fits = |seconds| (u64::from(least)..=u64::from(WAIT_SECONDS_MAX)).contains(&seconds);
                if !value.as_u64().is_some_and(fits) {
                    let problem = format!("must be a whole number from {least} to {WAIT_SECONDS_MAX}");
                    return Err(fields.wrong(name, problem));
                }
                Ok(Some(Template::Literal(value)))
            }
            Some(found @ Template::Expression(_)) => Ok(Some(found)),
            Some(_) => Err(fields.wrong(name, "must be a whole number or an expression")),
        }
    }

    /// `Assign`: names of variables and what they get.
    fn assign(&self, fields: &mut Fields, sees: Sees) -> Result<Vec<(String, Template)>, LoadError> {
        match self.template(fields, "Assign", sees)? {
            None => Ok(Vec::new()),
            Some(Template::Object(assigned)) => {
                if let Some((name, _)) = assigned.iter().find(|(name, _)| !is_variable_name(name)) {
                    let problem =
                        "a variable's name is a letter, then letters, digits and _, and not \"states\"";
                    return Err(fields.wrong(&format!("Assign/{name}"), problem));
                }
                Ok(assigned)
            }
            Some(_) => Err(fields.wrong("Assign", "must be an object")),
        }
    }
}

fn is_variable_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
        && name.chars().count() <= NAME_CHARS_MAX
        && name != "states"
}

/// `Next` or `End`, exactly one of them.
fn next(fields: &mut Fields) -> Result<Next, LoadError> {
    let end = fields.flag("End")?;
    match (fields.text("Next")?, end) {
        (Some(next), false) => Ok(Next::State(next)),
        (None, true) => Ok(Next::End),
        (Some(_), true) => Err(fields.wrong("End", "a state has either Next or End")),
        (None, false) => {
            Err(fields.wrong("Next", "is missing; a state has Next, or End with the value true"))
        }
    }
}
