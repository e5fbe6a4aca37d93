//! Every bound of the interpreter. Those that AWS publishes are the same here, so that a definition which
//! runs on one host runs on the other.

/// The largest input, output, result or variable as JSON text (Step Functions quota: 256 KiB).
pub const DATA_BYTES_MAX: usize = 256 * 1024;

/// The largest total of the variables that one thread of an execution sees, as JSON text (Step Functions quota: 10 MiB).
pub(crate) const VARIABLES_BYTES_MAX: usize = 10 * 1024 * 1024;

/// The largest definition, in bytes (Step Functions quota: 1 MiB).
pub const DEFINITION_BYTES_MAX: usize = 1024 * 1024;

/// An execution with more history than this fails (Step Functions quota). It is also what ends an endless loop.
pub const HISTORY_EVENTS_MAX: u64 = 25_000;

/// The longest name of a state, a machine or an execution, in characters.
pub const NAME_CHARS_MAX: usize = 80;

/// The longest wait or time-out, in seconds (a little over three years).
pub(crate) const WAIT_SECONDS_MAX: u32 = 99_999_999;

/// The longest first delay between two attempts, in seconds.
pub(crate) const RETRY_INTERVAL_SECONDS_MAX: u32 = 99_999_999;

/// The longest delay between two attempts that a definition may set, in seconds: less than 366 days.
pub(crate) const RETRY_DELAY_SECONDS_MAX: u32 = 31_622_399;

/// The most attempts that a retrier may make.
pub(crate) const RETRY_ATTEMPTS_MAX: u32 = 99_999_999;

/// The largest share of a Map's items that may fail, in percent.
pub(crate) const PERCENT_MAX: f64 = 100.0;

/// How many items of an inline Map run at a time, at most, whatever the definition allows.
pub(crate) const MAP_ITEMS_AT_ONCE_MAX: usize = 40;

/// How deep an expression may recurse. Definitions are trusted, but a mistake must not exhaust memory.
pub(crate) const EVALUATION_DEPTH_MAX: usize = 1_000;

/// The longest sequence an expression may build, in items.
pub(crate) const SEQUENCE_ITEMS_MAX: usize = 100_000;

/// How many items `$range` gives at most, as AWS documents it.
pub(crate) const RANGE_ITEMS_MAX: usize = 1_000;

/// How deep a value may nest: the JSON reader of this crate stops at 128 as well, so nothing deeper could be
/// read back from storage.
pub(crate) const VALUE_DEPTH_MAX: usize = 120;
