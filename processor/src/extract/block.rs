/// A piece of a lesson plan, whatever format it came from.
///
/// In `text` a line feed is a line break that the author made; nothing else is markup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// `level` counts from 1.
    Heading { level: u8, text: String },
    /// Running text.
    Paragraph { text: String },
    /// `depth` counts from 0.
    Item { depth: u8, ordered: bool, text: String },
    /// Rows of cells; rows may differ in length.
    Table { rows: Vec<Vec<String>> },
    /// Preformatted text.
    Code { text: String },
}

impl Block {
    pub(super) fn heading(level: u8, text: impl Into<String>) -> Self {
        Self::Heading { level: level.clamp(1, 6), text: text.into() }
    }

    pub(super) fn paragraph(text: impl Into<String>) -> Self {
        Self::Paragraph { text: text.into() }
    }

    pub(super) fn item(depth: u8, ordered: bool, text: impl Into<String>) -> Self {
        Self::Item { depth, ordered, text: text.into() }
    }
}
