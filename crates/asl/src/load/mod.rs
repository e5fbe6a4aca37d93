//! From the text of a definition to a [`Machine`], refusing everything that would not be run.

mod assign;
mod diagnostic;
mod fields;
mod graph;
mod handlers;
mod states;
mod task;

use crate::{
    definition::{Block, Machine, Next, State},
    expression::{Known, Sees},
    limits::{DEFINITION_BYTES_MAX, NAME_CHARS_MAX, WAIT_SECONDS_MAX},
    template::Template,
};
use diagnostic::Problems;
use fields::Fields;
use serde_json::Value;
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

pub use diagnostic::{Code, Diagnostic, LoadError};

impl Machine {
    /// Reads and checks a definition. A refusal tells everything that is wrong with it.
    pub fn load(text: &str) -> Result<Self, LoadError> {
        let problems = Problems::default();
        let machine = Self::read(text, &problems);
        let diagnostics = problems.into_vec();
        match machine {
            Some(machine) if diagnostics.is_empty() => Ok(machine),
            _ => Err(LoadError { diagnostics }),
        }
    }

    fn read(text: &str, problems: &Problems) -> Option<Self> {
        let whole = |code, message: String| problems.add(code, "", message);
        if text.len() > DEFINITION_BYTES_MAX {
            let message = format!("Definition must not be longer than {DEFINITION_BYTES_MAX} bytes");
            whole(Code::SchemaValidationFailed, message);
            return None;
        }
        let value: Value = match serde_json::from_str(text) {
            Ok(value @ Value::Object(_)) => value,
            Err(error) if !text.trim().is_empty() => {
                whole(Code::InvalidJsonDescription, format!("Definition is not JSON: {error}"));
                return None;
            }
            _ => {
                whole(Code::SchemaValidationFailed, "Definition must be a valid JSON object".to_owned());
                return None;
            }
        };
        let mut known = Known::default();
        assign::collect_variables(&value, &mut known.variables);
        let mut fields = Fields::open("", problems, value)?;
        let language = fields.text("QueryLanguage");
        if language.as_deref().is_some_and(|language| !LANGUAGES.contains(&language)) {
            fields.wrong("QueryLanguage", "Expected one of [JSONata, JSONPath]");
        }
        if fields.text("Version").is_some_and(|version| version != "1.0") {
            fields.wrong("Version", "Expected \"1.0\"");
        }
        let timeout = fields.whole("TimeoutSeconds", 1..=WAIT_SECONDS_MAX);
        let jsonata = language.as_deref() == Some(JSONATA);
        let loader = Loader { known, jsonata, names: RefCell::default(), problems };
        let root = loader.block(&mut fields);
        fields.close();
        Some(Self { root: root?, timeout: timeout.map(|seconds| Duration::from_secs(seconds.into())) })
    }
}

const KINDS: &[&str] = &["Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"];

const JSONATA: &str = "JSONata";
const LANGUAGES: &[&str] = &[JSONATA, "JSONPath"];

struct Loader<'p> {
    known: Known,
    /// Whether states are in `JSONata` unless they say otherwise.
    jsonata: bool,
    /// Names of states met so far: they are unique within the whole machine.
    names: RefCell<BTreeSet<String>>,
    problems: &'p Problems,
}

impl Loader<'_> {
    /// `StartAt` and `States`, and whether they hang together.
    fn block(&self, fields: &mut Fields<'_>) -> Option<Block> {
        let states = match fields.needed("States") {
            None => None,
            Some(Value::Object(states)) => Some(states),
            Some(_) => {
                fields.wrong("States", "Expected value of type object");
                None
            }
        };
        let start_at = fields.needed_text("StartAt");
        let states = states?;
        if states.is_empty() {
            fields.wrong("States", "States needs at least one state");
        }
        graph::check(&fields.at(""), start_at.as_deref(), &states, self.problems);
        let mut read = BTreeMap::new();
        for (name, state) in states {
            let state = self.state(&fields.at(&format!("States/{name}")), &name, state);
            read.extend(state.map(|state| (name, state)));
        }
        Some(Block { start_at: start_at?, states: read })
    }

    fn state(&self, location: &str, name: &str, value: Value) -> Option<State> {
        let mut fields = Fields::open(location, self.problems, value)?;
        if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
            fields.wrong("", format!("The name of a state has 1 to {NAME_CHARS_MAX} characters"));
        }
        if !self.names.borrow_mut().insert(name.to_owned()) {
            fields.wrong("", format!("Another state of this machine is named \"{name}\" too"));
        }
        if !self.is_jsonata(&mut fields) {
            return None;
        }
        let kind_name = fields.needed_text("Type")?;
        if !KINDS.contains(&kind_name.as_str()) {
            let message =
                format!("There is no state of type {kind_name:?}; expected one of [{}]", KINDS.join(", "));
            fields.wrong("Type", message);
            return None;
        }
        let works = ["Task", "Parallel", "Map"].contains(&kind_name.as_str());
        let ends = ["Succeed", "Fail"].contains(&kind_name.as_str());
        let sees = Sees { result: works, error: false };
        let kind = self.kind(&kind_name, &mut fields);
        let assign = if ends { Vec::new() } else { self.assign(&mut fields, sees) };
        let output = if kind_name == "Fail" { None } else { self.template(&mut fields, "Output", sees) };
        let (retry, catch) = if works {
            (Self::retry(&mut fields), self.catch(&mut fields))
        } else {
            (Vec::new(), Vec::new())
        };
        let goes = if ends || kind_name == "Choice" { Some(Next::End) } else { next(&mut fields) };
        fields.close();
        Some(State { kind: kind?, assign, output, retry, catch, next: goes? })
    }

    fn is_jsonata(&self, fields: &mut Fields<'_>) -> bool {
        match fields.text("QueryLanguage").as_deref() {
            Some(JSONATA) => return true,
            None if self.jsonata => return true,
            Some("JSONPath") if self.jsonata => fields.wrong(
                "",
                "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
            ),
            None | Some("JSONPath") => {
                let message = "JSONPath is not run here; set \"QueryLanguage\": \"JSONata\" for the machine";
                fields.wrong("QueryLanguage", message);
            }
            Some(_) => fields.wrong("QueryLanguage", "Expected one of [JSONata, JSONPath]"),
        }
        false
    }

    fn template(&self, fields: &mut Fields<'_>, name: &str, sees: Sees) -> Option<Template> {
        let value = fields.take(name)?;
        self.parse(fields, name, value, sees)
    }

    fn needed_template(&self, fields: &mut Fields<'_>, name: &str, sees: Sees) -> Option<Template> {
        let value = fields.needed(name)?;
        self.parse(fields, name, value, sees)
    }

    fn parse(&self, fields: &Fields<'_>, name: &str, value: Value, sees: Sees) -> Option<Template> {
        let mut flaws = Vec::new();
        let template = Template::parse(value, &self.known, sees, &mut flaws);
        for flaw in flaws {
            fields.wrong(&format!("{name}{}", flaw.place), flaw.problem);
        }
        template
    }

    /// A string or an expression that gives one.
    fn text_template(&self, fields: &mut Fields<'_>, name: &str) -> Option<Template> {
        let found = self.template(fields, name, Sees::default())?;
        if matches!(found, Template::Literal(Value::String(_)) | Template::Expression(_)) {
            return Some(found);
        }
        fields.wrong(name, "Expected a string or an expression");
        None
    }

    /// A whole number of at least `least`, or an expression that gives one.
    fn seconds(&self, fields: &mut Fields<'_>, name: &str, least: u32) -> Option<Template> {
        let found = self.template(fields, name, Sees::default())?;
        let fits = |seconds| (u64::from(least)..=u64::from(WAIT_SECONDS_MAX)).contains(&seconds);
        match &found {
            Template::Literal(value) if value.as_u64().is_some_and(fits) => Some(found),
            Template::Expression(_) => Some(found),
            _ => {
                let message =
                    format!("Expected a whole number from {least} to {WAIT_SECONDS_MAX}, or an expression");
                fields.wrong(name, message);
                None
            }
        }
    }
}

/// `Next` or `End`, exactly one of them.
fn next(fields: &mut Fields<'_>) -> Option<Next> {
    let end = fields.flag("End");
    match (fields.text("Next"), end) {
        (Some(next), false) => Some(Next::State(next)),
        (None, true) => Some(Next::End),
        (Some(_), true) => {
            fields.wrong("End", "A state has either Next or End");
            None
        }
        (None, false) => {
            fields.wrong("", "One of these fields is required: [Next, End]");
            None
        }
    }
}
