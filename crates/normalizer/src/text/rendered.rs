use super::layout::{Gap, Layout, RenderedBlock};
use crate::{
    Fault,
    annotations::FindingList,
    limits::{NEAR_BYTES_MAX, SEGMENTS_MAX},
    schema::{BlockKind, Repair},
    source::Source,
};
use std::{ops::Range, sync::Arc};

/// A vendor's text as readers see it, and where each piece of it came from. All offsets are bytes.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) source: Source,
    pub(crate) text: Arc<String>,
    pub(crate) blocks: Vec<RenderedBlock>,
    /// In order and without overlap, in the source and in the text.
    pub(crate) segments: Vec<Packed>,
    /// What the file itself says about its text; their spans count the bytes of `text`, which is the source.
    pub(crate) findings: FindingList,
    /// Which of several texts in one file this is.
    pub(crate) view: Option<&'static str>,
}

/// A piece of the text and the piece of the (folded) source that it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) source: Range<usize>,
    pub(crate) text: Range<usize>,
    /// Byte for byte the same; otherwise the piece can only be taken whole.
    pub(crate) verbatim: bool,
}

/// A segment as it is kept: there may be many. Texts are bounded to a few mebibytes, so that their bytes can be counted so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Packed {
    source: [u32; 2],
    text: [u32; 2],
    verbatim: bool,
}

impl From<Segment> for Packed {
    fn from(segment: Segment) -> Self {
        let pack =
            |range: Range<usize>| [range.start, range.end].map(|at| u32::try_from(at).unwrap_or(u32::MAX));
        Self { source: pack(segment.source), text: pack(segment.text), verbatim: segment.verbatim }
    }
}

impl From<Packed> for Segment {
    fn from(packed: Packed) -> Self {
        let range = |[start, end]: [u32; 2]| start as usize..end as usize;
        Self { source: range(packed.source), text: range(packed.text), verbatim: packed.verbatim }
    }
}

impl Packed {
    const fn source_end(&self) -> usize {
        self.source[1] as usize
    }

    const fn text_end(&self) -> usize {
        self.text[1] as usize
    }
}

impl Segment {
    /// The whole of a text that is its own source.
    pub(crate) fn whole(text: &str) -> Self {
        Self { source: 0..text.len(), text: 0..text.len(), verbatim: true }
    }

    fn text_from(&self, source: usize) -> usize {
        if self.verbatim {
            self.text.start + source.saturating_sub(self.source.start)
        } else {
            self.text.start
        }
    }

    fn text_until(&self, source: usize) -> usize {
        if self.verbatim { self.text.end - self.source.end.saturating_sub(source) } else { self.text.end }
    }
}

/// Where a range of the source lies in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Located {
    /// Here, less the markup in it.
    At(Range<usize>),
    /// It is all markup; this is the nearest text on its line.
    Near(Range<usize>),
    /// It is all markup on a line without text.
    Nowhere,
}

impl Rendered {
    /// A text that no vendor ever counted otherwise: it is its own source.
    pub(crate) fn own(layout: Layout, repairs: Vec<Repair>) -> Result<Self, Fault> {
        let (text, blocks) = layout.finish()?;
        let source = Source { repairs, ..Source::from_decoded(text) };
        let text = Arc::clone(&source.decoded);
        let segments = vec![Segment::whole(&text).into()];
        Ok(Self { source, text, blocks, segments, findings: Vec::new(), view: None })
    }

    pub(crate) fn locate(&self, wanted: &Range<usize>) -> Located {
        let first = self.segments.partition_point(|segment| segment.source_end() <= wanted.start);
        let later = self.segments[first..].iter().map(|segment| Segment::from(*segment));
        let mut within = later.take_while(|segment| segment.source.start < wanted.end);
        if let Some(head) = within.next() {
            let tail = within.last().unwrap_or_else(|| head.clone());
            return Located::At(head.text_from(wanted.start)..tail.text_until(wanted.end));
        }
        if wanted.is_empty()
            && let Some(point) = self.point(wanted.start)
        {
            return Located::At(point..point);
        }
        self.nearest(wanted)
    }

    /// Where a point between two bytes of the source lies.
    fn point(&self, at: usize) -> Option<usize> {
        let index = self.segments.partition_point(|segment| segment.source_end() < at);
        let segment = Segment::from(*self.segments.get(index)?);
        if !(segment.source.start..=segment.source.end).contains(&at) {
            return None;
        }
        Some(if at == segment.source.end { segment.text.end } else { segment.text_from(at) })
    }

    fn nearest(&self, wanted: &Range<usize>) -> Located {
        let source = self.source.text.as_bytes();
        let low = wanted.start.saturating_sub(NEAR_BYTES_MAX);
        let high = source.len().min(wanted.end.saturating_add(NEAR_BYTES_MAX));
        let line_start =
            source[low..wanted.start].iter().rposition(|b| *b == b'\n').map_or(low, |at| low + at + 1);
        let line_end =
            source[wanted.end..high].iter().position(|b| *b == b'\n').map_or(high, |at| wanted.end + at);
        let text = &self.source.text;
        let (line_start, line_end) =
            (text.ceil_char_boundary(line_start), text.floor_char_boundary(line_end));
        let next = self.segments.partition_point(|segment| segment.source_end() <= wanted.start);
        let at = |index: usize| self.segments.get(index).map(|segment| Segment::from(*segment));
        let before = next.checked_sub(1).and_then(at);
        let before = before.filter(|segment| segment.source.end > line_start);
        let after = at(next).filter(|segment| segment.source.start < line_end);
        let nearest = match (before, after) {
            (Some(before), Some(after)) => {
                let back = wanted.start - before.source.end.min(wanted.start);
                let ahead = after.source.start.saturating_sub(wanted.end);
                Some(if back < ahead { before } else { after })
            }
            (one, other) => one.or(other),
        };
        nearest.map_or(Located::Nowhere, |segment| {
            Located::Near(segment.text_from(line_start)..segment.text_until(line_end))
        })
    }
}

/// Writes a text block by block, and remembers where each piece of it came from.
pub(crate) struct Builder {
    source: Source,
    layout: Layout,
    segments: Vec<Packed>,
}

impl Builder {
    pub(crate) fn new(source: Source) -> Self {
        let layout = Layout::with_capacity(source.text.len());
        Self { source, layout, segments: Vec::new() }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.layout.is_open()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.layout.is_full() || self.segments.len() > SEGMENTS_MAX
    }

    pub(crate) fn is_last_kind(&self, kind: BlockKind) -> bool {
        self.layout.is_last_kind(kind)
    }

    pub(crate) fn begin(&mut self, kind: BlockKind, level: Option<u32>, ordinal: Option<u64>, gap: Gap) {
        self.end();
        self.layout.begin(kind, level, ordinal, gap);
    }

    /// Adds `piece`, which is or stands for what lies at `from` in the source, to the open block.
    pub(crate) fn push(&mut self, piece: &str, from: Range<usize>) {
        let same = self.source.text.get(from.clone()) == Some(piece);
        self.add(piece, from, same);
    }

    /// Adds `piece`, which lies somewhere within `from`, between marks.
    pub(crate) fn push_marked(&mut self, piece: &str, from: Range<usize>) {
        let found = self.source.text.get(from.clone()).and_then(|marked| marked.find(piece));
        match found {
            Some(at) => self.add(piece, from.start + at..from.start + at + piece.len(), true),
            None => self.add(piece, from, false),
        }
    }

    fn add(&mut self, piece: &str, mut source: Range<usize>, verbatim: bool) {
        let Some(text) = self.layout.push(piece) else { return };
        if verbatim {
            source.start += piece.len() - text.len();
        }
        let piece = Packed::from(Segment { source, text, verbatim });
        match self.segments.last_mut() {
            Some(last)
                if last.verbatim
                    && verbatim
                    && last.source[1] == piece.source[0]
                    && last.text[1] == piece.text[0] =>
            {
                last.source[1] = piece.source[1];
                last.text[1] = piece.text[1];
            }
            _ => self.segments.push(piece),
        }
    }

    pub(crate) fn end(&mut self) {
        self.layout.end();
        self.cut(self.layout.text().len());
    }

    fn cut(&mut self, length: usize) {
        while let Some(packed) = self.segments.pop_if(|last| last.text_end() > length) {
            let mut last = Segment::from(packed);
            if last.text.start < length {
                if last.verbatim {
                    last.source.end -= last.text.end - length;
                }
                last.text.end = length;
                self.segments.push(last.into());
            }
        }
    }

    pub(crate) fn finish(mut self) -> Result<Rendered, Fault> {
        self.end();
        if self.segments.len() > SEGMENTS_MAX {
            return Err(Fault::TooMany { what: "pieces of text between marks", most: SEGMENTS_MAX });
        }
        let (text, blocks) = self.layout.finish()?;
        self.segments.sort_by_key(|segment| segment.source[0]);
        let (source, segments) = (self.source, self.segments);
        Ok(Rendered { source, text: Arc::new(text), blocks, segments, findings: Vec::new(), view: None })
    }
}
