//! What operators see and do: how things stand, what failed and why, letting it go on.
//!
//! An operator acts for their own school, and for documents that belong to none.

mod failed;
mod overview;
mod redrive;

pub(crate) use failed::failed;
pub use failed::{Cause, Failures};
pub(crate) use overview::overview;
pub use overview::{Count, Overview, Waiting};
pub(crate) use redrive::redrive;
pub use redrive::{Redrive, Redriven, Skipped};

use crate::{auth::Person, lists::Row};

/// Rows counted of one shard of a status: beyond, a count says only "at least".
const COUNTED_PER_SHARD_MAX: usize = 250;

fn concerns(row: &Row, person: &Person) -> bool {
    person.may_see(row.school.as_deref(), row.teacher.as_deref())
}
