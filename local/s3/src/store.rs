use crate::{
    blobs::{self, Blobs},
    bounds::STREAMS_AT_ONCE_MAX,
    bucket::{Bucket, Versioning},
    config::{BucketSpec, Config},
    error::{Health, OpenError, Outcome, StoreError},
    index::{Index, Scope},
};
use rusqlite::{OptionalExtension as _, params};
use s3s::{S3ErrorCode, path::check_bucket_name, s3_error};
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};
use tokio::sync::{Notify, Semaphore};

/// An object was created: what a subscriber of the bucket is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Names the event to [`Store::acknowledge`]. Later events have greater ids.
    pub id: i64,
    /// The bucket's name.
    pub bucket: String,
    /// An S3 notification, as AWS sends it to a queue: `{"Records":[{…}]}`.
    pub body: String,
}

/// A durable, versioned object store.
///
/// Bytes are verified and synced before the row that names them is committed, and the event of a new object is
/// committed with it. So after a crash an object is there whole, with its event, or not at all.
#[derive(Debug)]
pub struct Store {
    pub(crate) config: Config,
    pub(crate) blobs: Arc<Blobs>,
    pub(crate) health: Arc<Health>,
    pub(crate) index: Index,
    pub(crate) streams: Arc<Semaphore>,
    buckets: RwLock<BTreeMap<String, Arc<Bucket>>>,
    announced: Arc<Notify>,
}

impl Store {
    /// Opens or creates a store in `directory`. The caller sees to it that no other process has it open.
    pub fn open(directory: &Path, config: Config) -> Result<Arc<Self>, OpenError> {
        let failed = |source| OpenError::Directory { path: directory.to_owned(), source };
        std::fs::create_dir_all(directory).map_err(failed)?;
        let blobs = Arc::new(Blobs::in_directory(directory.join(blobs::DIRECTORY)).map_err(failed)?);
        let (health, announced) = (Arc::<Health>::default(), Arc::<Notify>::default());
        let (index, buckets, pending) =
            Index::open(directory, &config, Arc::clone(&blobs), Arc::clone(&health), Arc::clone(&announced))?;
        if pending {
            announced.notify_one();
        }
        Ok(Self::assemble(config, blobs, health, index, buckets, announced))
    }

    /// A store that vanishes with the process, for simulations: everything happens on the caller's thread.
    pub fn in_memory(config: Config) -> Result<Arc<Self>, OpenError> {
        let blobs = Arc::new(Blobs::in_memory());
        let (health, announced) = (Arc::<Health>::default(), Arc::<Notify>::default());
        let index =
            Index::in_memory(&config, Arc::clone(&blobs), Arc::clone(&health), Arc::clone(&announced))?;
        Ok(Self::assemble(config, blobs, health, index, Vec::new(), announced))
    }

    fn assemble(
        config: Config,
        blobs: Arc<Blobs>,
        health: Arc<Health>,
        index: Index,
        buckets: Vec<Bucket>,
        announced: Arc<Notify>,
    ) -> Arc<Self> {
        let buckets = buckets.into_iter().map(|bucket| (bucket.name.clone(), Arc::new(bucket))).collect();
        let streams = Arc::new(Semaphore::new(STREAMS_AT_ONCE_MAX));
        Arc::new(Self { config, blobs, health, index, streams, buckets: RwLock::new(buckets), announced })
    }

    /// Creates a bucket, or brings one that exists to what `spec` says. A bucket that has kept versions and no
    /// longer should is suspended, as on AWS: what it has stays.
    pub async fn create_bucket(&self, spec: BucketSpec) -> Result<(), StoreError> {
        if !check_bucket_name(&spec.name) {
            return Err(s3_error!(InvalidBucketName, "The bucket name {} is not valid.", spec.name).into());
        }
        let created = self
            .index
            .write(Vec::new(), move |scope| {
                let known: Option<(i64, i64)> = scope
                    .prepare("SELECT versioning, created FROM buckets WHERE name = ?1")?
                    .query_row(params![spec.name], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?;
                let (before, created) = match known {
                    Some((versioning, created)) => (Versioning::from_number(versioning), created),
                    None => (Versioning::Never, scope.now().as_microsecond()),
                };
                let bucket = Bucket {
                    name: spec.name,
                    versioning: before.declared(spec.versioned),
                    notifications: spec.notifications,
                    cors: spec.cors,
                    created: jiff::Timestamp::from_microsecond(created).unwrap_or_default(),
                };
                scope.put_bucket(&bucket)?;
                Ok(bucket)
            })
            .await?;
        let mut buckets = self.buckets.write().unwrap_or_else(PoisonError::into_inner);
        buckets.insert(created.name.clone(), Arc::new(created));
        Ok(())
    }

    /// The oldest events that are not acknowledged, at most `limit`. They are given again until they are.
    pub async fn next_events(&self, limit: usize) -> Result<Vec<Event>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.index
            .read(move |scope| {
                let mut statement =
                    scope.prepare("SELECT id, bucket, body FROM events ORDER BY id LIMIT ?1")?;
                let events = statement.query_map(params![limit], |row| {
                    Ok(Event { id: row.get(0)?, bucket: row.get(1)?, body: row.get(2)? })
                })?;
                Ok(events.collect::<Result<_, _>>()?)
            })
            .await
    }

    /// Removes events that have been delivered, all at once. Removing them twice is fine.
    pub async fn acknowledge(&self, ids: &[i64]) -> Result<(), StoreError> {
        let ids = ids.to_vec();
        let delete = "DELETE FROM events WHERE id = ?1";
        let delete_all = move |scope: &mut Scope<'_>| {
            for id in &ids {
                scope.execute(delete, params![id])?;
            }
            Ok(())
        };
        self.index.write(Vec::new(), delete_all).await
    }

    /// Waits until an event may be there: at once if one was written since the last wait, or was found at the start.
    /// For one consumer, who waits only after [`Self::next_events`] gave nothing.
    pub async fn event_announced(&self) {
        self.announced.notified().await;
    }

    /// Waits until the disk has failed: writes are refused from then on. Says how.
    pub async fn failed(&self) -> String {
        self.health.0.failed().await
    }

    /// Whether writes are accepted. They no longer are once the disk has failed.
    pub fn health(&self) -> Result<(), StoreError> {
        self.health.check()
    }

    /// How many transactions that changed something were committed since the store was opened.
    pub fn commits(&self) -> u64 {
        self.index.commits()
    }

    pub(crate) fn bucket(&self, name: &str) -> Outcome<Arc<Bucket>> {
        let buckets = self.buckets.read().unwrap_or_else(PoisonError::into_inner);
        buckets.get(name).cloned().ok_or_else(|| {
            s3s::S3Error::with_message(S3ErrorCode::NoSuchBucket, "The specified bucket does not exist")
                .into()
        })
    }

    pub(crate) fn buckets(&self) -> Vec<Arc<Bucket>> {
        self.buckets.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// `bytes` of chance in hexadecimal.
    pub(crate) fn draw_hex<const BYTES: usize>(&self) -> String {
        let mut bytes = [0; BYTES];
        self.config.random.fill(&mut bytes);
        hex::encode_upper(bytes)
    }
}
