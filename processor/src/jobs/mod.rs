//! Jobs: kept on disk, worked on, and told about. Whatever was acknowledged survives a crash.

mod deliver;
mod record;
mod run;
mod schedule;
mod store;
mod work;

pub(crate) use record::{Delivery, Record, Stored};
pub(crate) use run::start;
pub use store::StoreError;
pub(crate) use store::{Incoming, Store};
pub(crate) use work::isolated;

use crate::wire::JobState;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Jobs that are accepted and not yet done; beyond it the processor asks its customers to wait.
const UNDONE_JOBS_MAX: usize = 20_000;

/// A job while the processor runs.
#[derive(Debug)]
pub(crate) struct Job {
    record: Mutex<Record>,
    /// Becomes true when the job is on disk, and only then may anybody be told that it was accepted.
    pub(crate) admitted: watch::Sender<bool>,
    /// Becomes true when the callback was sent, or never will be.
    pub(crate) told: watch::Sender<bool>,
    /// Cancelled when the customer asks to forget the job.
    pub(crate) forgotten: CancellationToken,
}

impl Job {
    /// A job that is not on disk yet.
    pub(crate) fn new(record: Record) -> Self {
        let (admitted, told) = (watch::Sender::new(false), watch::Sender::new(false));
        Self { record: Mutex::new(record), admitted, told, forgotten: CancellationToken::new() }
    }

    /// Waits until the job is on disk; false if it never will be.
    pub(crate) async fn is_admitted(&self) -> bool {
        let mut admitted = self.admitted.subscribe();
        tokio::select! {
            biased;
            on_disk = admitted.wait_for(|admitted| *admitted) => on_disk.is_ok(),
            () = self.forgotten.cancelled() => false,
        }
    }

    /// As it stands now.
    pub(crate) fn record(&self) -> Record {
        lock(&self.record).clone()
    }

    fn replace(&self, record: Record) {
        *lock(&self.record) = record;
    }
}

/// All jobs, by reference and by the unguessable part of their files' addresses.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    by_reference: Mutex<HashMap<String, Arc<Job>>>,
    by_token: Mutex<HashMap<String, Arc<Job>>>,
}

impl Jobs {
    pub(crate) fn get(&self, reference: &str) -> Option<Arc<Job>> {
        lock(&self.by_reference).get(reference).cloned()
    }

    pub(crate) fn by_token(&self, token: &str) -> Option<Arc<Job>> {
        lock(&self.by_token).get(token).cloned()
    }

    /// Adds a job; the first of one reference wins, and the loser is told who won.
    pub(crate) fn add(&self, job: Arc<Job>) -> Result<(), Arc<Job>> {
        let record = job.record();
        let mut by_reference = lock(&self.by_reference);
        if let Some(winner) = by_reference.get(&record.submission.reference) {
            return Err(winner.clone());
        }
        let mut by_token = lock(&self.by_token);
        for token in [&record.token, &record.fresh_token] {
            by_token.insert(token.clone(), job.clone());
        }
        by_reference.insert(record.submission.reference, job);
        Ok(())
    }

    pub(crate) fn remove(&self, reference: &str) -> Option<Arc<Job>> {
        let job = lock(&self.by_reference).remove(reference)?;
        let record = job.record();
        let mut by_token = lock(&self.by_token);
        for token in [&record.token, &record.fresh_token] {
            by_token.remove(token);
        }
        Some(job)
    }

    /// Whether there is more to do than should be accepted.
    pub(crate) fn overloaded(&self) -> bool {
        let jobs = lock(&self.by_reference);
        jobs.len() > UNDONE_JOBS_MAX
            && jobs.values().filter(|job| !lock(&job.record).done()).count() > UNDONE_JOBS_MAX
    }
}

impl Record {
    /// Nothing is left to do but to serve the files.
    fn done(&self) -> bool {
        matches!(self.state, JobState::Finished | JobState::Failed) && self.delivery.ended.is_some()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
