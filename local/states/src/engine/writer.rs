use super::within;
use crate::StoreError;
use local_disk::Health;
use rusqlite::{Connection, TransactionBehavior};
use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        mpsc::{Receiver, Sender, channel},
    },
    thread::{self, JoinHandle},
};

/// How many pieces of work share a commit: by then its cost is spread thin enough, and nobody waits long for
/// the work of others.
const GROUP_JOBS_MAX: usize = 128;

/// A piece of work on its way through the writer, whatever it gives.
pub(super) trait Job: Send {
    /// Does the work and keeps what came of it until the commit.
    fn apply(&mut self, database: &Connection);

    /// Answers whoever asked, with why nothing was committed if that is so.
    fn finish(self: Box<Self>, refused: Option<&str>);
}

/// Work, then what came of it, then who is told.
pub(super) struct Pending<T, E, W, A> {
    work: Option<W>,
    done: Option<Result<T, E>>,
    answer: A,
}

impl<T, E, W, A> Pending<T, E, W, A> {
    pub(super) const fn new(work: W, answer: A) -> Self {
        Self { work: Some(work), done: None, answer }
    }
}

impl<T, E, W, A> Job for Pending<T, E, W, A>
where
    T: Send,
    E: From<StoreError> + Send,
    W: FnOnce(&Connection) -> Result<T, E> + Send,
    A: FnOnce(Result<T, E>) + Send,
{
    fn apply(&mut self, database: &Connection) {
        if let Some(work) = self.work.take() {
            self.done = Some(within(database, work));
        }
    }

    fn finish(self: Box<Self>, refused: Option<&str>) {
        let Self { done, answer, .. } = *self;
        match (done, refused) {
            (Some(done), None) => answer(done),
            (_, Some(reason)) => answer(Err(StoreError::NotCommitted { reason: reason.to_owned() }.into())),
            // It panicked: its changes were undone, and its answer is dropped unsent.
            (None, None) => {}
        }
    }
}

/// The thread that owns the connection.
pub(crate) struct Writer {
    /// Absent once the writer is being dropped. Whoever sends waits for the answer, so what waits here is
    /// bounded by who asks.
    jobs: Option<Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    pub(super) health: Arc<Health>,
}

impl fmt::Debug for Writer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Writer").finish_non_exhaustive()
    }
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (jobs, waiting) = channel();
        let health = Arc::<Health>::default();
        let own = Arc::clone(&health);
        let thread = thread::Builder::new()
            .name("states-writer".to_owned())
            .spawn(move || write(connection, &waiting, &own))
            .map_err(|error| StoreError::NotCommitted {
                reason: format!("the writer cannot start: {error}"),
            })?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), health })
    }

    pub(super) fn send(&self, job: Box<dyn Job>) {
        let refused = match &self.jobs {
            Some(jobs) => jobs.send(job).err().map(|unsent| unsent.0),
            None => Some(job),
        };
        if let Some(job) = refused {
            job.finish(Some("the writer has ended"));
        }
    }
}

impl Drop for Writer {
    /// Ends when everything that was handed over is written, so that the file can be opened again at once.
    fn drop(&mut self) {
        drop(self.jobs.take());
        let Some(thread) = self.thread.take() else { return };
        // An answer may hold the last handle on the store, and then this is the writer itself.
        if thread.thread().id() != thread::current().id() && thread.join().is_err() {
            tracing::error!("the thread that writes the state machines panicked");
        }
    }
}

/// Writes until nobody can ask any more. Once the disk has failed it only says so.
fn write(mut connection: Connection, waiting: &Receiver<Box<dyn Job>>, health: &Health) {
    while let Ok(first) = waiting.recv() {
        let mut group = vec![first];
        group.extend(waiting.try_iter().take(GROUP_JOBS_MAX - 1));
        let refused = health.failure().or_else(|| {
            let error = commit(&mut connection, &mut group).err()?;
            health.note("the state machines", &error);
            Some(error.to_string())
        });
        if let Some(error) = &refused {
            tracing::error!(error, requests = group.len(), "the state machine store refused a transaction");
        }
        for job in group {
            job.finish(refused.as_deref());
        }
    }
}

/// One commit for all. What fails undoes only its own changes.
fn commit(connection: &mut Connection, group: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for job in group {
        transaction.execute_batch("SAVEPOINT job")?;
        let applied = catch_unwind(AssertUnwindSafe(|| job.apply(&transaction)));
        let end = if applied.is_ok() { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
        transaction.execute_batch(end)?;
    }
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    type Answers = Arc<Mutex<Vec<Result<i64, String>>>>;

    /// Adds a number to the table, which takes each one once; a negative one panics.
    fn add(number: i64, answers: &Answers) -> Box<dyn Job> {
        let answers = Arc::clone(answers);
        Box::new(Pending::new(
            move |database: &Connection| {
                assert!(number >= 0, "the test asks for a panic");
                database.execute("INSERT INTO numbers VALUES (?1 * 100)", [number])?;
                database.execute("INSERT INTO numbers VALUES (?1)", [number])?;
                Ok::<_, StoreError>(number)
            },
            move |done: Result<i64, StoreError>| {
                answers.lock().unwrap().push(done.map_err(|error| error.to_string()));
            },
        ))
    }

    fn table() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE numbers (number INTEGER UNIQUE)").unwrap();
        connection
    }

    fn numbers(connection: &Connection) -> Vec<i64> {
        let mut statement = connection.prepare("SELECT number FROM numbers ORDER BY number").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn what_fails_or_panics_undoes_only_its_own_changes() {
        let answers = Answers::default();
        let mut connection = table();
        connection.execute("INSERT INTO numbers VALUES (2)", []).unwrap();
        let mut group: Vec<_> = [1, 2, -1, 3].map(|number| add(number, &answers)).into();
        commit(&mut connection, &mut group).unwrap();
        for job in group {
            job.finish(None);
        }
        assert_eq!(numbers(&connection), [1, 2, 3, 100, 300]);
        let told: Vec<_> = answers.lock().unwrap().iter().map(|answer| answer.clone().ok()).collect();
        assert_eq!(told, [Some(1), None, Some(3)]);
    }

    #[test]
    fn nobody_is_told_of_success_before_the_commit() {
        let answers = Answers::default();
        let mut connection = table();
        let mut group = vec![add(1, &answers)];
        commit(&mut connection, &mut group).unwrap();
        assert!(answers.lock().unwrap().is_empty());
        group.remove(0).finish(Some("disk I/O error"));
        let told = answers.lock().unwrap().remove(0).unwrap_err();
        assert!(told.contains("disk I/O error"), "{told}");
    }

    #[test]
    fn everything_that_was_handed_over_is_written_before_the_writer_is_gone() {
        let answers = Answers::default();
        let writer = Writer::start(table()).unwrap();
        for number in 0..1_000 {
            writer.send(add(number + 1_000_000, &answers));
        }
        drop(writer);
        assert_eq!(answers.lock().unwrap().len(), 1_000);
        assert!(answers.lock().unwrap().iter().all(Result::is_ok));
    }
}
