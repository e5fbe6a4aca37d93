use crate::{
    catalog::{Queue, ms},
    config::Config,
    engine::Operation,
};
use rusqlite::{Transaction, named_params};
use std::{sync::Arc, time::Duration};

/// Puts messages on a queue, all or none.
pub(crate) struct SendMessages {
    pub(crate) config: Arc<Config>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) messages: Vec<Stored>,
}

/// A message as the store keeps it.
pub(crate) struct Stored {
    pub(crate) message_id: String,
    pub(crate) body: String,
    /// JSON.
    pub(crate) attributes: Option<String>,
    pub(crate) trace_header: Option<String>,
    /// As it is waited for: the pace is applied.
    pub(crate) delay: Duration,
}

impl Operation for SendMessages {
    type Output = ();

    fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let now = self.config.now_ms();
        let mut statement = transaction.prepare_cached(
            "INSERT INTO messages (queue, visible_at, sent_at, message_id, trace_header, attributes, body)
             VALUES (:queue, :visible, :now, :id, :trace, :attributes, :body)",
        )?;
        for message in &self.messages {
            statement.execute(named_params! {
                ":queue": self.queue.id,
                ":visible": now.saturating_add(ms(message.delay)),
                ":now": now,
                ":id": message.message_id,
                ":trace": message.trace_header,
                ":attributes": message.attributes,
                ":body": message.body,
            })?;
        }
        Ok(())
    }

    fn committed(&self, (): &()) {
        self.queue.changed.notify_waiters();
    }
}
