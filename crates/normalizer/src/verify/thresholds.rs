//! Every threshold of plausibility, with its reason. They are wide: what they refuse cannot be right, whatever lies within
//! them may be.

/// How far the last words may reach past the end of the media: players and muxers round, and captions linger.
pub const OVERRUN_MS_MAX: u64 = 5_000;

/// Videos shorter than this may be silent without anybody saying why: somebody tested the camera.
pub(super) const SILENCE_UNEXPLAINED_MS_MAX: u64 = 10_000;

/// Below this length coverage says nothing: a short clip may have one sentence at its beginning.
pub(super) const COVERAGE_JUDGED_MS_MIN: u64 = 10 * 60_000;
/// In a lesson somebody speaks after its first tenth; a transcript that ends before was cut off or belongs to another video.
pub(super) const COVERAGE_PERCENT_MIN: u64 = 10;

/// Below this many words their rate says nothing.
pub(super) const RATE_JUDGED_WORDS_MIN: usize = 100;
/// Fast speech has 200 words a minute, and three voices at once three times as many.
pub(super) const WORDS_PER_MINUTE_MAX: u64 = 600;

/// Below this size an original's length says nothing about its text.
pub(super) const TEXT_JUDGED_BYTES_MIN: u64 = 2 * 1024;
/// Plain text comes back as long as it was, give or take corrections and another character set (UTF-16 halves).
pub(super) const PLAIN_SHRINKS_TO_ONE_IN: u64 = 4;
/// See above: UTF-16 or Windows-1252 may grow in UTF-8, and a processor may add a heading.
pub(super) const PLAIN_GROWS_MAX: u64 = 4;
/// Office files and PDFs are compressed: text packs to a tenth, and a page of one repeated line to less.
pub(super) const PACKED_GROWS_MAX: u64 = 200;
/// Text that any original may bring, in bytes: a small file may be all text, and packed well.
pub(super) const TEXT_ALWAYS_BYTES_MAX: u64 = 64 * 1024;

/// Below this length a video's size says nothing: a few seconds of a black picture are a few bytes.
pub(super) const MEDIA_JUDGED_MS_MIN: u64 = 60_000;
/// The slowest stream that is still a video, in bits a second: a still picture with sparse frames stays above.
pub(super) const BITS_PER_SECOND_MIN: u64 = 1_000;
/// Uncompressed 8K has about 50 gigabits a second; nothing that a camera of a school records comes near.
pub(super) const BITS_PER_SECOND_MAX: u64 = 50_000_000_000;
