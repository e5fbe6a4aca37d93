use std::{process::Output, time::Duration};
use tokio::process::Command;

/// Between two looks at something that cannot be waited for otherwise.
const LOOK_PAUSE: Duration = Duration::from_millis(50);
/// The longest that anything may take: far more than it does, since machines that run tests are busy.
const WAIT_MAX: Duration = Duration::from_mins(5);

/// Looks until `look` finds what it looks for. What it saw instead is told if it never does.
pub(crate) async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Result<T, String>) -> T {
    let mut last = String::new();
    let looking = async {
        loop {
            match look().await {
                Ok(found) => return found,
                Err(seen) => last = seen,
            }
            tokio::time::sleep(LOOK_PAUSE).await;
        }
    };
    let found = tokio::time::timeout(WAIT_MAX, Box::pin(looking)).await;
    found.unwrap_or_else(|_| panic!("{what}: not within {WAIT_MAX:?}; last seen: {last}"))
}

/// Runs a command that ends by itself.
pub(crate) async fn run_to_end(command: &mut Command) -> Output {
    tokio::time::timeout(WAIT_MAX, command.output()).await.expect("the command ends").unwrap()
}
