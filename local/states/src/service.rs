//! The service: one connection to one file, and what it needs of its host.

use crate::{Settings, StatesError, StoreError, store};
use asl::Machine;
use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::Notify;

/// State machines and their executions. Clones share everything.
#[derive(Clone, Debug)]
pub struct StateMachines(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    database: Mutex<Connection>,
    /// Definitions that were loaded before, by the hash of their text.
    pub(crate) loaded: Mutex<HashMap<String, Arc<Machine>>>,
    pub(crate) settings: Settings,
    /// Something may be due or ready to be called.
    pub(crate) work: Notify,
    /// There may be new status-change events.
    pub(crate) events: Notify,
}

impl StateMachines {
    /// Opens the store in `file`, creating it if it is not there, and settles what a host that died left open.
    pub fn open(file: &Path, settings: Settings) -> Result<Self, StoreError> {
        Self::on(Connection::open(file)?, settings)
    }

    /// A store that is gone when it is dropped: for simulation and tests.
    pub fn in_memory(settings: Settings) -> Result<Self, StoreError> {
        Self::on(Connection::open_in_memory()?, settings)
    }

    fn on(mut connection: Connection, settings: Settings) -> Result<Self, StoreError> {
        store::prepare(&mut connection)?;
        let inner = Inner {
            database: Mutex::new(connection),
            loaded: Mutex::default(),
            settings,
            work: Notify::new(),
            events: Notify::new(),
        };
        let service = Self(Arc::new(inner));
        service.recover()?;
        Ok(service)
    }

    /// Looks again at what is due. Needed only by who moves a clock by hand.
    pub fn wake(&self) {
        self.0.work.notify_one();
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.settings.clock.now()
    }

    /// Changes the store in one transaction, and tells whoever waits for work or for events.
    pub(crate) fn change<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let result = self.transact(work)?;
        self.0.work.notify_one();
        self.0.events.notify_one();
        Ok(result)
    }

    /// Runs `work` in one transaction, committed if it succeeds and undone if it does not.
    pub(crate) fn transact<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.0.database.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| E::from(error.into()))?;
        let result = work(&transaction)?;
        transaction.commit().map_err(|error| E::from(error.into()))?;
        drop(connection);
        Ok(result)
    }

    /// Random bytes as a version 4 UUID.
    pub(crate) fn fresh_uuid(&self) -> String {
        let mut bytes = [0; 16];
        self.0.settings.random.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// The machine of a definition, loaded at most once.
    pub(crate) fn machine(
        &self,
        transaction: &Transaction<'_>,
        hash: &str,
    ) -> Result<Arc<Machine>, StoreError> {
        let mut loaded = self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(machine) = loaded.get(hash) {
            return Ok(Arc::clone(machine));
        }
        let text = store::definition(transaction, hash)?
            .ok_or_else(|| StoreError::NoDefinition { hash: hash.to_owned() })?;
        let machine = Arc::new(Machine::load(&text)?);
        loaded.insert(hash.to_owned(), Arc::clone(&machine));
        Ok(machine)
    }
}

/// What an operation answers.
pub(crate) type Answer<T> = Result<T, StatesError>;
