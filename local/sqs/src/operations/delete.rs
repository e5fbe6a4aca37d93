use crate::{catalog::Queue, engine::Operation, receipt::Receipt};
use rusqlite::{Transaction, named_params};
use std::sync::{Arc, atomic::Ordering};

/// Deletes the messages whose latest delivery a receipt names. Others stay: AWS answers success for a stale
/// receipt too, and so do the callers of this.
pub(crate) struct DeleteMessages {
    pub(crate) queue: Arc<Queue>,
    pub(crate) receipts: Vec<Receipt>,
}

impl Operation for DeleteMessages {
    type Output = usize;

    fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<usize> {
        let mut statement = transaction
            .prepare_cached("DELETE FROM messages WHERE id = :row AND queue = :queue AND receipt = :nonce")?;
        let mut deleted = 0;
        for receipt in &self.receipts {
            deleted += statement.execute(named_params! {
                ":row": receipt.row,
                ":queue": self.queue.id,
                ":nonce": receipt.nonce,
            })?;
        }
        Ok(deleted)
    }

    fn committed(&self, deleted: &usize) {
        let fewer = |known: u64| known.saturating_sub(*deleted as u64);
        self.queue.past.in_flight_at_most.update(Ordering::Relaxed, Ordering::Relaxed, fewer);
        if self.queue.past.withheld.swap(false, Ordering::Relaxed) {
            self.queue.changed.notify_waiters();
        }
    }
}
