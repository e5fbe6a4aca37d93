use memchr::{memchr_iter, memchr2, memchr2_iter};
use std::borrow::Cow;

const REPLACEMENT: char = '\u{FFFD}';

/// A file as characters, as the parser algorithm wants them (section 6.1).
pub(super) struct Input<'a> {
    /// Lines end in LF; there is no NUL.
    pub(super) text: Cow<'a, str>,
    /// Sequences of bytes that are no characters, each now one U+FFFD.
    pub(super) replaced: usize,
}

impl<'a> Input<'a> {
    /// Decodes UTF-8, without its byte order mark. What needs no change is not copied.
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        if let Ok(text) = std::str::from_utf8(bytes)
            && memchr2(b'\r', 0, bytes).is_none()
        {
            return Self { text: Cow::Borrowed(text), replaced: 0 };
        }
        let replaced = bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
        let nuls = memchr_iter(0, bytes).count();
        let longest = bytes.len() + (replaced + nuls) * (REPLACEMENT.len_utf8() - 1);
        let mut text = String::with_capacity(longest);
        for chunk in bytes.utf8_chunks() {
            push_folded(&mut text, chunk.valid());
            if !chunk.invalid().is_empty() {
                text.push(REPLACEMENT);
            }
        }
        Self { text: Cow::Owned(text), replaced }
    }
}

/// NUL becomes U+FFFD; CR LF and lone CR become LF.
fn push_folded(text: &mut String, valid: &str) {
    let bytes = valid.as_bytes();
    let mut from = 0;
    for at in memchr2_iter(b'\r', 0, bytes) {
        text.push_str(&valid[from..at]);
        match (bytes[at], bytes.get(at + 1)) {
            (0, _) => text.push(REPLACEMENT),
            (_, Some(b'\n')) => {}
            _ => text.push('\n'),
        }
        from = at + 1;
    }
    text.push_str(&valid[from..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expect: &str, replaced: usize) {
        let input = Input::of(bytes);
        assert_eq!((&*input.text, input.replaced), (expect, replaced), "{bytes:?}");
    }

    #[test]
    fn lines_and_characters_are_made_uniform() {
        check(b"\xEF\xBB\xBFa\r\nb\rc\n\r\r\nd\r", "a\nb\nc\n\n\nd\n", 0);
        check(b"\xEF\xBB\xBF\xEF\xBB\xBFa", "\u{FEFF}a", 0);
        check(b"a\0b", "a\u{FFFD}b", 0);
        check(b"a\xFFb\xE2\x82c\r\xFF\n", "a\u{FFFD}b\u{FFFD}c\n\u{FFFD}\n", 3);
        check("a\u{FFFD}".as_bytes(), "a\u{FFFD}", 0);
    }

    #[test]
    fn clean_text_is_not_copied() {
        assert!(matches!(Input::of("\u{FEFF}Größe\n".as_bytes()).text, Cow::Borrowed("Größe\n")));
    }
}
