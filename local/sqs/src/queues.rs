use crate::{
    catalog::{Catalog, Queue, ms},
    config::Config,
    contents,
    counts::QueueAttributes,
    digest,
    engine::Engine,
    error::{CreateError, SqsError, StoreError},
    limits::{IN_FLIGHT_MAX, PURGE_INTERVAL, VISIBILITY_MAX},
    message::{Outgoing, Sent},
    operations::{
        ChangeVisibility, CountMessages, CreateQueues, DeleteMessages, Purge, ReleaseInFlight, SendMessages,
        Stored, VisibilityChange, VisibilityOutcome,
    },
    receipt::Receipt,
    schema,
    spec::{QueueSpec, SpecError},
};
use rusqlite::Connection;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// All queues of one host. Cheap to clone; the file closes with the last clone.
#[derive(Clone, Debug)]
pub struct Queues {
    pub(crate) config: Arc<Config>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) in_flight_max: u64,
    commits: Arc<AtomicU64>,
}

impl Queues {
    /// Opens or creates the file at `path`, with the queues that are in it. Writes happen in a thread of their
    /// own, many in one commit.
    pub fn open(path: &Path, config: Config) -> Result<Self, StoreError> {
        let connection = schema::open_file(path)?;
        let commits = counting(&connection);
        let catalog = Catalog::load(&connection)?;
        Ok(Self {
            config: Arc::new(config),
            engine: Arc::new(Engine::grouped(connection)?),
            catalog: Arc::new(catalog),
            in_flight_max: IN_FLIGHT_MAX,
            commits,
        })
    }

    /// Queues that end with the process. Every call completes without a thread or a wait, which a simulation
    /// needs to repeat itself.
    pub fn in_memory(config: Config) -> Result<Self, StoreError> {
        let connection = schema::open_memory()?;
        let commits = counting(&connection);
        let engine = Arc::new(Engine::inline(connection));
        Ok(Self {
            config: Arc::new(config),
            engine,
            catalog: Arc::default(),
            in_flight_max: IN_FLIGHT_MAX,
            commits,
        })
    }

    /// The same queues with another bound on the messages of one queue that are in flight: what a full queue does
    /// is seen sooner with a small one.
    #[must_use]
    pub fn with_in_flight_max(self, in_flight_max: u64) -> Self {
        Self { in_flight_max, ..self }
    }

    /// How many transactions that changed something were committed since the file was opened.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Waits until the disk has failed: everything is refused from then on. Says how.
    pub async fn failed(&self) -> String {
        self.engine.failed().await
    }

    /// Makes a queue, or changes it to `spec`, its messages kept.
    pub async fn create(&self, spec: QueueSpec) -> Result<(), CreateError> {
        self.create_all(vec![spec]).await
    }

    /// The same for many; they may send their dead letters to each other in any order.
    pub async fn create_all(&self, specs: Vec<QueueSpec>) -> Result<(), CreateError> {
        for spec in &specs {
            spec.validate()?;
            let Some(redrive) = &spec.redrive else { continue };
            let is_here = |target: &str| specs.iter().any(|other| other.name == target);
            if !is_here(&redrive.target) && self.catalog.get(&redrive.target).is_none() {
                let (name, target) = (spec.name.clone(), redrive.target.clone());
                return Err(SpecError::UnknownTarget { name, target }.into());
            }
        }
        let created = self.engine.run(CreateQueues { config: Arc::clone(&self.config), specs }).await?;
        for queue in created {
            self.catalog.put(queue);
        }
        Ok(())
    }

    /// Puts a message on a queue; it is on disk when this returns.
    pub async fn send(&self, queue: &str, message: Outgoing) -> Result<Sent, SqsError> {
        let sent = self.send_batch(queue, vec![message]).await?;
        only(sent)
    }

    /// Puts messages on a queue. Those that are not allowed are refused one by one, the others are written
    /// together. Outcomes are in the order of the messages.
    pub async fn send_batch(
        &self,
        queue: &str,
        messages: Vec<Outgoing>,
    ) -> Result<Vec<Result<Sent, SqsError>>, SqsError> {
        let queue = self.find(queue)?;
        let mut stored = Vec::with_capacity(messages.len());
        let mut outcomes = Vec::with_capacity(messages.len());
        for message in messages {
            outcomes.push(contents::check(&message, queue.spec.max_message_bytes).map(|()| {
                let (sent, row) = self.prepare(&queue, message);
                stored.push(row);
                sent
            }));
        }
        if !stored.is_empty() {
            self.engine
                .run(SendMessages { config: Arc::clone(&self.config), queue, messages: stored })
                .await?;
        }
        Ok(outcomes)
    }

    fn prepare(&self, queue: &Queue, message: Outgoing) -> (Sent, Stored) {
        let message_id = self.config.fresh_id();
        let sent = Sent {
            message_id: message_id.clone(),
            md5_of_body: digest::of_body(&message.body),
            md5_of_attributes: digest::of_attributes(&message.attributes),
            md5_of_system_attributes: message.trace_header.as_deref().and_then(digest::of_trace_header),
        };
        let attributes = (!message.attributes.is_empty()).then(|| {
            serde_json::to_string(&message.attributes).expect("names and values of attributes are text")
        });
        let stored = Stored {
            message_id,
            body: message.body,
            attributes,
            trace_header: message.trace_header,
            delay: self.config.pace.of(message.delay.unwrap_or(queue.spec.delay)),
        };
        (sent, stored)
    }

    /// Deletes a message. A stale receipt, of a delivery that is no longer the latest, changes nothing and
    /// succeeds, as on AWS.
    pub async fn delete(&self, queue: &str, receipt_handle: &str) -> Result<(), SqsError> {
        let outcomes = self.delete_batch(queue, &[receipt_handle]).await?;
        only(outcomes)
    }

    /// The same for many; outcomes are in the order of the receipts.
    pub async fn delete_batch(
        &self,
        queue: &str,
        receipt_handles: &[&str],
    ) -> Result<Vec<Result<(), SqsError>>, SqsError> {
        let queue = self.find(queue)?;
        let parsed: Vec<_> = receipt_handles.iter().map(|handle| Receipt::parse(handle)).collect();
        let receipts: Vec<_> = parsed.iter().filter_map(|receipt| receipt.as_ref().ok().copied()).collect();
        if !receipts.is_empty() {
            self.engine.run(DeleteMessages { queue, receipts }).await?;
        }
        Ok(parsed.into_iter().map(|receipt| receipt.map(drop)).collect())
    }

    /// Hides a received message for `visibility` from now (before the pace), or shows it at once with zero.
    pub async fn change_visibility(
        &self,
        queue: &str,
        receipt_handle: &str,
        visibility: Duration,
    ) -> Result<(), SqsError> {
        let outcomes = self.change_visibility_batch(queue, &[(receipt_handle, visibility)]).await?;
        only(outcomes)
    }

    /// The same for many; outcomes are in the order of the changes.
    pub async fn change_visibility_batch(
        &self,
        queue: &str,
        changes: &[(&str, Duration)],
    ) -> Result<Vec<Result<(), SqsError>>, SqsError> {
        let queue = self.find(queue)?;
        let parsed: Vec<_> =
            changes.iter().map(|(handle, visibility)| self.parse_change(handle, *visibility)).collect();
        let valid: Vec<_> = parsed.iter().filter_map(|change| change.as_ref().ok().copied()).collect();
        let mut done = Vec::new().into_iter();
        if !valid.is_empty() {
            let operation = ChangeVisibility { config: Arc::clone(&self.config), queue, changes: valid };
            done = self.engine.run(operation).await?.into_iter();
        }
        let outcome = |parsed: Result<VisibilityChange, SqsError>| {
            parsed.and_then(|_| match done.next() {
                Some(VisibilityOutcome::Changed) => Ok(()),
                Some(VisibilityOutcome::NotInFlight) => Err(SqsError::MessageNotInFlight),
                Some(VisibilityOutcome::BeyondLimit) => Err(SqsError::VisibilityBeyondLimit),
                Some(VisibilityOutcome::Gone) | None => Err(SqsError::MessageGone),
            })
        };
        Ok(parsed.into_iter().map(outcome).collect())
    }

    fn parse_change(&self, receipt_handle: &str, visibility: Duration) -> Result<VisibilityChange, SqsError> {
        check_visibility(visibility)?;
        let receipt = Receipt::parse(receipt_handle)?;
        Ok(VisibilityChange { receipt, visibility: self.config.pace.of(visibility) })
    }

    /// Deletes every message of a queue; how many there were. Once a minute at most.
    pub async fn purge(&self, queue: &str) -> Result<usize, SqsError> {
        let queue = self.find(queue)?;
        let (now, past) = (self.config.now_ms(), Arc::clone(&queue.past));
        let last = past.purged_at.load(Ordering::Relaxed);
        if now.saturating_sub(last) < ms(PURGE_INTERVAL) {
            return Err(SqsError::PurgeQueueInProgress { queue: queue.spec.name.clone() });
        }
        let purged = self.engine.run(Purge { queue }).await?;
        past.purged_at.store(now, Ordering::Relaxed);
        Ok(purged)
    }

    /// What a queue is and how full it is.
    pub async fn attributes(&self, queue: &str) -> Result<QueueAttributes, SqsError> {
        let queue = self.find(queue)?;
        let operation = CountMessages { config: Arc::clone(&self.config), queue: Arc::clone(&queue) };
        Ok(QueueAttributes::of(&queue, self.engine.run(operation).await?))
    }

    /// For a host that just started: messages that were in flight when it died are visible again at once; how
    /// many there were. Their receives still count, so what kills the host ends in the dead-letter queue. AWS
    /// would wait for each time-out: a host that wants that does not call this.
    pub async fn release_in_flight(&self) -> Result<usize, StoreError> {
        let released = self.engine.run(ReleaseInFlight { config: Arc::clone(&self.config) }).await?;
        for queue in self.catalog.names().iter().filter_map(|name| self.catalog.get(name)) {
            queue.changed.notify_waiters();
        }
        Ok(released)
    }

    /// The names of all queues, in order.
    pub fn names(&self) -> Vec<String> {
        self.catalog.names()
    }

    /// The names of the queues whose dead letters go to `target`.
    pub fn dead_letter_sources(&self, target: &str) -> Result<Vec<String>, SqsError> {
        self.find(target).map(|_| self.catalog.sources_of(target))
    }

    /// The ARN that a queue of this name has.
    pub fn arn(&self, queue: &str) -> String {
        self.config.arn(queue)
    }

    /// The URL that a queue of this name has.
    pub fn url(&self, queue: &str) -> String {
        self.config.url(queue)
    }

    pub(crate) fn find(&self, name: &str) -> Result<Arc<Queue>, SqsError> {
        self.catalog.get(name).ok_or_else(|| SqsError::QueueDoesNotExist { queue: name.to_owned() })
    }
}

/// Counts the commits of a connection from now on.
fn counting(connection: &Connection) -> Arc<AtomicU64> {
    let commits = Arc::<AtomicU64>::default();
    let counted = Arc::clone(&commits);
    connection.commit_hook(Some(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        // `true` would roll back.
        false
    }));
    commits
}

/// The outcome of a batch of one.
fn only<T>(outcomes: Vec<Result<T, SqsError>>) -> Result<T, SqsError> {
    outcomes.into_iter().next().expect("a batch has as many outcomes as entries")
}

pub(crate) fn check_visibility(visibility: Duration) -> Result<(), SqsError> {
    if visibility <= VISIBILITY_MAX {
        return Ok(());
    }
    Err(SqsError::InvalidParameter {
        parameter: "VisibilityTimeout",
        value: visibility.as_secs().to_string(),
        reason: "Must be >= 0 and <= 43200, if provided",
    })
}
