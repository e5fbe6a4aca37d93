use crate::{Problem, problem::unavailable};
use aws_sdk_sqs::{
    Client,
    types::QueueAttributeName::{
        self, ApproximateNumberOfMessages, ApproximateNumberOfMessagesDelayed,
        ApproximateNumberOfMessagesNotVisible,
    },
};
use document::Moment;
use edge::{Misconfigured, Runtime};
use futures::future::{try_join, try_join_all};
use serde::Serialize;
use std::collections::HashMap;
use utoipa::ToSchema;

/// A queue and its dead-letter queue, by the settings that name them.
const QUEUES: [(&str, &str, &str); 5] = [
    ("uploads", "UPLOADS_QUEUE_URL", "UPLOADS_DEAD_QUEUE_URL"),
    ("lesson-plans", "LESSON_PLANS_QUEUE_URL", "LESSON_PLANS_DEAD_QUEUE_URL"),
    ("videos", "VIDEOS_QUEUE_URL", "VIDEOS_DEAD_QUEUE_URL"),
    ("results", "RESULTS_QUEUE_URL", "RESULTS_DEAD_QUEUE_URL"),
    ("normalization", "NORMALIZATION_QUEUE_URL", "NORMALIZATION_DEAD_QUEUE_URL"),
];

/// How full a queue is. The numbers are SQS's own, which are approximate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct QueueDepth {
    pub name: &'static str,
    /// Messages that a function would get now.
    pub waiting: u64,
    /// Messages that a function has.
    pub in_flight: u64,
    /// Messages that come later.
    pub delayed: u64,
    /// Since when the document waits that has waited longest for what this queue brings; of the operator's school.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_at: Option<Moment>,
    /// Messages that no function could handle and that wait to be parked.
    pub dead: u64,
}

/// The pipeline's queues.
#[derive(Clone, Debug)]
pub(crate) struct Queues {
    client: Client,
    /// Name, address, address of the dead letters.
    queues: Vec<(&'static str, String, String)>,
}

impl Queues {
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        let named = |name: &str| runtime.variables.required(name).map(str::to_owned);
        let queues = QUEUES.map(|(name, queue, dead)| Ok((name, named(queue)?, named(dead)?)));
        Ok(Self { client: runtime.sqs(), queues: queues.into_iter().collect::<Result<_, _>>()? })
    }

    /// How full each is, in the order in which documents pass them.
    pub(super) async fn depths(&self) -> Result<Vec<QueueDepth>, Problem> {
        try_join_all(self.queues.iter().map(|(name, queue, dead)| self.depth(name, queue, dead))).await
    }

    async fn depth(&self, name: &'static str, queue: &str, dead: &str) -> Result<QueueDepth, Problem> {
        let (queue, dead) = try_join(self.counts(queue), self.counts(dead)).await?;
        let [waiting, in_flight, delayed] = queue;
        Ok(QueueDepth { name, waiting, in_flight, delayed, oldest_at: None, dead: dead.iter().sum() })
    }

    async fn counts(&self, url: &str) -> Result<[u64; 3], Problem> {
        let names = [
            ApproximateNumberOfMessages,
            ApproximateNumberOfMessagesNotVisible,
            ApproximateNumberOfMessagesDelayed,
        ];
        let request = self.client.get_queue_attributes().queue_url(url);
        let answer = request.set_attribute_names(Some(names.to_vec())).send().await;
        let answer = answer.map_err(|error| unavailable("counting messages")(&error))?;
        let counts = answer.attributes.unwrap_or_default();
        Ok(names.map(|name| count(&counts, &name)))
    }
}

fn count(counts: &HashMap<QueueAttributeName, String>, name: &QueueAttributeName) -> u64 {
    counts.get(name).and_then(|count| count.parse().ok()).unwrap_or_default()
}
