//! The service: one connection to one file, and what it needs of its host.

use crate::{Settings, StatesError, StoreError, engine::Engine, store};
use asl::Machine;
use jiff::Timestamp;
use rusqlite::Connection;
use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError, mpsc},
};
use tokio::sync::{Notify, oneshot};

/// State machines and their executions. Clones share everything.
#[derive(Clone, Debug)]
pub struct StateMachines(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    engine: Engine,
    /// Definitions that were loaded before, by the hash of their text.
    pub(crate) loaded: Mutex<HashMap<String, Arc<Machine>>>,
    pub(crate) settings: Settings,
    pub(crate) signals: Arc<Signals>,
}

/// What is told once a change is on disk.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    /// Something may be due or ready to be called.
    pub(crate) work: Notify,
    /// There may be new status-change events.
    pub(crate) events: Notify,
}

impl Signals {
    fn changed(&self) {
        self.work.notify_one();
        self.events.notify_one();
    }
}

impl StateMachines {
    /// Opens the store in `file`, creating it if it is not there, and settles what a host that died left open.
    /// Writes happen in a thread of their own, many in one commit.
    pub fn open(file: &Path, settings: Settings) -> Result<Self, StoreError> {
        let mut connection = Connection::open(file)?;
        store::prepare(&mut connection)?;
        Self::on(Engine::grouped(connection)?, settings)
    }

    /// A store that is gone when it is dropped: for simulation and tests. Every call completes without a thread
    /// or a wait, so that a simulation repeats itself.
    pub fn in_memory(settings: Settings) -> Result<Self, StoreError> {
        let mut connection = Connection::open_in_memory()?;
        store::prepare(&mut connection)?;
        Self::on(Engine::inline(connection), settings)
    }

    fn on(engine: Engine, settings: Settings) -> Result<Self, StoreError> {
        let inner = Inner { engine, loaded: Mutex::default(), settings, signals: Arc::default() };
        let service = Self(Arc::new(inner));
        service.recover()?;
        Ok(service)
    }

    /// Waits until the disk has failed: everything is refused from then on. Says how.
    pub async fn failed(&self) -> String {
        self.0.engine.failed().await
    }

    /// Looks again at what is due. Needed only by who moves a clock by hand.
    pub fn wake(&self) {
        self.0.signals.work.notify_one();
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.settings.clock.now()
    }

    /// Changes the store as a whole or not at all, and tells whoever waits for work or for events. The change
    /// is made even if nobody waits for its answer any more.
    pub(crate) async fn change<T, E>(
        &self,
        work: impl FnOnce(&Self, &Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.begin_change(work, move |done| drop(reply.send(done)));
        answer.await.unwrap_or_else(|_| Err(StoreError::panicked().into()))
    }

    /// The same, for callers that cannot wait otherwise than by standing still.
    pub(crate) fn change_blocking<T, E>(
        &self,
        work: impl FnOnce(&Self, &Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = mpsc::sync_channel(1);
        self.begin_change(work, move |done| drop(reply.send(done)));
        answer.recv().unwrap_or_else(|_| Err(StoreError::panicked().into()))
    }

    fn begin_change<T, E>(
        &self,
        work: impl FnOnce(&Self, &Connection) -> Result<T, E> + Send + 'static,
        answer: impl FnOnce(Result<T, E>) + Send + 'static,
    ) where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (service, signals) = (self.clone(), Arc::clone(&self.0.signals));
        let told = move |done: Result<T, E>| {
            if done.is_ok() {
                signals.changed();
            }
            answer(done);
        };
        self.0.engine.run(move |database| work(&service, database), told);
    }

    /// Reads, or changes what nobody waits for.
    pub(crate) async fn look<T, E>(
        &self,
        work: impl FnOnce(&Self, &Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let service = self.clone();
        self.0.engine.run(move |database| work(&service, database), move |done| drop(reply.send(done)));
        answer.await.unwrap_or_else(|_| Err(StoreError::panicked().into()))
    }

    /// The same, for callers that cannot wait otherwise than by standing still.
    pub(crate) fn look_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = mpsc::sync_channel(1);
        self.0.engine.run(work, move |done| drop(reply.send(done)));
        answer.recv().unwrap_or_else(|_| Err(StoreError::panicked()))
    }

    /// Random bytes as a version 4 UUID.
    pub(crate) fn fresh_uuid(&self) -> String {
        let mut bytes = [0; 16];
        self.0.settings.random.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// The machine of a definition, loaded at most once.
    pub(crate) fn machine(&self, database: &Connection, hash: &str) -> Result<Arc<Machine>, StoreError> {
        let mut loaded = self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(machine) = loaded.get(hash) {
            return Ok(Arc::clone(machine));
        }
        let text = store::definition(database, hash)?
            .ok_or_else(|| StoreError::NoDefinition { hash: hash.to_owned() })?;
        let machine = Arc::new(Machine::load(&text)?);
        loaded.insert(hash.to_owned(), Arc::clone(&machine));
        Ok(machine)
    }
}

/// What an operation answers.
pub(crate) type Answer<T> = Result<T, StatesError>;
