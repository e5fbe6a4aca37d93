use crate::{
    catalog::{Queue, ms, read_queue},
    config::Config,
    engine::Operation,
    spec::QueueSpec,
};
use rusqlite::{Transaction, named_params};
use std::sync::Arc;

/// Makes queues, or changes those that exist to what is asked now.
pub(crate) struct CreateQueues {
    pub(crate) config: Arc<Config>,
    pub(crate) specs: Vec<QueueSpec>,
}

impl Operation for CreateQueues {
    type Output = Vec<Queue>;

    fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<Vec<Queue>> {
        let now = self.config.now_ms();
        self.specs.iter().map(|spec| upsert(transaction, spec, now)).collect()
    }
}

fn upsert(transaction: &Transaction<'_>, spec: &QueueSpec, now: i64) -> rusqlite::Result<Queue> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO queues (name, visibility_ms, delay_ms, retention_ms, receive_wait_ms, max_message_bytes,
                             redrive_target, max_receive_count, created_at, modified_at)
         VALUES (:name, :visibility, :delay, :retention, :wait, :bytes, :target, :count, :now, :now)
         ON CONFLICT (name) DO UPDATE SET
             visibility_ms = excluded.visibility_ms, delay_ms = excluded.delay_ms,
             retention_ms = excluded.retention_ms, receive_wait_ms = excluded.receive_wait_ms,
             max_message_bytes = excluded.max_message_bytes, redrive_target = excluded.redrive_target,
             max_receive_count = excluded.max_receive_count, modified_at = excluded.modified_at
         RETURNING id, name, visibility_ms, delay_ms, retention_ms, receive_wait_ms, max_message_bytes,
                   redrive_target, max_receive_count, created_at, modified_at",
    )?;
    let parameters = named_params! {
        ":name": spec.name,
        ":visibility": ms(spec.visibility),
        ":delay": ms(spec.delay),
        ":retention": ms(spec.retention),
        ":wait": ms(spec.receive_wait),
        ":bytes": spec.max_message_bytes,
        ":target": spec.redrive.as_ref().map(|redrive| &redrive.target),
        ":count": spec.redrive.as_ref().map(|redrive| redrive.max_receive_count),
        ":now": now,
    };
    statement.query_row(parameters, read_queue)
}
