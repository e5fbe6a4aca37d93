//! The bounds of the store, each with the reason for its value.
//! Those that AWS publishes are in "Amazon S3 multipart upload limits" and "Creating object key names".

use std::time::Duration;

/// Objects and parts below this size live in the index itself: one commit instead of two more file syncs.
pub(crate) const INLINE_BYTES_MAX: usize = 64 * 1024;

/// What is written to a file at once. Chunks of 4 KiB cost twenty times the throughput.
pub(crate) const CHUNK_BYTES: usize = 256 * 1024;

/// What is read from a file at once. Each read changes threads, which takes long on a busy machine; a body holds two.
pub(crate) const READ_BYTES: usize = 1024 * 1024;

/// Uploads above [`INLINE_BYTES_MAX`] that are received at once. Each holds one open file and two chunks, so this
/// bounds memory to 128 MiB and stays under the usual limit of 1,024 open files. The rest wait their turn.
pub(crate) const STREAMS_AT_ONCE_MAX: usize = 256;

/// The largest body of one `PutObject` or `UploadPart`, and the largest object `CopyObject` takes (AWS).
pub(crate) const BODY_BYTES_MAX: u64 = 5 * 1024 * 1024 * 1024;

/// Every part but the last has at least this size (AWS).
pub(crate) const PART_BYTES_MIN: u64 = 5 * 1024 * 1024;

/// Part numbers run from 1 to this (AWS).
pub(crate) const PART_NUMBER_MAX: i32 = 10_000;

/// Names and values of user metadata together (AWS).
pub(crate) const METADATA_BYTES_MAX: usize = 2048;

/// Items in one answer of any listing (AWS).
pub(crate) const PAGE_ITEMS_MAX: usize = 1000;

/// Keys in one `DeleteObjects` (AWS).
pub(crate) const DELETED_KEYS_MAX: usize = 1000;

/// Calls that wait for the index. It bounds the memory that small objects take before they are written.
pub(crate) const JOBS_WAITING_MAX: usize = 1024;

/// How long a call waits for its place among them, or for its turn to receive a large body, before it is told to come
/// back. Whoever waits longer keeps a connection that others could use.
pub(crate) const PLACE_WAIT_MAX: Duration = Duration::from_secs(5);

/// When a caller that was told to come back should: by then a burst is over.
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The largest list of keys or parts that a request may carry: 10,000 parts with their checksums fit four times.
pub(crate) const XML_BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The longest that a presigned address may be good for (AWS).
pub(crate) const PRESIGNED_MAX: Duration = Duration::from_hours(7 * 24);

/// Mutations that share one commit. More would make the first of a burst wait for the last.
pub(crate) const JOBS_PER_COMMIT_MAX: usize = 256;

/// How long a completed multipart upload remembers its answer, so that a repeated completion gets it again.
pub(crate) const COMPLETED_UPLOAD_KEPT: Duration = Duration::from_hours(7 * 24);

/// Tries to find a free name for a blob. Names have 128 random bits: a second try already means a broken
/// source of randomness.
pub(crate) const BLOB_NAME_TRIES_MAX: usize = 8;
