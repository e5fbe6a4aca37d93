//! Characters from bytes: a byte order mark decides, then the announced character set, then what the bytes look like.

use crate::{Fault, Role, schema::Repair};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// Bytes that are looked at to tell UTF-16 by its zero bytes, and of a file whose beginning alone is decoded.
const HEAD_BYTES: usize = 64 * 1024;
/// UTF-16 without a mark is believed if at least one in so many units is a character below U+0100. Every language has
/// its spaces and line ends there.
const UTF16_UNITS_PER_ZERO: usize = 16;

/// A text with its byte order mark, if it has one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decoded<'a> {
    pub(crate) text: Cow<'a, str>,
    /// The character set, if nothing said it and it is not UTF-8.
    pub(crate) guessed: Option<&'static str>,
}

/// Decodes a file. Bytes that break the rules of a character set that was announced, or marked, are an error.
pub(crate) fn decode<'a>(bytes: &'a [u8], announced: Option<&str>) -> Result<Decoded<'a>, Fault> {
    let (encoding, guessed) = encoding(bytes, announced);
    let text = if encoding == UTF_8 {
        std::str::from_utf8(bytes).ok().map(Cow::Borrowed)
    } else {
        // The decoder asks for the longest text that there might be.
        encoding.decode_without_bom_handling_and_without_replacement(bytes).map(|text| match text {
            Cow::Owned(mut text) => {
                text.shrink_to_fit();
                Cow::Owned(text)
            }
            borrowed @ Cow::Borrowed(_) => borrowed,
        })
    };
    let text = text.ok_or_else(|| Fault::Undecodable { charset: encoding.name() })?;
    // Every byte is a character in Windows-1252; those that no text has tell what is none.
    if guessed && text.bytes().any(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | 0xC)) {
        return Err(Fault::Undecodable { charset: UTF_8.name() });
    }
    Ok(Decoded { text, guessed: guessed.then(|| encoding.name()) })
}

/// The beginning of a file, to recognise it by: what is no character, or is cut in two, is replaced.
pub(crate) fn decode_head<'a>(bytes: &'a [u8], announced: Option<&str>) -> Cow<'a, str> {
    let head = bytes.get(..HEAD_BYTES).unwrap_or(bytes);
    encoding(head, announced).0.decode_without_bom_handling(head).0
}

/// What is recorded of a text whose character set was guessed.
pub(crate) fn repair(guessed: &str, role: Role) -> Repair {
    Repair {
        code: "charset-guessed".to_owned(),
        place: role.to_string(),
        note: format!(
            "No character set was announced, and the bytes are not UTF-8: they were read as {guessed}."
        ),
    }
}

/// The character set of a text, and whether it was guessed.
fn encoding(bytes: &[u8], announced: Option<&str>) -> (&'static Encoding, bool) {
    if let Some((marked, _)) = Encoding::for_bom(bytes) {
        return (marked, false);
    }
    match announced {
        // RFC 2781 says big-endian where nothing else tells.
        Some("utf-16") => return (utf16(bytes).unwrap_or(UTF_16BE), false),
        Some(label) => {
            if let Some(encoding) = Encoding::for_label(label.as_bytes()) {
                return (encoding, false);
            }
        }
        None => {}
    }
    if let Some(encoding) = utf16(bytes) {
        return (encoding, true);
    }
    if std::str::from_utf8(bytes).is_ok() { (UTF_8, false) } else { (WINDOWS_1252, true) }
}

/// UTF-16 by the half of its units that is zero in characters below U+0100: text has no zero anywhere else.
pub(crate) fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let (units, _) = bytes[..bytes.len().min(HEAD_BYTES)].as_chunks::<2>();
    let zeros = |half: usize| units.iter().filter(|unit| unit[half] == 0).count();
    let enough = units.len().div_ceil(UTF16_UNITS_PER_ZERO);
    match (zeros(0), zeros(1)) {
        (0, low) if low > 0 && low >= enough => Some(UTF_16LE),
        (high, 0) if high > 0 && high >= enough => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], announced: Option<&str>, expect: Option<(&str, Option<&str>)>) {
        let found = decode(bytes, announced).ok();
        let found = found.as_ref().map(|decoded| (&*decoded.text, decoded.guessed));
        assert_eq!(found, expect, "{bytes:?} {announced:?}");
    }

    #[test]
    fn marks_and_announcements_decide() {
        check("Größe".as_bytes(), None, Some(("Größe", None)));
        check(b"\xEF\xBB\xBFa", Some("windows-1252"), Some(("\u{FEFF}a", None)));
        check(b"\xFF\xFEa\0\x3D\xD8\x4D\xDC", None, Some(("\u{FEFF}a👍", None)));
        check(b"\xFE\xFF\0a", None, Some(("\u{FEFF}a", None)));
        check(b"caf\xE9 \x93x\x94", Some("cp1252"), Some(("café “x”", None)));
        check(b"caf\xE9", Some("iso-8859-1"), Some(("café", None)));
        check(b"\xA4", Some("iso-8859-15"), Some(("€", None)));
        check(b"a\0b\0", Some("utf-16le"), Some(("ab", None)));
        check(b"a\0b\0", Some("utf-16"), Some(("ab", None)));
        check(b"\0a\x30\x42", Some("utf-16"), Some(("aあ", None)));
        check("é".as_bytes(), Some("no such set"), Some(("é", None)));
    }

    #[test]
    fn what_is_announced_and_wrong_is_an_error() {
        check(b"caf\xE9", Some("utf-8"), None);
        check(b"\xFF\xFEa", None, None);
        check(b"\xFF\xFE\x3D\xD8", None, None);
        check(b"\xEF\xBB\xBF\xFF", None, None);
    }

    #[test]
    fn what_is_not_announced_is_guessed() {
        check(b"caf\xE9 \x81", None, Some(("café \u{81}", Some("windows-1252"))));
        check(b"1\0\n\0", None, Some(("1\n", Some("UTF-16LE"))));
        check(b"\0\x31\0\n", None, Some(("1\n", Some("UTF-16BE"))));
        check(
            &"да, \u{440}".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>(),
            None,
            Some(("да, р", Some("UTF-16BE"))),
        );
        check(b"a\0\0b", None, Some(("a\0\0b", None)));
        check(
            format!("{}\0b", "x".repeat(100)).as_bytes(),
            None,
            Some((&format!("{}\0b", "x".repeat(100)), None)),
        );
        check(b"", None, Some(("", None)));
    }

    #[test]
    fn beginnings_are_decoded_whatever_they_are() {
        let head = |bytes: &[u8]| decode_head(bytes, None).into_owned();
        assert_eq!(head("é\n".as_bytes()), "é\n");
        assert_eq!(head(b"caf\xE9"), "café");
        assert_eq!(head(b"\xFF\xFEa"), "\u{FEFF}\u{FFFD}");
        assert_eq!(head("ab".repeat(HEAD_BYTES).as_bytes()), "ab".repeat(HEAD_BYTES / 2));
        let utf16: Vec<u8> = "é\n".repeat(HEAD_BYTES).encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(head(&utf16), "é\n".repeat(HEAD_BYTES / 4));
    }
}
