use super::release::HandBack;
use crate::{
    catalog::{Queue, ms},
    config::Config,
    engine::{Job, Operation},
    message::{Attributes, Received},
    receipt::Receipt,
};
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, Transaction, named_params, types::Type};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

/// How many messages one receive moves to the dead-letter queue at most, so that a transaction stays short.
const MOVES_MAX: usize = 100;
/// How often expired messages are removed: they are never delivered, so this is only about space.
const SWEEP_INTERVAL_MS: i64 = 60_000;

/// Takes messages that are visible and hides them; those received too often go to the dead-letter queue.
pub(crate) struct ReceiveMessages {
    pub(crate) config: Arc<Config>,
    pub(crate) queue: Arc<Queue>,
    /// The dead-letter queue, where there is a redrive policy.
    pub(crate) dead_letters: Option<Arc<Queue>>,
    pub(crate) max: usize,
    pub(crate) in_flight_max: u64,
    /// As it is waited for: the pace is applied.
    pub(crate) visibility: Duration,
}

/// What a receive found.
pub(crate) struct Delivery {
    pub(crate) messages: Vec<Received>,
    /// How long until the next message that is hidden now becomes visible; nothing while any was found.
    pub(crate) next_in: Option<Duration>,
    /// Whether there may be more that is withheld because too much is in flight.
    pub(crate) over_limit: bool,
    moved: usize,
}

struct Candidate {
    row: i64,
    received_here: u32,
    message: Received,
}

impl Operation for ReceiveMessages {
    type Output = Delivery;

    fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<Delivery> {
        let now = self.config.now_ms();
        let sent_after = now.saturating_sub(ms(self.queue.spec.retention));
        self.sweep(transaction, now, sent_after)?;
        let room = self.room(transaction, now, sent_after)?;
        let mut messages = Vec::new();
        let mut moved = 0;
        while messages.len() < room && moved < MOVES_MAX {
            let Some(mut candidate) = self.first_visible(transaction, now, sent_after)? else { break };
            if let Some(dead_letters) = self.overdelivered(&candidate) {
                self.move_away(transaction, candidate.row, dead_letters, now)?;
                moved += 1;
            } else {
                self.take(transaction, &mut candidate, now)?;
                messages.push(candidate.message);
            }
        }
        let next_in = if messages.is_empty() { self.next_in(transaction, now, moved)? } else { None };
        let over_limit = room == 0;
        if over_limit {
            self.queue.past.withheld.store(true, Ordering::Relaxed);
        }
        Ok(Delivery { messages, next_in, over_limit, moved })
    }

    fn committed(&self, delivery: &Delivery) {
        if delivery.moved > 0
            && let Some(dead_letters) = &self.dead_letters
        {
            tracing::warn!(
                queue = self.queue.spec.name,
                to = dead_letters.spec.name,
                messages = delivery.moved,
                "moved messages that were received too often"
            );
            dead_letters.changed.notify_waiters();
        }
    }

    fn is_for_its_caller(&self) -> bool {
        true
    }

    /// Gives back at once what nobody is there to take, instead of hiding it until the time-out.
    fn undelivered(&self, delivery: Delivery) -> Option<Box<dyn Job>> {
        HandBack::job(&self.queue, &delivery.messages)
    }
}

impl ReceiveMessages {
    /// How many messages may be taken. Counts what is in flight only when there could be too much.
    fn room(&self, transaction: &Transaction<'_>, now: i64, sent_after: i64) -> rusqlite::Result<usize> {
        let wanted = self.max as u64;
        let known = &self.queue.past.in_flight_at_most;
        if known.load(Ordering::Relaxed).saturating_add(wanted) > self.in_flight_max {
            let mut count = transaction.prepare_cached(
                "SELECT count(*) FROM messages
                 WHERE queue = ?1 AND visible_at > ?2 AND receipt IS NOT NULL AND sent_at > ?3",
            )?;
            known.store(
                count.query_row([self.queue.id, now, sent_after], |row| row.get(0))?,
                Ordering::Relaxed,
            );
        }
        let left = self.in_flight_max.saturating_sub(known.load(Ordering::Relaxed));
        Ok(usize::try_from(left.min(wanted)).unwrap_or(self.max))
    }

    /// The message that has been visible longest.
    fn first_visible(
        &self,
        transaction: &Transaction<'_>,
        now: i64,
        sent_after: i64,
    ) -> rusqlite::Result<Option<Candidate>> {
        let mut statement = transaction.prepare_cached(
            "SELECT id, received_here, received_total, sent_at, first_received_at, dead_letter_source, message_id,
                    trace_header, attributes, body
             FROM messages WHERE queue = :queue AND visible_at <= :now AND sent_at > :sent_after
             ORDER BY visible_at, id LIMIT 1",
        )?;
        let parameters = named_params! { ":queue": self.queue.id, ":now": now, ":sent_after": sent_after };
        statement.query_row(parameters, |row| self.read(row, now)).optional()
    }

    fn read(&self, row: &Row<'_>, now: i64) -> rusqlite::Result<Candidate> {
        let attributes: Option<String> = row.get(8)?;
        let attributes = attributes.map_or_else(|| Ok(Attributes::new()), |json| serde_json::from_str(&json));
        let attributes = attributes
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(8, Type::Text, Box::new(error)))?;
        let first_received_at: Option<i64> = row.get(4)?;
        let received_total: u32 = row.get(2)?;
        Ok(Candidate {
            row: row.get(0)?,
            received_here: row.get(1)?,
            message: Received {
                message_id: row.get(6)?,
                receipt_handle: String::new(),
                body: row.get(9)?,
                attributes,
                sent_at: instant(row.get(3)?),
                first_received_at: instant(first_received_at.unwrap_or(now)),
                receive_count: received_total.saturating_add(1),
                dead_letter_source: row.get(5)?,
                trace_header: row.get(7)?,
                sender: self.config.account.clone(),
            },
        })
    }

    /// Where the message has to go instead of being delivered once more.
    fn overdelivered(&self, candidate: &Candidate) -> Option<&Queue> {
        let redrive = self.queue.spec.redrive.as_ref()?;
        let dead_letters = self.dead_letters.as_deref()?;
        (candidate.received_here >= redrive.max_receive_count).then_some(dead_letters)
    }

    /// Moves a message; it keeps the time it was first sent, from which its retention counts.
    fn move_away(
        &self,
        transaction: &Transaction<'_>,
        row: i64,
        to: &Queue,
        now: i64,
    ) -> rusqlite::Result<()> {
        let mut statement = transaction.prepare_cached(
            "UPDATE messages SET queue = :to, dead_letter_source = :source, visible_at = :now, received_here = 0,
                                 receipt = NULL, received_at = NULL WHERE id = :row",
        )?;
        let source = self.config.arn(&self.queue.spec.name);
        statement.execute(named_params! { ":to": to.id, ":source": source, ":now": now, ":row": row })?;
        Ok(())
    }

    /// Hides the message and names this delivery.
    fn take(
        &self,
        transaction: &Transaction<'_>,
        candidate: &mut Candidate,
        now: i64,
    ) -> rusqlite::Result<()> {
        let receipt = Receipt { row: candidate.row, nonce: self.config.random_bytes() };
        let mut statement = transaction.prepare_cached(
            "UPDATE messages SET visible_at = :visible, received_at = :now, receipt = :nonce,
                                 first_received_at = coalesce(first_received_at, :now),
                                 received_here = received_here + 1, received_total = received_total + 1
             WHERE id = :row",
        )?;
        statement.execute(named_params! {
            // At least one millisecond away, or one receive would take the same message again and again.
            ":visible": now.saturating_add(ms(self.visibility).max(1)),
            ":now": now,
            ":nonce": receipt.nonce,
            ":row": receipt.row,
        })?;
        // Taken back by a rollback it counts all the same, which errs on the side of counting again.
        self.queue.past.in_flight_at_most.fetch_add(1, Ordering::Relaxed);
        candidate.message.receipt_handle = receipt.encode();
        Ok(())
    }

    fn next_in(
        &self,
        transaction: &Transaction<'_>,
        now: i64,
        moved: usize,
    ) -> rusqlite::Result<Option<Duration>> {
        if moved >= MOVES_MAX {
            return Ok(Some(Duration::ZERO));
        }
        let mut statement = transaction
            .prepare_cached("SELECT min(visible_at) FROM messages WHERE queue = ?1 AND visible_at > ?2")?;
        let next: Option<i64> = statement.query_row([self.queue.id, now], |row| row.get(0))?;
        Ok(next.map(|next| Duration::from_millis(next.abs_diff(now))))
    }

    /// Removes what is past its retention, once in a while.
    fn sweep(&self, transaction: &Transaction<'_>, now: i64, sent_after: i64) -> rusqlite::Result<()> {
        let last = self.queue.swept_at.load(Ordering::Relaxed);
        if now.abs_diff(last) < SWEEP_INTERVAL_MS.unsigned_abs() {
            return Ok(());
        }
        let mut statement =
            transaction.prepare_cached("DELETE FROM messages WHERE queue = ?1 AND sent_at <= ?2")?;
        let expired = statement.execute([self.queue.id, sent_after])?;
        if expired > 0 {
            tracing::warn!(
                queue = self.queue.spec.name,
                messages = expired,
                "dropped messages past their retention"
            );
        }
        self.queue.swept_at.store(now, Ordering::Relaxed);
        Ok(())
    }
}

fn instant(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}
