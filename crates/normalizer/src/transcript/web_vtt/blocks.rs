use super::{
    region::Region,
    settings::{Regions, Settings},
    timestamp::{Timings, timings},
};
use memchr::memchr2;
use std::ops::Range;

/// A cue as it stands in the file.
#[derive(Debug, PartialEq)]
pub(super) struct Cue<'a> {
    pub(super) id: &'a str,
    pub(super) start_ms: u64,
    pub(super) end_ms: u64,
    pub(super) settings: Settings<'a>,
    /// With its tags.
    pub(super) text: &'a str,
}

/// A stretch of a file up to a blank line or to the next timings.
#[derive(Debug, PartialEq)]
pub(super) enum Block<'a> {
    Cue(Cue<'a>),
    StyleSheet(&'a str),
    Region(Region<'a>),
    /// Nothing to the algorithm: a comment, or what is malformed.
    Other(&'a str),
}

/// What a block has turned out to be so far.
#[derive(Clone, Copy)]
enum Kind<'a> {
    Cue(&'a str, Timings<'a>),
    StyleSheet,
    Region,
    Other,
}

/// The file, block by block: the parser algorithm (section 6.1). The names are the algorithm's.
pub(super) struct Blocks<'a> {
    input: &'a str,
    position: usize,
    seen_cue: bool,
    regions: Regions<'a>,
}

struct Line {
    span: Range<usize>,
    has_arrow: bool,
    ends_in_line_feed: bool,
}

impl<'a> Blocks<'a> {
    /// Reads the header of a file whose signature is right; gives what stands between the signature and the first block.
    pub(super) fn of(input: &'a str) -> (Self, &'a str) {
        let mut blocks = Self { input, position: 0, seen_cue: false, regions: Regions::new() };
        blocks.line();
        let start = blocks.position;
        if !blocks.rest().is_empty() && !blocks.rest().starts_with('\n') {
            blocks.block(true);
        }
        let header = &input[start..blocks.position];
        blocks.skip_line_feeds();
        (blocks, header)
    }

    fn rest(&self) -> &'a str {
        &self.input[self.position..]
    }

    fn skip_line_feeds(&mut self) {
        self.position += self.rest().bytes().take_while(|byte| *byte == b'\n').count();
    }

    fn line(&mut self) -> Line {
        let bytes = self.input.as_bytes();
        let start = self.position;
        let (mut from, mut has_arrow) = (start, false);
        while let Some(found) = memchr2(b'\n', b'>', &bytes[from..]) {
            let at = from + found;
            from = at + 1;
            if bytes[at] == b'\n' {
                self.position = from;
                return Line { span: start..at, has_arrow, ends_in_line_feed: true };
            }
            has_arrow |= bytes[start..at].ends_with(b"--");
        }
        self.position = bytes.len();
        Line { span: start..bytes.len(), has_arrow, ends_in_line_feed: false }
    }

    /// "Collect a WebVTT block". The lines of the algorithm's buffer lie together, so that the buffer is a part of the input.
    fn block(&mut self, in_header: bool) -> Block<'a> {
        let (mut line_count, mut seen_arrow, mut kind) = (0_u64, false, Kind::Other);
        let mut previous_position = self.position;
        let mut buffer = 0..0;
        loop {
            let line = self.line();
            line_count += 1;
            if line.has_arrow {
                let may_be_timings = line_count == 1 || (line_count == 2 && !seen_arrow);
                if in_header || !may_be_timings {
                    self.position = previous_position;
                    break;
                }
                seen_arrow = true;
                previous_position = self.position;
                if let Some(timings) = timings(&self.input[line.span]) {
                    kind = Kind::Cue(&self.input[buffer], timings);
                    buffer = 0..0;
                    self.seen_cue = true;
                }
            } else if line.span.is_empty() {
                break;
            } else {
                if !in_header && line_count == 2 && !self.seen_cue {
                    kind = match self.input[buffer.clone()].trim_ascii_end() {
                        "STYLE" => Kind::StyleSheet,
                        "REGION" => Kind::Region,
                        _ => kind,
                    };
                    if matches!(kind, Kind::StyleSheet | Kind::Region) {
                        buffer = 0..0;
                    }
                }
                let start = if buffer.is_empty() { line.span.start } else { buffer.start };
                buffer = start..line.span.end;
                previous_position = self.position;
            }
            if !line.ends_in_line_feed {
                break;
            }
        }
        self.finished(kind, &self.input[buffer])
    }

    fn finished(&mut self, kind: Kind<'a>, buffer: &'a str) -> Block<'a> {
        match kind {
            Kind::Cue(id, Timings { start_ms, end_ms, settings }) => {
                let settings = Settings::of(settings, &self.regions);
                Block::Cue(Cue { id, start_ms, end_ms, settings, text: buffer })
            }
            Kind::StyleSheet => Block::StyleSheet(buffer),
            Kind::Region => {
                let region = Region::of(buffer);
                self.regions.insert(region.id, region);
                Block::Region(region)
            }
            Kind::Other => Block::Other(buffer),
        }
    }
}

impl<'a> Iterator for Blocks<'a> {
    type Item = Block<'a>;

    fn next(&mut self) -> Option<Block<'a>> {
        if self.rest().is_empty() {
            return None;
        }
        let block = self.block(false);
        self.skip_line_feeds();
        Some(block)
    }
}
