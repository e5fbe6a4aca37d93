use super::worker::Ledger;
use crate::{blobs::BlobId, error::Outcome};
use jiff::Timestamp;
use rusqlite::{CachedStatement, Params, params};

/// What a job works with: the database inside its savepoint, and what is to happen once it is committed.
pub(crate) struct Scope<'l> {
    ledger: &'l Ledger,
    garbage: Vec<BlobId>,
    announced: bool,
}

impl<'l> Scope<'l> {
    pub(super) fn new(ledger: &'l Ledger) -> Self {
        Self { ledger, garbage: Vec::new(), announced: false }
    }

    pub(super) fn finish(self) -> (Vec<BlobId>, bool) {
        (self.garbage, self.announced)
    }

    pub(crate) fn prepare(&self, statement: &str) -> Outcome<CachedStatement<'l>> {
        Ok(self.ledger.connection.prepare_cached(statement)?)
    }

    pub(crate) fn execute(&self, statement: &str, parameters: impl Params) -> Outcome<usize> {
        Ok(self.prepare(statement)?.execute(parameters)?)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.ledger.clock.now()
    }

    /// 64 random bits.
    pub(crate) fn draw(&self) -> u64 {
        let mut bytes = [0; 8];
        self.ledger.random.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// The next number, greater than every one before it.
    pub(crate) fn number(&self) -> Outcome<i64> {
        Ok(self
            .prepare("UPDATE counter SET value = value + 1 RETURNING value")?
            .query_row([], |row| row.get(0))?)
    }

    /// Deletes rows with a statement that returns their blobs, and after the commit removes those blobs that no row
    /// names any more.
    pub(crate) fn delete_and_discard(&mut self, statement: &str, parameters: impl Params) -> Outcome<()> {
        let blobs: Vec<String> = self
            .prepare(statement)?
            .query_map(parameters, |row| row.get::<_, Option<String>>(0))?
            .filter_map(Result::transpose)
            .collect::<Result<_, _>>()?;
        for blob in blobs {
            // A blob has several owners only through copies, and a part has become a piece of just one version.
            let named: bool = self
                .prepare("SELECT EXISTS (SELECT 1 FROM pieces WHERE blob = ?1)")?
                .query_row(params![blob], |row| row.get(0))?;
            if !named {
                self.garbage.push(BlobId(blob));
            }
        }
        Ok(())
    }

    /// Puts an event into the outbox.
    pub(crate) fn announce(&mut self, id: i64, bucket: &str, body: &str) -> Outcome<()> {
        self.execute("INSERT INTO events (id, bucket, body) VALUES (?1, ?2, ?3)", params![id, bucket, body])?;
        self.announced = true;
        Ok(())
    }
}
