//! One file for each thing that the service can be asked.

mod define;
mod describe_execution;
mod events;
mod get_execution_history;
mod list_executions;
mod machines;
mod redrive_execution;
mod send_task;
mod start_execution;
mod stop_execution;
mod validate;

pub use describe_execution::Described;
pub use get_execution_history::{HistoryPage, HistoryQuery};
pub use list_executions::{ExecutionsPage, ListExecutions};
pub use machines::MachineSummary;
pub use start_execution::{StartExecution, Started};

use crate::StatesError;

/// What names of machines and executions cannot contain, beside white space and control characters.
const FORBIDDEN: &str = "<>{}[]?*\"#%\\^|~`$&,;:/";

/// The longest name of an error that somebody gives, in characters (API reference).
const ERROR_CHARS_MAX: usize = 256;

/// The longest cause that somebody gives, in characters (API reference).
const CAUSE_CHARS_MAX: usize = 32_768;

/// The longest task token, in characters (API reference); those given out here are shorter.
const TASK_TOKEN_CHARS_MAX: usize = 2_048;

/// The longest page token of a history or a list of machines, in characters (API reference).
const PAGE_TOKEN_CHARS_MAX: usize = 1_024;

/// The longest page token of a list of executions, in characters (API reference).
const EXECUTIONS_TOKEN_CHARS_MAX: usize = 3_096;

/// A field breaks a constraint of the API.
pub(crate) fn constraint(field: &str, constraint: &str) -> StatesError {
    StatesError::Validation(format!(
        "1 validation error detected: Value at '{field}' failed to satisfy constraint: {constraint}"
    ))
}

/// Checks the length of a text that may be left out.
pub(crate) fn check_length(field: &str, text: Option<&str>, chars_max: usize) -> Result<(), StatesError> {
    if text.is_some_and(|text| text.chars().count() > chars_max) {
        let problem = format!("Member must have length less than or equal to {chars_max}");
        return Err(constraint(field, &problem));
    }
    Ok(())
}

/// Checks the name of a machine or an execution.
fn check_name(name: &str) -> Result<(), StatesError> {
    check_length("name", Some(name), asl::NAME_CHARS_MAX)?;
    if name.is_empty() {
        return Err(constraint("name", "Member must have length greater than or equal to 1"));
    }
    let allowed =
        |letter: char| !letter.is_whitespace() && !letter.is_control() && !FORBIDDEN.contains(letter);
    if name.chars().all(allowed) { Ok(()) } else { Err(StatesError::InvalidName(name.to_owned())) }
}

/// How many items a page has: what is asked for, up to AWS's most; AWS's default for 0.
fn page_size(asked: Option<u32>) -> Result<u32, StatesError> {
    const DEFAULT: u32 = 100;
    const MAX: u32 = 1_000;
    match asked {
        None | Some(0) => Ok(DEFAULT),
        Some(size) if size <= MAX => Ok(size),
        Some(_) => {
            Err(constraint("maxResults", &format!("Member must have value less than or equal to {MAX}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(check_name(name).err().map(|error| error.code()), expected, "{name:?}");
    }

    #[test]
    fn names_are_those_that_aws_allows() {
        check("transfer-0190.ab_1@2(x)!=+'é", None);
        check(&"n".repeat(80), None);
        check(&"n".repeat(81), Some("ValidationException"));
        check("", Some("ValidationException"));
        for wrong in ["a b", "a\tb", "a/b", "a:b", "a*", "a\u{7f}", "{a}", "a,b", "a$"] {
            check(wrong, Some("InvalidName"));
        }
    }
}
