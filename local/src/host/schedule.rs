use super::functions::Function;
use clock::Pace;
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

/// The shortest period a schedule is run at, however fast time is made to go.
const PERIOD_MIN: Duration = Duration::from_millis(50);

/// Invokes a function at its rate. The first run is at once: a host that was down has something to catch up with.
pub(super) fn start(
    tasks: &mut JoinSet<()>,
    function: &Arc<Function>,
    schedule: &template::Schedule,
    pace: Pace,
    stop: &CancellationToken,
) {
    let (function, stop) = (Arc::clone(function), stop.clone());
    let period = pace.of(schedule.every).max(PERIOD_MIN);
    tasks.spawn(async move {
        let mut ticks = interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            let event = json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} });
            if let Err(error) = function.invoke(event).await {
                tracing::error!(function = %function.plan.name, %error, "the scheduled invocation failed");
            }
        }
    });
}
