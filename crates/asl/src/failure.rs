//! The errors a state can meet, and which names in a definition match which.

use serde::{Deserialize, Serialize};

/// Matches every error but the two that end an execution whatever it says.
pub(crate) const ALL: &str = "States.ALL";
/// Matches every error of a task but its time-out.
pub(crate) const TASK_FAILED: &str = "States.TaskFailed";
/// A task, or the whole execution, ran longer than it may.
pub(crate) const TIMEOUT: &str = "States.Timeout";
/// A task with a token sent no sign of life for too long.
pub(crate) const HEARTBEAT_TIMEOUT: &str = "States.HeartbeatTimeout";
/// An expression failed, or gave nothing, or something of the wrong type.
pub(crate) const QUERY: &str = "States.QueryEvaluationError";
/// A value is larger than [`crate::DATA_BYTES_MAX`].
pub(crate) const DATA_LIMIT: &str = "States.DataLimitExceeded";
/// The interpreter cannot go on; never retried nor caught.
pub(crate) const RUNTIME: &str = "States.Runtime";
/// No rule of a Choice state matched and it has no default.
pub(crate) const NO_CHOICE: &str = "States.NoChoiceMatched";

/// Why a state, a task or an execution failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The error's name, such as `States.Timeout` or a function's own error type.
    pub error: String,
    /// What is known about it; for a function's error the JSON it answered with.
    pub cause: String,
}

impl Failure {
    /// An error by name, with what is known about it.
    pub fn new(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self { error: error.into(), cause: cause.into() }
    }

    /// Whether `ErrorEquals` with these names matches this error.
    pub(crate) fn matches(&self, names: &[String]) -> bool {
        names.iter().any(|name| self.matches_name(name))
    }

    fn matches_name(&self, name: &str) -> bool {
        let terminal = self.error == DATA_LIMIT || self.error == RUNTIME;
        match name {
            _ if self.error == RUNTIME => false,
            ALL => !terminal,
            TASK_FAILED => !terminal && self.error != TIMEOUT,
            TIMEOUT => self.error == TIMEOUT || self.error == HEARTBEAT_TIMEOUT,
            other => self.error == other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: &str, name: &str, expected: bool) {
        let matched = Failure::new(error, "").matches(&[name.to_owned()]);
        assert_eq!(matched, expected, "{name} against {error}");
    }

    #[test]
    fn wildcards_match_what_the_language_says() {
        check("Lambda.Unknown", ALL, true);
        check("Lambda.Unknown", TASK_FAILED, true);
        check("Lambda.Unknown", "Lambda.Unknown", true);
        check("Lambda.Unknown", "Lambda.TooManyRequestsException", false);
        check(TIMEOUT, TASK_FAILED, false);
        check(TIMEOUT, TIMEOUT, true);
        check(TIMEOUT, ALL, true);
        check(HEARTBEAT_TIMEOUT, TIMEOUT, true);
        check(TIMEOUT, HEARTBEAT_TIMEOUT, false);
        check(QUERY, ALL, true);
        check(QUERY, TASK_FAILED, true);
        check(DATA_LIMIT, ALL, false);
        check(DATA_LIMIT, TASK_FAILED, false);
        check(DATA_LIMIT, DATA_LIMIT, true);
        check(RUNTIME, ALL, false);
        check(RUNTIME, RUNTIME, false);
    }
}
