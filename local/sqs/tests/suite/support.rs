use clock::{ManualClock, Pace, SeededRandom};
use jiff::Timestamp;
use local_sqs::{Config, Outgoing, QueueSpec, Queues, Receive, Received};
use std::{sync::Arc, time::Duration};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// Queues in memory on a clock that the test moves.
pub(crate) struct Bench {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) queues: Queues,
}

pub(crate) fn config(clock: &Arc<ManualClock>, pace: Pace) -> Config {
    let clock = Arc::clone(clock);
    Config { clock, random: Arc::new(SeededRandom::new(1)), pace, ..Config::default() }
}

pub(crate) fn still_clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(Timestamp::from_second(1_767_225_600).expect("an instant of the year 2026")))
}

impl Bench {
    pub(crate) async fn with(specs: Vec<QueueSpec>) -> Self {
        Self::at_pace(specs, Pace::REAL).await
    }

    pub(crate) async fn at_pace(specs: Vec<QueueSpec>, pace: Pace) -> Self {
        let clock = still_clock();
        let queues = Queues::in_memory(config(&clock, pace)).expect("memory opens");
        queues.create_all(specs).await.expect("the queues are allowed");
        Self { clock, queues }
    }

    pub(crate) async fn send(&self, queue: &str, body: &str) {
        self.queues.send(queue, Outgoing::of(body)).await.expect("the message is allowed");
    }

    /// Whatever is visible now.
    pub(crate) async fn take(&self, queue: &str) -> Vec<Received> {
        self.queues.receive(queue, Receive::up_to(10)).await.expect("the queue exists")
    }

    pub(crate) async fn bodies(&self, queue: &str) -> Vec<String> {
        self.take(queue).await.into_iter().map(|message| message.body).collect()
    }
}
