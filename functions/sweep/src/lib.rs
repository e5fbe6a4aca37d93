//! Every minute: lets the deadlines of overdue documents pass, so that a machine looks after each.
//!
//! It reads only what the sparse index names and writes nothing but claims; a document claimed twice is claimed once.

use async_trait::async_trait;
use document::{DocumentId, Event, Moment};
use edge::{Call, FunctionError, Handler, Misconfigured, Pipeline, Runtime, Trouble, measure};
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;

/// Overdue documents read of each shard at once.
const PAGE_DOCUMENTS: i32 = 25;
/// Documents claimed at once: enough to be quick, few enough to leave the register to others.
const AT_ONCE_MAX: usize = 8;
/// Pages of one run; what is left is overdue in the next minute too.
const PAGES_MAX: u32 = 40;
/// What a run keeps of its time to answer.
const ANSWER_TIME: Duration = Duration::from_secs(3);

/// The function.
#[derive(Debug)]
pub struct Sweep {
    pipeline: Pipeline,
    runtime: Runtime,
}

/// What a run did.
#[derive(Debug, Default, Serialize, PartialEq, Eq)]
pub struct Swept {
    /// Documents whose deadline was let pass.
    pub claimed: usize,
}

/// Builds the function from its settings.
#[expect(clippy::unused_async, reason = "every function is built alike, and some wait for what they need")]
pub async fn build(runtime: Runtime) -> Result<Sweep, Misconfigured> {
    Ok(Sweep { pipeline: Pipeline::new(&runtime)?, runtime })
}

#[async_trait]
impl Handler for Sweep {
    async fn handle(&self, event: Value, call: Call) -> Result<Value, FunctionError> {
        edge::typed(event, |_: Value| async { Ok(self.run(&call).await?) }).await
    }
}

impl Sweep {
    async fn run(&self, call: &Call) -> Result<Swept, Trouble> {
        let mut swept = Swept::default();
        for _ in 0..PAGES_MAX {
            let now = self.runtime.now();
            let overdue = self.pipeline.register.overdue(now, PAGE_DOCUMENTS).await?;
            let out_of_time = now.until(call.deadline) < ANSWER_TIME;
            if overdue.is_empty() || out_of_time {
                break;
            }
            swept.claimed += self.claim(&overdue, now).await?;
        }
        self.measure(&swept).await;
        Ok(swept)
    }

    /// What cannot be measured is no reason to sweep less.
    async fn measure(&self, swept: &Swept) {
        measure::overdue(swept.claimed);
        let now = self.runtime.now();
        match self.pipeline.register.oldest_waiting(now).await {
            Ok(since) => measure::oldest_waiting(since, now),
            Err(trouble) => tracing::warn!(%trouble, "how long the oldest document waits is not known"),
        }
    }

    async fn claim(&self, overdue: &[DocumentId], now: Moment) -> Result<usize, Trouble> {
        let claims = stream::iter(overdue.to_vec()).map(|id| async move {
            let claim = async {
                let verdict = self.pipeline.apply(id, &Event::DeadlinePassed).await?;
                tracing::info!(%now, answer = ?verdict.answer, "overdue");
                Ok::<_, Trouble>(())
            };
            self.pipeline.traces.on(id, None, claim).await
        });
        let claimed: Vec<()> = claims.buffer_unordered(AT_ONCE_MAX).try_collect().await?;
        Ok(claimed.len())
    }
}
