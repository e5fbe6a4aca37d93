//! The errors a state can meet, and which names in a definition match which.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

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

/// More items of a Map failed than it tolerates.
pub(crate) const TOLERANCE: &str = "States.ExceedToleratedFailureThreshold";

/// Why a state, a task or an execution failed. A part that nobody gave is left out of the history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The error's name, such as `States.Timeout` or a function's own error type.
    pub error: Option<String>,
    /// What is known about it; for a function's error the JSON it answered with.
    pub cause: Option<String>,
    /// Whether it is a missing sign of life: AWS reports `States.Timeout`, and `States.HeartbeatTimeout`
    /// matches it all the same.
    #[serde(default)]
    heartbeat: bool,
}

impl Failure {
    /// An error by name, with what is known about it.
    pub fn new(error: impl Into<String>, cause: impl Into<String>) -> Self {
        Self::given(Some(error.into()), Some(cause.into()))
    }

    /// What somebody said of a failure, which may be nothing.
    pub const fn given(error: Option<String>, cause: Option<String>) -> Self {
        Self { error, cause, heartbeat: false }
    }

    /// A task ran too long, or sent no sign of life for too long.
    pub(crate) fn timed_out(heartbeat: bool) -> Self {
        Self { error: Some(TIMEOUT.to_owned()), cause: None, heartbeat }
    }

    /// What a catcher reads as `$states.errorOutput`.
    pub(crate) fn output(&self) -> Value {
        json!({
            "Error": self.error.as_deref().unwrap_or_default(),
            "Cause": self.cause.as_deref().unwrap_or_default(),
        })
    }

    /// The fields of a history event that tells of it.
    pub(crate) fn details(&self) -> Map<String, Value> {
        let fields = [("error", &self.error), ("cause", &self.cause)];
        let given = fields.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?)));
        given.map(|(name, text)| (name.to_owned(), Value::String(text.clone()))).collect()
    }

    /// Whether `ErrorEquals` with these names matches this error.
    pub(crate) fn matches(&self, names: &[String]) -> bool {
        names.iter().any(|name| self.matches_name(name))
    }

    fn matches_name(&self, name: &str) -> bool {
        let error = self.error.as_deref().unwrap_or_default();
        let terminal = error == DATA_LIMIT || error == RUNTIME;
        match name {
            _ if error == RUNTIME => false,
            ALL => !terminal,
            TASK_FAILED => !terminal && error != TIMEOUT,
            HEARTBEAT_TIMEOUT => self.heartbeat || error == HEARTBEAT_TIMEOUT,
            other => error == other,
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
        check(TIMEOUT, HEARTBEAT_TIMEOUT, false);
        check(QUERY, ALL, true);
        check(QUERY, TASK_FAILED, true);
        check(DATA_LIMIT, ALL, false);
        check(DATA_LIMIT, TASK_FAILED, false);
        check(DATA_LIMIT, DATA_LIMIT, true);
        check(RUNTIME, ALL, false);
        check(RUNTIME, RUNTIME, false);
    }

    #[test]
    fn a_missing_sign_of_life_is_a_time_out_of_its_own() {
        let silent = Failure::timed_out(true);
        for (name, expected) in
            [(TIMEOUT, true), (HEARTBEAT_TIMEOUT, true), (ALL, true), (TASK_FAILED, false)]
        {
            assert_eq!(silent.matches(&[name.to_owned()]), expected, "{name}");
        }
        assert!(!Failure::timed_out(false).matches(&[HEARTBEAT_TIMEOUT.to_owned()]));
    }

    #[test]
    fn what_nobody_gave_is_empty_to_a_catcher_and_absent_from_the_history() {
        let nothing = Failure::default();
        assert_eq!(nothing.output(), json!({"Error": "", "Cause": ""}));
        assert!(nothing.details().is_empty());
        assert!(nothing.matches(&[ALL.to_owned()]) && !nothing.matches(&["E".to_owned()]));
    }
}
