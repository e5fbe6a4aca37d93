//! Every bound and threshold of the normalizer.

/// More findings than this in one lesson plan help nobody and are the mark of a broken or hostile answer.
pub const ANNOTATIONS_MAX: usize = 20_000;
/// Suggestions kept of one finding: readers are shown a handful.
pub(crate) const SUGGESTIONS_KEPT_MAX: usize = 10;
/// A day of speech has fewer cues.
pub const CUES_MAX: usize = 100_000;
/// Blocks of one text; a book has fewer.
pub(crate) const BLOCKS_MAX: usize = 200_000;
/// Bytes of one text, decoded or taken out of its file: two books, and as much as a file of the role may have.
pub(crate) const TEXT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Pieces of one text between marks, each of which costs twenty bytes.
pub(crate) const SEGMENTS_MAX: usize = 1_000_000;
/// Signs of markup and line ends in a stretch of Markdown that can only be read at once: each takes some hundred bytes.
pub(crate) const MARKS_MAX: usize = 200_000;
/// If more than this share of the findings does not quote what lies at its place, they belong to another text.
pub const UNANCHORED_PERCENT_MAX: usize = 50;
/// Below this many findings a share says nothing.
pub(crate) const UNANCHORED_COUNT_MIN: usize = 5;
/// Bytes of text that may be read in one document to look for misplaced quotes, over all of its findings: of
/// twenty thousand bytes every word.
pub(crate) const SEARCH_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Bytes taken of what a vendor says stands before or after a quote: more tells no more.
pub(crate) const CONTEXT_CLAIMED_BYTES_MAX: usize = 256;
/// How many times the text may be quoted by all annotations of one document together: findings overlap a few times, not
/// without end.
pub(crate) const QUOTED_TIMES_MAX: usize = 4;
/// Bytes that may be quoted of any text, because all remarks may be about the whole of a short one.
pub(crate) const QUOTED_BYTES_MIN: usize = 256 * 1024;
/// How far from a finding about markup its nearest text is looked for, either way.
pub(crate) const NEAR_BYTES_MAX: usize = 1024;
/// Characters kept of why nothing was transcribed.
pub(crate) const NOTE_CHARS_MAX: usize = 300;
/// Characters kept of a speaker's name, which is repeated with everything that the speaker says.
pub(crate) const SPEAKER_CHARS_MAX: usize = 100;
/// Speakers told apart in one transcript: more than any hall that one recording hears, and vendors stop at some dozens.
pub(crate) const SPEAKERS_MAX: usize = 1_000;
/// Code points of text given before and after a quote (W3C `TextQuoteSelector`), enough to find it again.
pub(crate) const CONTEXT_CHARS: usize = 32;
/// The longest duration that is believed: ten days.
pub(crate) const DURATION_SECONDS_MAX: f64 = 864_000.0;
/// Characters kept of another program's explanation of an error.
pub(crate) const WHY_CHARS_MAX: usize = 200;
/// Repairs written down one by one; the rest are counted.
pub(crate) const REPAIRS_KEPT_MAX: usize = 1_000;
