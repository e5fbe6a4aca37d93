//! Waiting with an end.

use anyhow::{Result, anyhow};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Between two looks at something that cannot be waited for otherwise.
const LOOK_PAUSE: Duration = Duration::from_millis(50);
/// The longest that a step may take: far more than it does, since machines that run tests are busy.
const STEP_MAX: Duration = Duration::from_secs(30);
/// The longest that a document may take to its end, or a large file to arrive.
pub(crate) const LONG_MAX: Duration = Duration::from_mins(2);

/// Looks until `look` finds what it looks for; what it saw instead is told if it never does.
pub(crate) async fn eventually<T>(
    what: &str,
    look: impl AsyncFnMut() -> Result<Result<T, String>>,
) -> Result<T> {
    within(STEP_MAX, what, look).await
}

/// The same with a bound of its own.
pub(crate) async fn within<T>(
    bound: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Result<Result<T, String>>,
) -> Result<T> {
    let end = Instant::now() + bound;
    loop {
        match look().await? {
            Ok(found) => return Ok(found),
            Err(seen) if Instant::now() > end => {
                return Err(anyhow!("{what}: not within {} s; last seen: {seen}", bound.as_secs()));
            }
            Err(_) => sleep(LOOK_PAUSE).await,
        }
    }
}
