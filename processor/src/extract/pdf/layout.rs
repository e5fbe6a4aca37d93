use crate::extract::block::Block;
use std::collections::BTreeMap;

/// A gap wider than this part of the letters' size is a space.
const SPACE_GAP: f64 = 0.15;
/// Letters that stand higher or lower by more than this part of their size are on another line.
const LINE_SHIFT: f64 = 0.5;
/// Lines further apart than this many sizes are not one paragraph.
const PARAGRAPH_GAP: f64 = 1.7;
/// Letters larger than the body's by this factor make a heading.
const HEADING_FACTOR: f64 = 1.15;
/// A heading is short; a whole text in large letters is not one.
const HEADING_CHARS_MAX: usize = 160;
/// A page may show thousands of sizes; only so many are headings' levels.
const LEVELS_MAX: usize = 6;
/// Marks that begin an item of a list.
const BULLETS: [&str; 6] = ["•", "▪", "◦", "–", "●", "-"];

#[derive(Debug)]
struct Line {
    page: usize,
    top: f64,
    end: f64,
    size: f64,
    text: String,
}

/// Gathers letters in the order they are drawn.
#[derive(Debug, Default)]
pub(super) struct Layout {
    page: usize,
    lines: Vec<Line>,
}

impl Layout {
    /// A new page begins.
    pub(super) fn page(&mut self) {
        self.page += 1;
    }

    /// A letter at `left`, `top` (in points from the top of the page), `width` wide and of `size`.
    pub(super) fn glyph(&mut self, left: f64, top: f64, width: f64, size: f64, text: &str) {
        if !(left.is_finite() && top.is_finite() && width.is_finite() && size.is_finite()) {
            return;
        }
        let page = self.page;
        let same = |line: &&mut Line| {
            line.page == page
                && (line.top - top).abs() <= LINE_SHIFT * size.max(line.size)
                && left >= line.end - 2.0 * size
        };
        if let Some(line) = self.lines.last_mut().filter(same) {
            let gap = left - line.end > SPACE_GAP * size;
            if gap && !line.text.ends_with(' ') && !text.starts_with(' ') {
                line.text.push(' ');
            }
            line.text.push_str(text);
            line.end = left + width;
            line.size = line.size.max(size);
        } else {
            self.lines.push(Line { page, top, end: left + width, size, text: text.to_owned() });
        }
    }

    /// What a reader sees.
    pub(super) fn blocks(mut self) -> Vec<Block> {
        self.lines.retain(|line| !line.text.trim().is_empty());
        let body = body_size(&self.lines);
        let levels = heading_sizes(&self.lines, body);
        let mut blocks: Vec<Block> = Vec::new();
        let mut before: Option<&Line> = None;
        for line in &self.lines {
            let joined = before.is_some_and(|before| continues(before, line));
            let text = line.text.trim();
            match blocks.last_mut() {
                Some(
                    Block::Paragraph { text: open }
                    | Block::Item { text: open, .. }
                    | Block::Heading { text: open, .. },
                ) if joined => {
                    join(open, text);
                }
                _ => blocks.push(block(line, text, &levels)),
            }
            before = Some(line);
        }
        blocks
    }
}

/// Tenths of a point: sizes that differ by less are the same.
#[expect(clippy::cast_possible_truncation, reason = "sizes are finite and a cast saturates")]
fn tenths(size: f64) -> i64 {
    (size * 10.0).round() as i64
}

/// The size in which most is written.
fn body_size(lines: &[Line]) -> i64 {
    let mut letters = BTreeMap::new();
    for line in lines {
        *letters.entry(tenths(line.size)).or_insert(0) += line.text.chars().count();
    }
    letters.into_iter().max_by_key(|(_, count)| *count).map_or(0, |(size, _)| size)
}

/// The sizes of headings, largest first.
fn heading_sizes(lines: &[Line], body: i64) -> Vec<i64> {
    let larger = |line: &&Line| {
        line.size * 10.0 >= HEADING_FACTOR * f64::from(i32::try_from(body).unwrap_or(i32::MAX))
    };
    let mut sizes: Vec<i64> = lines
        .iter()
        .filter(larger)
        .filter(|line| line.text.chars().count() <= HEADING_CHARS_MAX)
        .map(|line| tenths(line.size))
        .collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    sizes.dedup();
    sizes.truncate(LEVELS_MAX);
    sizes
}

fn continues(before: &Line, line: &Line) -> bool {
    let begins_item = BULLETS.iter().any(|mark| line.text.trim_start().starts_with(mark));
    let same_size = (tenths(before.size) - tenths(line.size)).abs() <= 5;
    let gap = line.top - before.top;
    before.page == line.page && same_size && !begins_item && gap > 0.0 && gap <= PARAGRAPH_GAP * line.size
}

fn block(line: &Line, text: &str, levels: &[i64]) -> Block {
    let short = text.chars().count() <= HEADING_CHARS_MAX;
    if let Some(level) = levels.iter().position(|size| *size == tenths(line.size)).filter(|_| short) {
        return Block::heading(u8::try_from(level + 1).unwrap_or(6), text);
    }
    let item = BULLETS.iter().find_map(|mark| text.strip_prefix(mark)).filter(|rest| rest.starts_with(' '));
    item.map_or_else(|| Block::paragraph(text), |rest| Block::item(0, false, rest.trim_start()))
}

/// A word broken over two lines is put together where the break is certain: a soft hyphen.
fn join(open: &mut String, text: &str) {
    if open.ends_with('\u{AD}') {
        open.pop();
    } else {
        open.push(' ');
    }
    open.push_str(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(layout: &mut Layout, top: f64, size: f64, text: &str) {
        for (column, c) in (0_u32..).zip(text.chars()) {
            layout.glyph(50.0 + f64::from(column) * size / 2.0, top, size / 2.0, size, &c.to_string());
        }
    }

    #[test]
    fn items_and_pages_part_paragraphs() {
        let mut layout = Layout::default();
        layout.page();
        write(&mut layout, 10.0, 10.0, "• one");
        write(&mut layout, 22.0, 10.0, "still one");
        write(&mut layout, 34.0, 10.0, "• two");
        layout.page();
        write(&mut layout, 10.0, 10.0, "next");
        layout.glyph(f64::NAN, 10.0, 5.0, 10.0, "x");
        let expect =
            [Block::item(0, false, "one still one"), Block::item(0, false, "two"), Block::paragraph("next")];
        assert_eq!(layout.blocks(), expect);
    }

    #[test]
    fn a_wide_gap_is_a_space() {
        let mut layout = Layout::default();
        layout.glyph(0.0, 0.0, 5.0, 10.0, "a");
        layout.glyph(9.0, 0.0, 5.0, 10.0, "b");
        layout.glyph(14.0, 0.0, 5.0, 10.0, "c");
        assert_eq!(layout.blocks(), [Block::paragraph("a bc")]);
    }
}
