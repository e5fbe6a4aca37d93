//! Characters from bytes.

use crate::Fault;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// Bytes looked at for the NULs that UTF-16 has in most texts.
const SAMPLE_BYTES: usize = 1024;

/// A text, and how it was read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Decoded<'a> {
    /// With its byte order mark, if it has one.
    pub(crate) text: Cow<'a, str>,
    /// The Encoding Standard's name.
    pub(crate) charset: &'static str,
    /// Nothing in the file or its announcement said so.
    pub(crate) guessed: bool,
}

/// Decodes: a byte order mark decides, then the declared character set, then what the bytes allow, UTF-8 first.
pub(crate) fn decode<'a>(bytes: &'a [u8], declared: Option<&str>) -> Result<Decoded<'a>, Fault> {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return strict(encoding, bytes);
    }
    match declared {
        // RFC 2781 leaves the order open.
        Some("utf-16") => strict(utf16(bytes).unwrap_or(UTF_16LE), bytes),
        Some(label) if let Some(encoding) = Encoding::for_label(label.as_bytes()) => strict(encoding, bytes),
        _ => detect(bytes),
    }
}

fn strict<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Result<Decoded<'a>, Fault> {
    let charset = encoding.name();
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    let text = text.ok_or(Fault::Undecodable { charset })?;
    Ok(Decoded { text, charset, guessed: false })
}

fn detect(bytes: &[u8]) -> Result<Decoded<'_>, Fault> {
    if let Some(encoding) = utf16(bytes) {
        return Ok(Decoded { guessed: true, ..strict(encoding, bytes)? });
    }
    if let Ok(text) = strict(UTF_8, bytes) {
        return Ok(text);
    }
    let guess = Decoded { guessed: true, ..strict(WINDOWS_1252, bytes)? };
    // Every byte is a character in Windows-1252; those that no text has tell what is none.
    if guess.text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{C}')) {
        return Err(Fault::Undecodable { charset: UTF_8.name() });
    }
    Ok(guess)
}

/// UTF-16 without a byte order mark, told by NULs in every other place.
pub(crate) fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let (pairs, _) = bytes[..bytes.len().min(SAMPLE_BYTES)].as_chunks::<2>();
    let (high, low) = pairs.iter().fold((0, 0), |(high, low), [first, second]| {
        (high + usize::from(*first == 0), low + usize::from(*second == 0))
    });
    match (high, low) {
        (high, 0) if high > pairs.len() / 2 => Some(UTF_16BE),
        (0, low) if low > pairs.len() / 2 => Some(UTF_16LE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(declared: Option<&str>, bytes: &[u8], expect: Option<(&str, &str, bool)>) {
        let decoded = decode(bytes, declared).ok();
        let found = decoded.as_ref().map(|found| (&*found.text, found.charset, found.guessed));
        assert_eq!(found, expect, "{declared:?} {bytes:?}");
    }

    #[test]
    fn character_sets_are_declared_or_detected() {
        check(None, "Größe 👍".as_bytes(), Some(("Größe 👍", "UTF-8", false)));
        check(None, b"\xEF\xBB\xBFa\r\n", Some(("\u{FEFF}a\r\n", "UTF-8", false)));
        check(None, b"\xFF\xFEa\0\x3D\xD8\x4D\xDC", Some(("\u{FEFF}a👍", "UTF-16LE", false)));
        check(None, b"\xFE\xFF\0a", Some(("\u{FEFF}a", "UTF-16BE", false)));
        check(None, b"\xFF\xFEa", None);
        check(None, b"\xFF\xFE\x3D\xD8", None);
        check(None, b"a\0b\0", Some(("ab", "UTF-16LE", true)));
        check(None, b"\0a\0b", Some(("ab", "UTF-16BE", true)));
        check(None, b"caf\xE9 \x93x\x94", Some(("café “x”", "windows-1252", true)));
        check(None, b"\x81\x02\xFF", None);
        check(Some("utf-8"), b"caf\xE9", None);
        check(Some("windows-1252"), b"caf\xE9", Some(("café", "windows-1252", false)));
        check(Some("latin1"), b"\x80", Some(("€", "windows-1252", false)));
        check(Some("iso-8859-2"), b"\xE8", Some(("č", "ISO-8859-2", false)));
        check(Some("utf-16le"), b"a\0b\0", Some(("ab", "UTF-16LE", false)));
        check(Some("utf-16"), b"\0a\0b", Some(("ab", "UTF-16BE", false)));
        check(Some("klingon"), b"abc", Some(("abc", "UTF-8", false)));
    }
}
