use crate::spec::{QueueSpec, Redrive};
use rusqlite::{Connection, Row};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicI64, AtomicU64},
    },
    time::Duration,
};
use tokio::sync::Notify;

/// A queue that exists. It does not change: an update puts another one in its place.
#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) id: i64,
    pub(crate) spec: QueueSpec,
    /// Milliseconds since 1970.
    pub(crate) created_at: i64,
    pub(crate) modified_at: i64,
    /// Wakes receivers whenever what they could get, or when, may have changed. Survives updates.
    pub(crate) changed: Arc<Notify>,
    /// When expired messages were last removed, in milliseconds since 1970.
    pub(crate) swept_at: AtomicI64,
    /// Survives updates.
    pub(crate) past: Arc<Past>,
}

/// What happened to a queue since the host started.
#[derive(Debug)]
pub(crate) struct Past {
    /// When it was last purged, in milliseconds since 1970.
    pub(crate) purged_at: AtomicI64,
    /// At least as many as are in flight: messages come back by the mere passing of time, which nobody counts.
    pub(crate) in_flight_at_most: AtomicU64,
    /// Whether a receive got nothing because too much is in flight, and may wait for a deletion.
    pub(crate) withheld: AtomicBool,
}

impl Default for Past {
    /// Nothing is known of what is in flight, so whoever asks has to count.
    fn default() -> Self {
        Self {
            purged_at: AtomicI64::new(i64::MIN),
            in_flight_at_most: AtomicU64::new(u64::MAX),
            withheld: AtomicBool::new(false),
        }
    }
}

/// The queues by name, as they are in the store.
#[derive(Debug, Default)]
pub(crate) struct Catalog(RwLock<BTreeMap<String, Arc<Queue>>>);

impl Catalog {
    pub(crate) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut statement = connection.prepare(
            "SELECT id, name, visibility_ms, delay_ms, retention_ms, receive_wait_ms, max_message_bytes,
                    redrive_target, max_receive_count, created_at, modified_at FROM queues",
        )?;
        let queues = statement.query_map([], read_queue)?;
        let by_name = queues.map(|queue| queue.map(|queue| (queue.spec.name.clone(), Arc::new(queue))));
        Ok(Self(RwLock::new(by_name.collect::<rusqlite::Result<_>>()?)))
    }

    pub(crate) fn get(&self, name: &str) -> Option<Arc<Queue>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).map(Arc::clone)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// The queues whose dead letters go to `target`.
    pub(crate) fn sources_of(&self, target: &str) -> Vec<String> {
        let leads_here = |queue: &Queue| queue.spec.redrive.as_ref().is_some_and(|it| it.target == target);
        let queues = self.0.read().unwrap_or_else(PoisonError::into_inner);
        queues.values().filter(|queue| leads_here(queue)).map(|queue| queue.spec.name.clone()).collect()
    }

    pub(crate) fn put(&self, mut queue: Queue) {
        let mut queues = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(earlier) = queues.get(&queue.spec.name) {
            queue.changed = Arc::clone(&earlier.changed);
            queue.past = Arc::clone(&earlier.past);
        }
        let changed = Arc::clone(&queue.changed);
        queues.insert(queue.spec.name.clone(), Arc::new(queue));
        changed.notify_waiters();
    }
}

/// Reads the columns in the order in which `Catalog::load` names them.
pub(crate) fn read_queue(row: &Row<'_>) -> rusqlite::Result<Queue> {
    let target: Option<String> = row.get(7)?;
    let max_receive_count: Option<u32> = row.get(8)?;
    let redrive = target.zip(max_receive_count);
    Ok(Queue {
        id: row.get(0)?,
        spec: QueueSpec {
            name: row.get(1)?,
            visibility: Duration::from_millis(row.get(2)?),
            delay: Duration::from_millis(row.get(3)?),
            retention: Duration::from_millis(row.get(4)?),
            receive_wait: Duration::from_millis(row.get(5)?),
            max_message_bytes: row.get(6)?,
            redrive: redrive.map(|(target, max_receive_count)| Redrive { target, max_receive_count }),
        },
        created_at: row.get(9)?,
        modified_at: row.get(10)?,
        changed: Arc::default(),
        swept_at: AtomicI64::new(0),
        past: Arc::default(),
    })
}

/// A duration in the milliseconds that the store keeps.
pub(crate) fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
