//! Bounds on a package (ECMA-376, part 2) and its XML.

/// Entries of one archive; a document with a picture on every page has fewer.
pub(super) const ENTRIES_MAX: usize = 10_000;
/// Uncompressed bytes of one part: ten times what a thousand pages with tracked changes need.
pub(super) const PART_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Uncompressed bytes of all parts that are read.
pub(super) const PARTS_BYTES_MAX: usize = 96 * 1024 * 1024;
/// How many times smaller than its content a part may be: real markup shrinks to a thirtieth at most.
pub(super) const RATIO_MAX: usize = 200;
/// Below this size a ratio says nothing.
pub(super) const RATIO_BYTES_MIN: usize = 1024 * 1024;
/// Nesting of elements; a table in a table in a text box stays below fifty.
pub(super) const DEPTH_MAX: usize = 512;
/// Namespaces that matter and are declared at one place of a part.
pub(super) const NAMESPACES_MAX: usize = 64;
/// Paragraphs, empty ones included: five for each block that is taken.
pub(super) const PARAGRAPHS_MAX: usize = 1_000_000;
/// Styles that are based on each other, of one style.
pub(super) const STYLE_CHAIN_MAX: usize = 32;
/// Fields inside one another; deeper ones count as text.
pub(super) const FIELDS_MAX: usize = 64;
/// Characters kept of what a comment says.
pub(super) const COMMENT_CHARS_MAX: usize = 4_000;
/// Characters kept of what was deleted.
pub(super) const DELETED_CHARS_MAX: usize = 200;
