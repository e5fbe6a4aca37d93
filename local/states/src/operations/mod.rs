//! One file for each thing that the service can be asked.

mod define;
mod describe_execution;
mod events;
mod get_execution_history;
mod list_executions;
mod machines;
mod send_task;
mod start_execution;
mod stop_execution;

pub use describe_execution::Described;
pub use get_execution_history::{HistoryPage, HistoryQuery};
pub use list_executions::{ExecutionsPage, ListExecutions};
pub use machines::MachineSummary;
pub use start_execution::{StartExecution, Started};

use crate::StatesError;

/// What names of machines and executions cannot contain, beside white space and control characters.
const FORBIDDEN: &str = "<>{}[]?*\"#%\\^|~`$&,;:/";

/// Checks the name of a machine or an execution.
fn check_name(name: &str) -> Result<(), StatesError> {
    let length = name.chars().count();
    if length == 0 || length > asl::NAME_CHARS_MAX {
        let problem = format!(
            "1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: Member must have \
             length between 1 and {}",
            asl::NAME_CHARS_MAX
        );
        return Err(StatesError::Validation(problem));
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
        Some(_) => Err(StatesError::Validation(format!("maxResults must be from 0 to {MAX}"))),
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
