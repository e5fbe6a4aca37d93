use super::time::NANOS_PER_SECOND;
use crate::{
    Fault,
    transcript::speech::{Span, Speech},
};
use std::rc::Rc;

/// When a piece of text is shown, in nanoseconds, and who says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) begin: u64,
    /// None, if nothing says when it ends.
    pub(super) end: Option<u64>,
    pub(super) speaker: Option<Rc<str>>,
}

/// The text of a paragraph, with its white space as it is shown.
#[derive(Debug, Default)]
pub(super) struct Paragraph {
    text: String,
    /// Where each ends in the text; they follow each other without gaps, from its beginning.
    pieces: Vec<(usize, Said)>,
}

impl Paragraph {
    /// Adds text. Unless it is preserved, white space is one space, and none at the edges of lines.
    pub(super) fn push(&mut self, text: &str, preserve: bool, said: &Said) {
        let start = self.text.len();
        if preserve {
            self.text.push_str(text);
        } else {
            self.push_collapsed(text);
        }
        let end = self.text.len();
        match self.pieces.last_mut() {
            Some((last_end, last)) if last == said => *last_end = end,
            _ if start < end => self.pieces.push((end, said.clone())),
            _ => {}
        }
    }

    fn push_collapsed(&mut self, text: &str) {
        let is_space = |c: char| c.is_ascii_whitespace();
        let mut words = text.split(is_space);
        self.text.push_str(words.next().unwrap_or_default());
        for word in words {
            if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
                self.text.push(' ');
            }
            self.text.push_str(word);
        }
    }

    /// Begins a new line.
    pub(super) fn break_line(&mut self, preserve: bool) {
        let Some((end, _)) = self.pieces.last_mut() else { return };
        if !preserve && self.text.ends_with(' ') {
            self.text.pop();
        }
        self.text.push('\n');
        *end = self.text.len();
    }

    /// Says the paragraph: a cue for each speaker in it, from the first of his text to the last. Text that comes piece by piece
    /// has times of its own.
    pub(super) fn say(&mut self, speech: &mut Speech) -> Result<(), Fault> {
        let text = std::mem::take(&mut self.text);
        let pieces = std::mem::take(&mut self.pieces);
        let (mut rest, mut from) = (pieces.as_slice(), 0);
        while !rest.is_empty() {
            let mut speaker = None;
            let mut at = from;
            // White space belongs to whoever speaks.
            let same = |(end, said): &&(usize, Said)| {
                let is_blank = text[at..*end].trim().is_empty();
                at = *end;
                is_blank || *speaker.get_or_insert_with(|| said.speaker.clone()) == said.speaker
            };
            let (cue, others) = rest.split_at(rest.iter().take_while(same).count());
            say_cue(&text, from, cue, speaker.flatten().as_deref(), speech)?;
            from = cue.last().map_or(from, |(end, _)| *end);
            rest = others;
        }
        Ok(())
    }
}

/// Says the pieces of one speaker, the first of which begins at `from` in the text.
fn say_cue(
    text: &str,
    from: usize,
    pieces: &[(usize, Said)],
    speaker: Option<&str>,
    speech: &mut Speech,
) -> Result<(), Fault> {
    let texts = || {
        let mut at = from;
        pieces.iter().map(move |(end, said)| (&text[std::mem::replace(&mut at, *end)..*end], said))
    };
    let spoken = || texts().filter(|(text, _)| !text.trim().is_empty()).map(|(_, said)| said);
    let Some(first) = spoken().next() else { return Ok(()) };
    let begin = spoken().map(|said| said.begin).min().unwrap_or(first.begin);
    let end = spoken().map(|said| said.end).try_fold(0, |latest: u64, end| end.map(|end| latest.max(end)));
    let by_piece = spoken().any(|said| (said.begin, said.end) != (first.begin, first.end));
    speech.begin(Span { start_ms: millis(begin), end_ms: end.map_or(Speech::OPEN_END, millis) })?;
    for (text, said) in texts() {
        let end = said.end.filter(|_| by_piece);
        let own = end.map(|end| Span { start_ms: millis(said.begin), end_ms: millis(end) });
        speech.say(speaker, text, own)?;
    }
    speech.end()
}

/// Nanoseconds, rounded to milliseconds.
const fn millis(nanos: u64) -> u64 {
    const NANOS: u64 = NANOS_PER_SECOND / 1_000;
    nanos / NANOS + (nanos % NANOS >= NANOS / 2) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(begin: u64, end: u64) -> Said {
        Said { begin: begin * 1_000_000, end: Some(end * 1_000_000), speaker: None }
    }

    /// Segments as `start-end text [words]`, lines joined by `/`.
    fn check(write: impl FnOnce(&mut Paragraph), expect: &[&str]) {
        let mut paragraph = Paragraph::default();
        write(&mut paragraph);
        let mut speech = Speech::of(100, 1);
        paragraph.say(&mut speech).unwrap();
        let shown = speech.finish().into_iter().map(|segment| {
            let words: Vec<_> =
                segment.words.iter().map(|w| format!("{} {}-{}", w.text, w.start_ms, w.end_ms)).collect();
            let words = if words.is_empty() { String::new() } else { format!(" [{}]", words.join(", ")) };
            format!("{}-{} {}{words}", segment.start_ms, segment.end_ms, segment.text.replace('\n', "/"))
        });
        assert_eq!(shown.collect::<Vec<_>>(), expect);
    }

    #[test]
    fn white_space_is_collapsed_over_pieces() {
        check(
            |paragraph| {
                paragraph.push("\n  a \n", false, &said(1, 2));
                paragraph.push(" b\tc ", false, &said(1, 2));
                paragraph.break_line(false);
                paragraph.push("  d", false, &said(1, 2));
            },
            &["1-2 a b c/d"],
        );
        check(|paragraph| paragraph.push(" a\n  b ", true, &said(1, 2)), &["1-2 a/  b"]);
        check(|paragraph| paragraph.break_line(false), &[]);
    }

    #[test]
    fn pieces_with_times_of_their_own_are_words() {
        check(
            |paragraph| {
                paragraph.push("one ", false, &said(1, 2));
                paragraph.push("two", false, &said(2, 4));
            },
            &["1-4 one two [one 1-2, two 2-4]"],
        );
        check(
            |paragraph| {
                paragraph.push(" ", true, &said(0, 9));
                paragraph.push("all of it", true, &said(1, 2));
            },
            &["1-2 all of it"],
        );
    }

    #[test]
    fn times_are_rounded() {
        assert_eq!((millis(1_499_999), millis(1_500_000), millis(u64::MAX)), (1, 2, 18_446_744_073_710));
    }
}
