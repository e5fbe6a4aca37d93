//! Punctuation for words that are listed without it, from the text that they were taken from.

use super::{ledger::Repaired, words::Words};

/// Bytes of text that may lie between two words of a list that belong together: punctuation, and a word or two that the list
/// does not have.
const SKIPPED_BYTES_MAX: usize = 64;

/// Replaces each word by what stands in the text from the end of the word before it to the end of its own signs, so that the
/// text stays whole. Words that the text does not have where they are expected stay as they are.
pub(super) fn restore(text: &str, words: &mut Words<'_>) {
    let (mut at, mut unmatched) = (0, 0);
    for piece in &mut words.pieces {
        let Some(found) = find(text, at, &piece.text) else {
            unmatched += 1;
            piece.glued = false;
            continue;
        };
        let before = &text[at..found];
        let start = found - before.trim_start().len();
        piece.glued = at > 0 && start == at;
        at = signs_end(text, found + piece.text.len());
        if text[start..at] != *piece.text {
            piece.text = text[start..at].to_owned().into();
        }
    }
    let rest = text[at..].split_whitespace().count();
    let unmatched = if text.trim().is_empty() { 0 } else { unmatched };
    words.ledger.repaired(Repaired::WordsUnmatched, unmatched, || "words".to_owned());
    words.ledger.repaired(Repaired::TextUnmatched, rest, || "text".to_owned());
}

/// The end of the signs after a word: those written against it, and those that stand alone.
fn signs_end(text: &str, word_end: usize) -> usize {
    let signs = |at: usize| {
        let rest = &text[at..];
        at + rest.find(|c: char| c.is_whitespace() || c.is_alphanumeric()).unwrap_or(rest.len())
    };
    let mut end = signs(word_end);
    loop {
        let next = text.len() - text[end..].trim_start().len();
        let next_end = signs(next);
        if next == end || next_end == next || text[next_end..].starts_with(char::is_alphanumeric) {
            return end;
        }
        end = next_end;
    }
}

/// Where a word begins in the text, not far behind `at`.
fn find(text: &str, at: usize, word: &str) -> Option<usize> {
    let end = text.floor_char_boundary((at + SKIPPED_BYTES_MAX + word.len()).min(text.len()));
    text[at..end].find(word).map(|found| at + found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Role, transcript::words::Said};

    /// Words, divided by `|`; glued ones get a `+` in front.
    fn check(text: &str, words: &str, expect: &str, repairs: &[&str]) {
        let mut all = Words::default();
        for word in words.split('|') {
            let (start, end) = (Ok(Some(0)), Ok(Some(0)));
            let said = Said {
                text: word.into(),
                start,
                end,
                confidence: None,
                speaker: None,
                glued: false,
                sign: false,
            };
            all.take(said, String::new);
        }
        restore(text, &mut all);
        let written = |glued: bool| if glued { "+" } else { "" };
        let found: Vec<_> =
            all.pieces.iter().map(|piece| format!("{}{}", written(piece.glued), piece.text)).collect();
        assert_eq!(found.join("|"), expect, "{text}");
        let found = all.ledger.close(Role::Transcript).unwrap();
        assert_eq!(found.iter().map(|repair| repair.code.as_str()).collect::<Vec<_>>(), repairs, "{text}");
    }

    #[test]
    fn words_get_their_signs() {
        check(" The sun is low. So?", "The|sun|is|low|So", "The|sun|is|low.|So?", &[]);
        check(
            "„Ja“, 5 € – gut-gelaunt (viel)!",
            "Ja|5|gut|gelaunt|viel",
            "„Ja“,|5 € –|gut-|+gelaunt|(viel)!",
            &[],
        );
        check("one and two", "one|two", "one|and two", &[]);
        check("one two", "one|zwei|two", "one|zwei|two", &["words-unmatched"]);
        check("one two three", "one", "one", &["text-unmatched"]);
        check("", "one", "one", &[]);
        check("光は速い。", "光|は|速い", "光|+は|+速い。", &[]);
    }
}
