use crate::{
    protocol,
    shape::{Difference, Shape},
    writer::{Desk, Writer},
};
use dynoxide::{Database, DynoxideError, actions::describe_table::DescribeTableRequest};
use local_disk::Health;
use serde_json::Value;
use std::{
    fmt,
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// All tables of one host. Cheap to clone.
///
/// Each mutation is one section behind the engine's mutex, durable when the call returns, so a caller that goes away never
/// leaves half of one behind. On disk, puts go through a thread that commits many at once; everything else, and everything in
/// memory, completes without suspending.
#[derive(Clone)]
pub struct Tables {
    pub(crate) engine: Database,
    /// Numbers the answers, for the request id that SDKs show in errors.
    pub(crate) answers: Arc<AtomicU64>,
    pub(crate) commits: Arc<AtomicU64>,
    pub(crate) units: Arc<AtomicU64>,
    pub(crate) health: Arc<Health>,
    /// Absent in memory.
    pub(crate) writer: Option<Arc<Writer>>,
    /// Whether members of answers are sorted. The engine keeps items in maps whose order is another one each time.
    pub(crate) is_ordered: bool,
}

impl fmt::Debug for Tables {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Tables").finish_non_exhaustive()
    }
}

/// Why tables could not be opened or created.
#[derive(Debug, thiserror::Error)]
pub enum TablesError {
    #[error("the tables' file {} has a path that is not text", path.display())]
    Path { path: PathBuf },
    #[error("syncing the folder of {} failed", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("the thread that writes the tables could not be started")]
    Thread(#[source] io::Error),
    #[error("the tables could not be read or written")]
    Engine(#[source] DynoxideError),
    #[error("the declaration of a table is not allowed")]
    Declaration(#[source] DynoxideError),
    #[error("table {table} exists already, with other {difference}")]
    Differs { table: String, difference: Difference },
}

impl Tables {
    /// Opens or creates the file at `path`. Nothing else may open it while this lives; the caller locks the
    /// folder, because the engine would let a second process in.
    pub fn open(path: &Path) -> Result<Self, TablesError> {
        let name = path.to_str().ok_or_else(|| TablesError::Path { path: path.to_owned() })?;
        let engine = Database::new(name).map_err(TablesError::Engine)?;
        // The file's name itself has to survive a loss of power.
        let folder =
            path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|source| TablesError::Folder { path: path.to_owned(), source })?;
        let tables = Self::over(engine);
        let desk = Desk {
            engine: tables.engine.clone(),
            commits: Arc::clone(&tables.commits),
            health: Arc::clone(&tables.health),
        };
        let writer = Writer::start(desk).map_err(TablesError::Thread)?;
        Ok(Self { writer: Some(Arc::new(writer)), ..tables })
    }

    /// Tables that end with the process. The same calls have the same answers, byte for byte, but for when a table was
    /// created and the id it was given then.
    pub fn in_memory() -> Result<Self, TablesError> {
        let engine = Database::memory().map_err(TablesError::Engine)?;
        Ok(Self { is_ordered: true, ..Self::over(engine) })
    }

    fn over(engine: Database) -> Self {
        Self {
            engine,
            answers: Arc::default(),
            commits: Arc::default(),
            units: Arc::default(),
            health: Arc::default(),
            writer: None,
            is_ordered: false,
        }
    }

    /// How many transactions that changed something were committed since the file was opened.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Write units of the items that were put since the file was opened, without those of their entries in indexes: one for
    /// each begun KB (DynamoDB, write capacity unit).
    pub fn units(&self) -> u64 {
        self.units.load(Ordering::Relaxed)
    }

    /// Waits until the disk has failed: everything is refused from then on. Says how.
    pub async fn failed(&self) -> String {
        self.health.failed().await
    }

    /// Creates the table that a `CreateTable` request declares, if it is not there. One that is there has to
    /// have the same keys and indexes: nothing is migrated silently. Whether it was created now.
    pub fn create_table(&self, request: &Value) -> Result<bool, TablesError> {
        let request: dynoxide::actions::create_table::CreateTableRequest =
            protocol::parse(&request.to_string()).map_err(TablesError::Declaration)?;
        let table = request.table_name.clone();
        let declared = Shape::declared(&request);
        match self.engine.describe_table(DescribeTableRequest { table_name: table.clone() }) {
            Ok(existing) => match declared.differs_from(&Shape::existing(&existing.table)) {
                Some(difference) => Err(TablesError::Differs { table, difference }),
                None => Ok(false),
            },
            Err(DynoxideError::ResourceNotFoundException(_)) => {
                self.engine.create_table(request).map_err(TablesError::Declaration)?;
                tracing::debug!(table, "created a table");
                Ok(true)
            }
            Err(error) => Err(TablesError::Engine(error)),
        }
    }
}
