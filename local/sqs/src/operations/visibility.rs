use crate::{
    catalog::{Queue, ms},
    config::Config,
    engine::Operation,
    limits::VISIBILITY_MAX,
    receipt::Receipt,
};
use rusqlite::{OptionalExtension as _, Transaction, named_params};
use std::{sync::Arc, time::Duration};

/// Hides messages for longer or shorter than they were received for; zero shows them at once.
pub(crate) struct ChangeVisibility {
    pub(crate) config: Arc<Config>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) changes: Vec<VisibilityChange>,
}

#[derive(Clone, Copy)]
pub(crate) struct VisibilityChange {
    pub(crate) receipt: Receipt,
    /// Counted from now; as it is waited for: the pace is applied.
    pub(crate) visibility: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VisibilityOutcome {
    Changed,
    /// Deleted, expired, moved away or received again.
    Gone,
    /// Its time-out has passed; nobody has received it since.
    NotInFlight,
    /// It would be invisible for more than twelve hours since it was received.
    BeyondLimit,
}

impl Operation for ChangeVisibility {
    type Output = Vec<VisibilityOutcome>;

    fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<Vec<VisibilityOutcome>> {
        let now = self.config.now_ms();
        self.changes.iter().map(|change| self.change(transaction, *change, now)).collect()
    }

    /// Sooner or later, receivers that wait for this message have to look at the clock again.
    fn committed(&self, _: &Vec<VisibilityOutcome>) {
        self.queue.changed.notify_waiters();
    }
}

impl ChangeVisibility {
    fn change(
        &self,
        transaction: &Transaction<'_>,
        change: VisibilityChange,
        now: i64,
    ) -> rusqlite::Result<VisibilityOutcome> {
        let mut find = transaction.prepare_cached(
            "SELECT visible_at, coalesce(received_at, 0) FROM messages
             WHERE id = :row AND queue = :queue AND receipt = :nonce AND sent_at > :sent_after",
        )?;
        let parameters = named_params! {
            ":row": change.receipt.row,
            ":queue": self.queue.id,
            ":nonce": change.receipt.nonce,
            ":sent_after": now.saturating_sub(ms(self.queue.spec.retention)),
        };
        let found: Option<(i64, i64)> =
            find.query_row(parameters, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((visible_at, received_at)) = found else { return Ok(VisibilityOutcome::Gone) };
        if visible_at <= now {
            return Ok(VisibilityOutcome::NotInFlight);
        }
        let until = now.saturating_add(ms(change.visibility));
        if until.saturating_sub(received_at) > ms(self.config.pace.of(VISIBILITY_MAX)) {
            return Ok(VisibilityOutcome::BeyondLimit);
        }
        let mut set = transaction.prepare_cached("UPDATE messages SET visible_at = ?1 WHERE id = ?2")?;
        set.execute([until, change.receipt.row])?;
        Ok(VisibilityOutcome::Changed)
    }
}
