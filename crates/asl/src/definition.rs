//! A definition after it was checked: what the interpreter walks over.

use crate::template::Template;
use std::{collections::BTreeMap, time::Duration};

/// A state machine that was loaded and can be run.
#[derive(Debug)]
pub struct Machine {
    pub(crate) root: Block,
    pub(crate) timeout: Option<Duration>,
}

/// States that refer to each other: the whole machine, a branch of a Parallel or the body of a Map.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) start_at: String,
    pub(crate) states: BTreeMap<String, State>,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) kind: Kind,
    pub(crate) assign: Vec<(String, Template)>,
    pub(crate) output: Option<Template>,
    pub(crate) retry: Vec<Retrier>,
    pub(crate) catch: Vec<Catcher>,
    pub(crate) next: Next,
}

/// Where a state goes when it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    State(String),
    End,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Pass,
    Succeed,
    Fail { error: Option<Template>, cause: Option<Template> },
    Wait(Pause),
    Choice { rules: Vec<Rule>, default: Option<String> },
    Task(Task),
    Parallel(Parallel),
    Map(Box<MapItems>),
}

impl Kind {
    /// The type as a definition and the history write it.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Pass => "Pass",
            Self::Succeed => "Succeed",
            Self::Fail { .. } => "Fail",
            Self::Wait(_) => "Wait",
            Self::Choice { .. } => "Choice",
            Self::Task(_) => "Task",
            Self::Parallel(_) => "Parallel",
            Self::Map(_) => "Map",
        }
    }

    /// Whether states of this type can have retriers.
    pub(crate) const fn is_retried(&self) -> bool {
        matches!(self, Self::Task(_) | Self::Parallel(_) | Self::Map(_))
    }
}

#[derive(Debug)]
pub(crate) enum Pause {
    /// For so many seconds.
    Seconds(Template),
    /// Until an instant in RFC 3339.
    Timestamp(Template),
}

/// One rule of a Choice.
#[derive(Debug)]
pub(crate) struct Rule {
    /// A boolean, or an expression that gives one.
    pub(crate) condition: Template,
    pub(crate) next: String,
    pub(crate) assign: Vec<(String, Template)>,
    pub(crate) output: Option<Template>,
}

#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) integration: Integration,
    /// Whether the task ends only when its token is answered.
    pub(crate) with_token: bool,
    pub(crate) arguments: Template,
    pub(crate) timeout: Option<Template>,
    pub(crate) heartbeat: Option<Template>,
}

/// A service that tasks can call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Integration {
    /// `arn:aws:states:::lambda:invoke`
    LambdaInvoke,
    /// `arn:aws:states:::sqs:sendMessage`
    SqsSendMessage,
}

impl Integration {
    /// The service, as history events name it.
    pub const fn resource_type(self) -> &'static str {
        match self {
            Self::LambdaInvoke => "lambda",
            Self::SqsSendMessage => "sqs",
        }
    }

    /// The action, as history events name it.
    pub const fn resource(self, with_token: bool) -> &'static str {
        match (self, with_token) {
            (Self::LambdaInvoke, false) => "invoke",
            (Self::LambdaInvoke, true) => "invoke.waitForTaskToken",
            (Self::SqsSendMessage, false) => "sendMessage",
            (Self::SqsSendMessage, true) => "sendMessage.waitForTaskToken",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Parallel {
    pub(crate) arguments: Option<Template>,
    pub(crate) branches: Vec<Block>,
}

#[derive(Debug)]
pub(crate) struct MapItems {
    pub(crate) items: Option<Template>,
    pub(crate) selector: Option<Template>,
    pub(crate) at_once: Option<Template>,
    /// How many items may fail.
    pub(crate) tolerated_count: Option<Template>,
    /// How many of a hundred items may fail.
    pub(crate) tolerated_percentage: Option<Template>,
    pub(crate) body: Block,
}

#[derive(Debug)]
pub(crate) struct Retrier {
    pub(crate) errors: Vec<String>,
    pub(crate) interval: Duration,
    pub(crate) attempts_max: u32,
    pub(crate) backoff_rate: f64,
    pub(crate) delay_max: Option<Duration>,
    /// Whether each delay is drawn evenly between nothing and its full length.
    pub(crate) full_jitter: bool,
}

#[derive(Debug)]
pub(crate) struct Catcher {
    pub(crate) errors: Vec<String>,
    pub(crate) next: String,
    pub(crate) assign: Vec<(String, Template)>,
    pub(crate) output: Option<Template>,
}
