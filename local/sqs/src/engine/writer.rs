use super::{
    Operation,
    job::{Job, Pending},
};
use crate::error::StoreError;
use local_disk::Health;
use rusqlite::Connection;
use std::{
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};
use tokio::sync::{
    mpsc::{self, error::SendTimeoutError},
    oneshot,
};

/// How many requests wait before callers do: it bounds the memory that unwritten messages take.
const WAITING_JOBS_MAX: usize = 256;
/// How long a caller waits for a place in that queue before it is told to come back. A disk that works empties the
/// queue in a fraction of it.
const PLACE_WAIT_MAX: Duration = Duration::from_secs(5);
/// How many requests share a commit: by then the cost of the commit is spread thin enough, and no caller waits
/// long for the others' work.
const GROUP_JOBS_MAX: usize = 128;

/// The thread that owns the connection.
#[derive(Debug)]
pub(crate) struct Writer {
    /// Absent once the writer is being dropped.
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    pub(crate) health: Arc<Health>,
}

impl Writer {
    pub(crate) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (jobs, waiting) = mpsc::channel(WAITING_JOBS_MAX);
        let health = Arc::<Health>::default();
        let own = Arc::clone(&health);
        let thread = thread::Builder::new()
            .name(String::from("sqs-writer"))
            .spawn(move || write(connection, waiting, &own))
            .map_err(|error| StoreError::Failed { reason: format!("starting the writer: {error}") })?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), health })
    }

    pub(crate) async fn run<O: Operation>(&self, operation: O) -> Result<O::Output, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job: Box<dyn Job> = Box::new(Pending::answering(operation, reply));
        let jobs = self.jobs.as_ref().ok_or(StoreError::Closed)?;
        jobs.send_timeout(job, PLACE_WAIT_MAX).await.map_err(|error| match error {
            SendTimeoutError::Timeout(_) => StoreError::Busy,
            SendTimeoutError::Closed(_) => StoreError::Closed,
        })?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

impl Drop for Writer {
    /// Ends when everything that was handed over is written, so that the file can be opened again at once.
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that writes the queues panicked");
        }
    }
}

fn write(mut connection: Connection, mut waiting: mpsc::Receiver<Box<dyn Job>>, health: &Health) {
    while let Some(first) = waiting.blocking_recv() {
        let mut group = vec![first];
        while group.len() < GROUP_JOBS_MAX
            && let Ok(next) = waiting.try_recv()
        {
            group.push(next);
        }
        group.retain(|job| !job.is_abandoned());
        // Follow-ups have none of their own, so this ends.
        while !group.is_empty() {
            group = write_group(&mut connection, group, health);
        }
    }
}

/// Writes a group and answers it. One bad operation does not fail its neighbours: they are tried one by one.
fn write_group(
    connection: &mut Connection,
    mut group: Vec<Box<dyn Job>>,
    health: &Health,
) -> Vec<Box<dyn Job>> {
    let committed = commit(connection, &mut group, health);
    if committed.is_err() && health.failure().is_none() && group.len() > 1 {
        return group.into_iter().flat_map(|job| write_group(connection, vec![job], health)).collect();
    }
    group.into_iter().filter_map(|job| job.finish(committed.clone())).collect()
}

fn commit(
    connection: &mut Connection,
    group: &mut [Box<dyn Job>],
    health: &Health,
) -> Result<(), StoreError> {
    if let Some(reason) = health.failure() {
        return Err(StoreError::Broken { reason });
    }
    apply_all(connection, group).map_err(|error| {
        tracing::error!(%error, requests = group.len(), "the queue store refused a transaction");
        health.note("the queues", &error);
        error.into()
    })
}

fn apply_all(connection: &mut Connection, group: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for job in group {
        job.apply(&transaction)?;
    }
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Transaction;

    /// Adds a number to the table, which takes each one once.
    struct Add(i64);

    impl Operation for Add {
        type Output = i64;

        fn apply(&self, transaction: &Transaction<'_>) -> rusqlite::Result<i64> {
            transaction.execute("INSERT INTO numbers VALUES (?1)", [self.0])?;
            Ok(self.0)
        }
    }

    type Answer = oneshot::Receiver<Result<i64, StoreError>>;

    fn group_of(numbers: &[i64]) -> (Vec<Box<dyn Job>>, Vec<Answer>) {
        let pending = numbers.iter().map(|number| {
            let (reply, answer) = oneshot::channel();
            let job: Box<dyn Job> = Box::new(Pending::answering(Add(*number), reply));
            (job, answer)
        });
        pending.unzip()
    }

    #[test]
    fn one_bad_operation_does_not_fail_its_neighbours() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE numbers (number INTEGER UNIQUE)").unwrap();
        let (group, mut answers) = group_of(&[1, 2, 2, 3]);
        assert!(write_group(&mut connection, group, &Health::default()).is_empty());
        let outcomes: Vec<_> = answers.iter_mut().map(|answer| answer.try_recv().unwrap().ok()).collect();
        assert_eq!(outcomes, [Some(1), Some(2), None, Some(3)]);
        let kept: i64 = connection.query_row("SELECT count(*) FROM numbers", [], |row| row.get(0)).unwrap();
        assert_eq!(kept, 3);
    }

    #[test]
    fn a_broken_store_refuses_everything_from_then_on() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE numbers (number INTEGER UNIQUE)").unwrap();
        let health = Health::default();
        health.fail("the queues", "disk I/O error");
        let (group, mut answers) = group_of(&[1]);
        write_group(&mut connection, group, &health);
        let reason = health.failure().unwrap();
        assert_eq!(answers[0].try_recv().unwrap(), Err(StoreError::Broken { reason }));
    }

    /// Waits until the test lets it go.
    struct Hold(
        std::sync::Mutex<Option<oneshot::Sender<()>>>,
        std::sync::Mutex<std::sync::mpsc::Receiver<()>>,
    );

    impl Operation for Hold {
        type Output = ();

        fn apply(&self, _: &Transaction<'_>) -> rusqlite::Result<()> {
            let _ = self.0.lock().unwrap().take().map(|begun| begun.send(()));
            let _ = self.1.lock().unwrap().recv();
            Ok(())
        }
    }

    /// The clock of the runtime is paused: it moves on as soon as everybody waits.
    #[tokio::test(start_paused = true)]
    async fn who_finds_no_place_is_told_to_come_back_and_those_with_one_are_served() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE numbers (number INTEGER UNIQUE)").unwrap();
        let writer = std::sync::Arc::new(Writer::start(connection).unwrap());
        let (open, gate) = std::sync::mpsc::channel();
        let (begun, held) = oneshot::channel();
        let run = |number: i64| {
            let writer = std::sync::Arc::clone(&writer);
            tokio::spawn(async move { writer.run(Add(number)).await })
        };
        let slow = std::sync::Arc::clone(&writer);
        let slow = tokio::spawn(async move {
            slow.run(Hold(std::sync::Mutex::new(Some(begun)), std::sync::Mutex::new(gate))).await
        });
        held.await.unwrap();
        // The slow one has left the queue, so there is room for exactly as many as the bound says.
        let waiting: Vec<_> = (0..WAITING_JOBS_MAX).map(|number| run(number.try_into().unwrap())).collect();
        // Each of them gets its turn to take its place.
        for _ in 0..WAITING_JOBS_MAX {
            tokio::task::yield_now().await;
        }
        assert_eq!(writer.run(Add(-1)).await, Err(StoreError::Busy));
        assert!(waiting.iter().all(|call| !call.is_finished()));
        open.send(()).unwrap();
        for call in waiting {
            call.await.unwrap().unwrap();
        }
        slow.await.unwrap().unwrap();
        assert_eq!(writer.run(Add(-1)).await, Ok(-1));
    }
}
