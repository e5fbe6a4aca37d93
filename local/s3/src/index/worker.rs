use super::Scope;
use crate::{
    blobs::{BlobId, Draft},
    bounds::JOBS_PER_COMMIT_MAX,
    config::Config,
    error::{Health, Outcome, StoreError},
};
use clock::{Clock, Random};
use rusqlite::{Connection, ErrorCode};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::{Notify, mpsc, oneshot};

/// What a caller waits for: its value, and the blobs that no row names any more.
pub(super) type Reply<T> = oneshot::Sender<Outcome<(T, Vec<BlobId>)>>;

/// A piece of work on the database, its type of answer hidden.
pub(super) trait Job: Send {
    /// Does the work inside a savepoint and says whether it announced an event. An error means that the whole
    /// transaction is lost.
    fn apply(&mut self, ledger: &Ledger) -> rusqlite::Result<bool>;
    /// Answers, once it is known whether the transaction is durable.
    fn settle(self: Box<Self>, committed: Result<(), &Loss>);
}

/// A transaction that did not become durable.
#[derive(Debug)]
pub(super) struct Loss {
    reason: String,
    disk_full: bool,
}

impl Loss {
    fn of(error: &rusqlite::Error) -> Self {
        Self { reason: error.to_string(), disk_full: error.sqlite_error_code() == Some(ErrorCode::DiskFull) }
    }

    fn answer(&self) -> StoreError {
        if self.disk_full {
            StoreError::DiskFull
        } else {
            StoreError::Refused { reason: self.reason.clone() }
        }
    }
}

/// The connection, and what jobs need beside it.
pub(super) struct Ledger {
    pub(super) connection: Connection,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    health: Arc<Health>,
    announced: Arc<Notify>,
    commits: Arc<AtomicU64>,
}

impl Ledger {
    pub(super) fn new(
        connection: Connection,
        config: &Config,
        health: Arc<Health>,
        announced: Arc<Notify>,
    ) -> Self {
        let (clock, random) = (Arc::clone(&config.clock), Arc::clone(&config.random));
        let commits = Arc::<AtomicU64>::default();
        let counted = Arc::clone(&commits);
        connection.commit_hook(Some(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            // `true` would roll back.
            false
        }));
        Self { connection, clock, random, health, announced, commits }
    }

    /// Counts the transactions that changed something and were committed.
    pub(super) fn commits(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.commits)
    }

    /// Commits jobs in groups until nobody can send any more. What arrives during one commit shares the next.
    pub(super) fn serve(&self, mut queue: mpsc::Receiver<Box<dyn Job>>) {
        while let Some(first) = queue.blocking_recv() {
            let mut group = vec![first];
            while group.len() < JOBS_PER_COMMIT_MAX
                && let Ok(next) = queue.try_recv()
            {
                group.push(next);
            }
            self.commit(group);
        }
    }

    /// Runs a group in one transaction, then answers everybody in it.
    pub(super) fn commit(&self, mut group: Vec<Box<dyn Job>>) {
        match self.apply(&mut group) {
            Ok(announced) => {
                for job in group {
                    job.settle(Ok(()));
                }
                if announced {
                    self.announced.notify_one();
                }
            }
            Err(error) => {
                let loss = Loss::of(&error);
                if !loss.disk_full {
                    self.health.fail(&loss.reason);
                }
                if !self.connection.is_autocommit()
                    && let Err(error) = self.run("ROLLBACK")
                {
                    self.health.fail(&error.to_string());
                }
                for job in group {
                    job.settle(Err(&loss));
                }
            }
        }
    }

    fn apply(&self, group: &mut [Box<dyn Job>]) -> rusqlite::Result<bool> {
        self.run("BEGIN")?;
        let mut announced = false;
        for job in group {
            announced |= job.apply(self)?;
        }
        self.run("COMMIT")?;
        Ok(announced)
    }

    fn run(&self, statement: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(statement)?.execute([]).map(|_| ())
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").finish_non_exhaustive()
    }
}

/// A job that answers with a `T`.
pub(super) struct Mutation<T, W> {
    work: Option<W>,
    drafts: Vec<Draft>,
    outcome: Outcome<(T, Vec<BlobId>)>,
    reply: Reply<T>,
}

impl<T, W> Mutation<T, W> {
    pub(super) fn new(work: W, drafts: Vec<Draft>, reply: Reply<T>) -> Self {
        Self { work: Some(work), drafts, outcome: Err(StoreError::Closed), reply }
    }
}

impl<T, W> Job for Mutation<T, W>
where
    T: Send,
    W: FnOnce(&mut Scope<'_>) -> Outcome<T> + Send,
{
    fn apply(&mut self, ledger: &Ledger) -> rusqlite::Result<bool> {
        let Some(work) = self.work.take() else { return Ok(false) };
        ledger.run("SAVEPOINT job")?;
        let mut scope = Scope::new(ledger);
        let outcome = work(&mut scope);
        let (garbage, announced) = scope.finish();
        match outcome {
            Ok(value) => {
                ledger.run("RELEASE job")?;
                self.outcome = Ok((value, garbage));
                Ok(announced)
            }
            // SQLite ends the transaction by itself on some failures, a full disk among them.
            Err(StoreError::Database(error)) if ledger.connection.is_autocommit() => Err(error),
            Err(error) => {
                if let StoreError::Database(error) = &error {
                    ledger.health.0.note("the object store", error);
                }
                ledger.run("ROLLBACK TO job")?;
                ledger.run("RELEASE job")?;
                self.outcome = Err(error);
                Ok(false)
            }
        }
    }

    fn settle(self: Box<Self>, committed: Result<(), &Loss>) {
        let Self { drafts, outcome, reply, .. } = *self;
        let outcome = match committed {
            Ok(()) if outcome.is_ok() => {
                drafts.into_iter().for_each(Draft::keep);
                outcome
            }
            Ok(()) => outcome,
            Err(loss) => {
                // A commit that failed halfway may still be found on disk. The next start knows.
                if !loss.disk_full {
                    drafts.into_iter().for_each(Draft::keep);
                }
                Err(loss.answer())
            }
        };
        // A caller that went away wants no answer.
        let _ = reply.send(outcome);
    }
}
