use crate::{catalog::Queue, engine::Operation};
use rusqlite::Transaction;
use std::sync::Arc;

/// Deletes every message of a queue.
pub(crate) struct Purge {
    pub(crate) queue: Arc<Queue>,
}

impl Operation for Purge {
    type Output = usize;

    fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<usize> {
        transaction.execute("DELETE FROM messages WHERE queue = ?1", [self.queue.id])
    }
}
