use crate::{
    catalog::{Queue, ms},
    config::Config,
    engine::Operation,
};
use rusqlite::{Transaction, named_params};
use std::sync::Arc;

/// Counts a queue's messages by what can be done with them.
pub(crate) struct CountMessages {
    pub(crate) config: Arc<Config>,
    pub(crate) queue: Arc<Queue>,
}

/// How many messages are in which state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    pub(crate) visible: u64,
    pub(crate) in_flight: u64,
    pub(crate) delayed: u64,
    /// When the oldest was sent, in milliseconds since 1970.
    pub(crate) oldest_sent_at: Option<i64>,
}

impl Operation for CountMessages {
    type Output = Counts;

    fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<Counts> {
        let now = self.config.now_ms();
        let mut statement = transaction.prepare_cached(
            "SELECT count(*) FILTER (WHERE visible_at <= :now),
                    count(*) FILTER (WHERE visible_at > :now AND receipt IS NOT NULL),
                    count(*) FILTER (WHERE visible_at > :now AND receipt IS NULL),
                    min(sent_at)
             FROM messages WHERE queue = :queue AND sent_at > :sent_after",
        )?;
        let sent_after = now.saturating_sub(ms(self.queue.spec.retention));
        let parameters = named_params! { ":now": now, ":queue": self.queue.id, ":sent_after": sent_after };
        statement.query_row(parameters, |row| {
            Ok(Counts {
                visible: row.get(0)?,
                in_flight: row.get(1)?,
                delayed: row.get(2)?,
                oldest_sent_at: row.get(3)?,
            })
        })
    }
}
