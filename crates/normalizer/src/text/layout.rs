use crate::{
    Fault,
    limits::{BLOCKS_MAX, TEXT_BYTES_MAX},
    schema::BlockKind,
};
use std::ops::Range;

/// A block of a text that is being laid out; bytes of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RenderedBlock {
    pub(crate) kind: BlockKind,
    pub(crate) level: Option<u32>,
    pub(crate) ordinal: Option<u64>,
    pub(crate) span: Range<usize>,
}

/// What stands between a block and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// The next cell of the same row.
    Cell,
    /// The next row or list item.
    Line,
    /// Anything else.
    Paragraph,
}

impl Gap {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Cell => "\t",
            Self::Line => "\n",
            Self::Paragraph => "\n\n",
        }
    }
}

/// A text and its blocks, written block by block.
#[derive(Default)]
pub(crate) struct Layout {
    text: String,
    blocks: Vec<RenderedBlock>,
    open: Option<RenderedBlock>,
    /// Where the text ended before the gap in front of the open block.
    before_gap: usize,
}

impl Layout {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), ..Self::default() }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether the block under way, or else the last one, is of a kind.
    pub(crate) fn is_last_kind(&self, kind: BlockKind) -> bool {
        self.open.as_ref().or_else(|| self.blocks.last()).is_some_and(|block| block.kind == kind)
    }

    /// Whether there are more blocks or characters than are taken, so that the rest need not be read.
    pub(crate) fn is_full(&self) -> bool {
        self.blocks.len() > BLOCKS_MAX || self.text.len() > TEXT_BYTES_MAX
    }

    pub(crate) fn begin(&mut self, kind: BlockKind, level: Option<u32>, ordinal: Option<u64>, gap: Gap) {
        self.end();
        self.before_gap = self.text.len();
        if !self.blocks.is_empty() {
            self.text.push_str(gap.as_str());
        }
        let start = self.text.len();
        self.open = Some(RenderedBlock { kind, level, ordinal, span: start..start });
    }

    /// Adds a piece to the open block, less the white space at the block's beginning; where it lies in the text.
    pub(crate) fn push(&mut self, piece: &str) -> Option<Range<usize>> {
        let open = self.open.as_ref()?;
        let at_start = self.text.len() == open.span.start && open.kind != BlockKind::Code;
        let kept = if at_start { piece.trim_start() } else { piece };
        if kept.is_empty() {
            return None;
        }
        let start = self.text.len();
        self.text.push_str(kept);
        Some(start..self.text.len())
    }

    /// Ends the open block: white space at its end goes, and the block itself if nothing is left of it. Empty cells
    /// stay, because they hold a place in their row.
    pub(crate) fn end(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        let kept = self.text[open.span.start..].trim_end().len();
        if kept == 0 && open.kind != BlockKind::TableCell {
            self.text.truncate(self.before_gap);
            return;
        }
        open.span.end = open.span.start + kept;
        self.text.truncate(open.span.end);
        // One too many is enough to be refused in the end.
        if self.blocks.len() <= BLOCKS_MAX {
            self.blocks.push(open);
        }
    }

    /// The text and its blocks.
    pub(crate) fn finish(mut self) -> Result<(String, Vec<RenderedBlock>), Fault> {
        self.end();
        if self.text.len() > TEXT_BYTES_MAX {
            return Err(Fault::TooMany { what: "bytes of text", most: TEXT_BYTES_MAX });
        }
        if self.blocks.len() > BLOCKS_MAX {
            return Err(Fault::TooMany { what: "blocks", most: BLOCKS_MAX });
        }
        Ok((self.text, self.blocks))
    }
}
