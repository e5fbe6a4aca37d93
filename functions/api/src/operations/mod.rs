//! What operators see and do: how things stand, what failed and why, letting it go on.
//!
//! An operator acts for their own school, and for documents that belong to none.

pub(crate) mod failed;
mod machines;
pub(crate) mod overview;
mod queues;
pub(crate) mod redrive;
mod throughput;

pub(crate) use failed::failed;
pub use failed::{Cause, Failures};
pub(crate) use machines::Machines;
pub use machines::Running;
pub(crate) use overview::overview;
pub use overview::{Count, Overview, Waiting};
pub use queues::QueueDepth;
pub(crate) use queues::Queues;
#[cfg(test)]
pub(crate) use redrive::REDRIVEN_MAX;
pub(crate) use redrive::redrive;
pub use redrive::{Redrive, Redriven, Skipped};
pub use throughput::Hour;

use crate::{Code, Problem, auth::Person, lists::Row};

/// Rows counted of one shard of a status: beyond, a count says only "at least".
const COUNTED_PER_SHARD_MAX: usize = 250;

/// Longest cause asked for, in bytes: a code and a word of the processor's.
pub(crate) const CAUSE_BYTES_MAX: usize = 128;

/// A cause as it was asked for. One that is longer than any is refused here: no index has such a key.
fn cause(asked: &str) -> Result<&str, Problem> {
    if asked.len() > CAUSE_BYTES_MAX {
        let detail = format!("cause has more than {CAUSE_BYTES_MAX} bytes");
        return Err(Problem::new(Code::ParameterWrong).because(detail));
    }
    Ok(asked)
}

fn concerns(row: &Row, person: &Person) -> bool {
    person.may_see(row.school.as_deref(), row.teacher.as_deref())
}
