//! The index: one SQLite database on one connection, used through jobs that are committed in groups.

mod buckets;
mod schema;
mod scope;
mod uploads;
mod versions;
mod worker;

pub use schema::SCHEMA_VERSION;
pub(crate) use scope::Scope;
pub(crate) use uploads::{Completion, Part, Summing, Upload};
pub(crate) use versions::{
    Contents, Held, NewVersion, Piece, Properties, VERSION_COLUMNS, Version, sequence_of,
};

use crate::{
    blobs::{BlobId, Blobs, Draft, sync_directory},
    bounds::{COMPLETED_UPLOAD_KEPT, JOBS_WAITING_MAX, PLACE_WAIT_MAX},
    bucket::Bucket,
    config::Config,
    error::{Health, OpenError, Outcome, StoreError},
};
use rusqlite::Connection;
use std::{
    collections::HashSet,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};
use tokio::sync::{
    Notify,
    mpsc::{self, error::SendTimeoutError},
    oneshot,
};
use worker::{Job, Ledger, Mutation};

/// The database file, beside the blobs.
pub(crate) const DATABASE_FILE: &str = "index.sqlite";

/// Where jobs run. On disk they run on a thread that owns the connection, because a commit waits for the disk. In
/// memory they run where they are called, so that a simulation has one order of events.
#[derive(Debug)]
enum Engine {
    Thread { jobs: Option<mpsc::Sender<Box<dyn Job>>>, thread: Option<thread::JoinHandle<()>> },
    Here(Box<Mutex<Ledger>>),
}

/// Runs jobs on the database.
#[derive(Debug)]
pub(crate) struct Index {
    engine: Engine,
    blobs: Arc<Blobs>,
    health: Arc<Health>,
    commits: Arc<AtomicU64>,
}

impl Index {
    /// Opens or creates the database in `directory` and removes blobs that no row names. Gives the buckets, and
    /// whether there are events.
    pub(crate) fn open(
        directory: &Path,
        config: &Config,
        blobs: Arc<Blobs>,
        health: Arc<Health>,
        announced: Arc<Notify>,
    ) -> Result<(Self, Vec<Bucket>, bool), OpenError> {
        let path = directory.join(DATABASE_FILE);
        let failed = |source| OpenError::Database { path: path.clone(), source };
        let mut connection = Connection::open(&path).map_err(failed)?;
        schema::prepare(&mut connection, &path)?;
        sync_directory(directory)
            .map_err(|source| OpenError::Directory { path: directory.to_owned(), source })?;
        forget_completed(&connection, config).map_err(failed)?;
        let swept = blobs
            .sweep(&named_blobs(&connection).map_err(failed)?)
            .map_err(|source| OpenError::Directory { path: directory.to_owned(), source })?;
        if swept > 0 {
            tracing::info!(swept, "removed blobs that were written but never committed");
        }
        let buckets = buckets::all(&connection).map_err(failed)?;
        let pending: bool = connection
            .query_row("SELECT EXISTS (SELECT 1 FROM events)", [], |row| row.get(0))
            .map_err(failed)?;
        let ledger = Ledger::new(connection, config, Arc::clone(&health), announced);
        let commits = ledger.commits();
        let (jobs, queue) = mpsc::channel(JOBS_WAITING_MAX);
        let thread = thread::Builder::new()
            .name("s3-index".to_owned())
            .spawn(move || ledger.serve(queue))
            .map_err(|source| OpenError::Directory { path: directory.to_owned(), source })?;
        let engine = Engine::Thread { jobs: Some(jobs), thread: Some(thread) };
        Ok((Self { engine, blobs, health, commits }, buckets, pending))
    }

    /// An index that vanishes with the process.
    pub(crate) fn in_memory(
        config: &Config,
        blobs: Arc<Blobs>,
        health: Arc<Health>,
        announced: Arc<Notify>,
    ) -> Result<Self, OpenError> {
        let path = Path::new(":memory:");
        let mut connection = Connection::open_in_memory()
            .map_err(|source| OpenError::Database { path: path.to_owned(), source })?;
        schema::prepare(&mut connection, path)?;
        let ledger = Ledger::new(connection, config, Arc::clone(&health), announced);
        let commits = ledger.commits();
        Ok(Self { engine: Engine::Here(Box::new(Mutex::new(ledger))), blobs, health, commits })
    }

    /// How many transactions that changed something were committed since the database was opened.
    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Reads.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Scope<'_>) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        self.run(Vec::new(), work).await
    }

    /// Changes rows, all or none, and answers once that is durable. `drafts` are the blobs that the rows will name:
    /// they stay if the change is committed and vanish if it is not. A caller that goes away changes nothing of
    /// that, because the job owns them.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        drafts: Vec<Draft>,
        work: impl FnOnce(&mut Scope<'_>) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        self.health.check()?;
        self.run(drafts, work).await
    }

    async fn run<T: Send + 'static>(
        &self,
        drafts: Vec<Draft>,
        work: impl FnOnce(&mut Scope<'_>) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let (reply, answer) = oneshot::channel();
        let job: Box<dyn Job> = Box::new(Mutation::new(work, drafts, reply));
        match &self.engine {
            Engine::Here(ledger) => ledger.lock().unwrap_or_else(PoisonError::into_inner).commit(vec![job]),
            Engine::Thread { jobs, .. } => {
                let jobs = jobs.as_ref().ok_or(StoreError::Closed)?;
                jobs.send_timeout(job, PLACE_WAIT_MAX).await.map_err(|error| match error {
                    SendTimeoutError::Timeout(_) => StoreError::Busy,
                    SendTimeoutError::Closed(_) => StoreError::Closed,
                })?;
            }
        }
        let (value, garbage) = answer.await.map_err(|_| StoreError::Closed)??;
        self.remove(garbage).await;
        Ok(value)
    }

    async fn remove(&self, garbage: Vec<BlobId>) {
        if garbage.is_empty() {
            return;
        }
        let blobs = Arc::clone(&self.blobs);
        let work = move || garbage.iter().for_each(|blob| blobs.remove(blob));
        if self.blobs.blocking() {
            // A failure here is a runtime that is shutting down: the next start sweeps.
            let _ = tokio::task::spawn_blocking(work).await;
        } else {
            work();
        }
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        if let Engine::Thread { jobs, thread } = &mut self.engine {
            drop(jobs.take());
            if thread.take().is_some_and(|thread| thread.join().is_err()) {
                tracing::error!("the index thread ended in a panic");
            }
        }
    }
}

fn forget_completed(connection: &Connection, config: &Config) -> rusqlite::Result<usize> {
    let before = config.clock.now().saturating_sub(COMPLETED_UPLOAD_KEPT).unwrap_or(jiff::Timestamp::MIN);
    connection.execute("DELETE FROM uploads WHERE completed < ?1", [before.as_microsecond()])
}

fn named_blobs(connection: &Connection) -> rusqlite::Result<HashSet<String>> {
    connection
        .prepare("SELECT blob FROM pieces WHERE blob IS NOT NULL UNION SELECT blob FROM parts WHERE blob IS NOT NULL")?
        .query_map([], |row| row.get(0))?
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::{SeededRandom, SystemClock};
    use futures::future::join_all;

    fn index(directory: &Path) -> Arc<Index> {
        let blobs = Arc::new(Blobs::in_directory(directory.join("blobs")).unwrap());
        let random = Arc::new(SeededRandom::new(1));
        let config = Config { region: String::new(), clock: Arc::new(SystemClock), random };
        let (index, _, _) =
            Index::open(directory, &config, blobs, Arc::default(), Arc::default()).expect("it is empty");
        Arc::new(index)
    }

    /// The clock of the runtime is paused: it moves on as soon as everybody waits.
    #[tokio::test(start_paused = true)]
    async fn who_finds_no_place_is_told_to_come_back_and_those_with_one_are_served() {
        let directory = tempfile::tempdir().unwrap();
        let index = index(directory.path());
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let (begun, held) = oneshot::channel();
        let slow = tokio::spawn({
            let index = Arc::clone(&index);
            async move {
                let work = move |_: &mut Scope<'_>| {
                    let _ = (begun.send(()), gate.recv());
                    Ok(())
                };
                index.read(work).await
            }
        });
        held.await.unwrap();
        // The slow one has left the queue, so there is room for exactly as many as the bound says.
        let mut waiting: Vec<_> = (0..JOBS_WAITING_MAX)
            .map(|number| {
                let index = Arc::clone(&index);
                tokio::spawn(async move { index.read(move |_| Ok(number)).await })
            })
            .collect();
        // Each of them gets its turn to take its place.
        for _ in 0..JOBS_WAITING_MAX {
            tokio::task::yield_now().await;
        }
        let one_more = index.read(|_| Ok(())).await;
        assert!(matches!(one_more, Err(StoreError::Busy)), "{one_more:?}");
        assert!(waiting.iter().all(|call| !call.is_finished()));
        open.send(()).unwrap();
        let last = waiting.pop().unwrap().await.unwrap();
        assert_eq!(last.unwrap(), JOBS_WAITING_MAX - 1);
        assert!(join_all(waiting).await.into_iter().all(|call| call.unwrap().is_ok()));
        slow.await.unwrap().unwrap();
    }
}
