use crate::{
    catalog::Queue,
    config::Config,
    engine::{Job, Operation, unattended},
    message::Received,
    receipt::Receipt,
};
use rusqlite::{Transaction, named_params};
use std::sync::Arc;

/// Makes everything that was received and not deleted visible again, in all queues.
pub(crate) struct ReleaseInFlight {
    pub(crate) config: Arc<Config>,
}

impl Operation for ReleaseInFlight {
    type Output = usize;

    /// The receipts stay good until the next receive, as they do when a time-out passes.
    fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<usize> {
        let mut statement = transaction.prepare_cached(
            "UPDATE messages SET visible_at = ?1 WHERE visible_at > ?1 AND receipt IS NOT NULL",
        )?;
        statement.execute([self.config.now_ms()])
    }
}

/// Gives messages back as if they had not been received.
pub(crate) struct HandBack {
    queue: Arc<Queue>,
    receipts: Vec<Receipt>,
}

impl HandBack {
    /// Nothing to do for no messages.
    pub(crate) fn job(queue: &Arc<Queue>, messages: &[Received]) -> Option<Box<dyn Job>> {
        let receipts: Vec<_> =
            messages.iter().filter_map(|it| Receipt::parse(&it.receipt_handle).ok()).collect();
        (!receipts.is_empty()).then(|| unattended(Self { queue: Arc::clone(queue), receipts }))
    }
}

impl Operation for HandBack {
    type Output = ();

    fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        let mut statement = transaction.prepare_cached(
            "UPDATE messages SET visible_at = received_at, receipt = NULL, received_here = received_here - 1,
                                 received_total = received_total - 1 WHERE id = :row AND receipt = :nonce",
        )?;
        for receipt in &self.receipts {
            statement.execute(named_params! { ":row": receipt.row, ":nonce": receipt.nonce })?;
        }
        Ok(())
    }

    fn committed(&self, (): &()) {
        self.queue.changed.notify_waiters();
    }
}
