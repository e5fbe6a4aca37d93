use crate::{Fault, candidate::Candidate};

/// The byte order mark, decoded.
pub(crate) const BOM: char = '\u{FEFF}';

/// A vendor's text in two views: as the vendor counted it, and as we keep it.
#[derive(Debug)]
pub(crate) struct Source {
    /// Decoded, with its byte order mark and its carriage returns: offsets of vendors count these.
    pub(crate) decoded: String,
    /// Without byte order mark, line ends folded to LF.
    pub(crate) text: String,
}

impl Source {
    pub(crate) fn of(file: &Candidate<'_>) -> Result<Self, Fault> {
        Ok(Self::from_decoded(decode(file)?))
    }

    pub(crate) fn from_decoded(decoded: String) -> Self {
        let text = fold(&decoded);
        Self { decoded, text }
    }
}

/// The text without a leading byte order mark, and with CR LF and lone CR as LF.
pub(crate) fn fold(text: &str) -> String {
    let text = text.strip_prefix(BOM).unwrap_or(text);
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Characters from bytes: a byte order mark decides, then the announced character set, then UTF-8.
fn decode(file: &Candidate<'_>) -> Result<String, Fault> {
    let bytes = file.bytes;
    match (bytes, file.charset().as_deref()) {
        ([0xFF, 0xFE, ..], _) | (_, Some("utf-16le")) => decode_utf16(bytes, u16::from_le_bytes),
        ([0xFE, 0xFF, ..], _) | (_, Some("utf-16be" | "utf-16")) => decode_utf16(bytes, u16::from_be_bytes),
        ([0xEF, 0xBB, 0xBF, ..], _) => decode_utf8(bytes),
        // The Encoding Standard reads all of these names as Windows-1252.
        (_, Some("windows-1252" | "cp1252" | "iso-8859-1" | "latin1" | "us-ascii")) => {
            Ok(bytes.iter().map(|byte| windows_1252(*byte)).collect())
        }
        _ => decode_utf8(bytes),
    }
}

fn decode_utf8(bytes: &[u8]) -> Result<String, Fault> {
    String::from_utf8(bytes.to_vec()).map_err(|_| Fault::Undecodable { charset: "UTF-8" })
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Fault> {
    let wrong = Fault::Undecodable { charset: "UTF-16" };
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(wrong);
    }
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect::<Result<_, _>>().map_err(|_| wrong)
}

/// The Encoding Standard's index for windows-1252: Latin-1 but for 0x80 to 0x9F.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;

    fn check(media_type: &str, bytes: &[u8], expect: Option<&str>) {
        let source = Source::of(&Candidate::new(Role::Text, media_type, bytes));
        assert_eq!(source.ok().map(|source| source.text).as_deref(), expect, "{media_type} {bytes:?}");
    }

    #[test]
    fn character_sets_are_declared_or_detected() {
        check("text/plain", "Größe 👍".as_bytes(), Some("Größe 👍"));
        check("text/plain", b"\xEF\xBB\xBFa\r\nb\rc\n", Some("a\nb\nc\n"));
        check("text/plain", b"\xFF\xFEa\0\x3D\xD8\x4D\xDC", Some("a👍"));
        check("text/plain", b"\xFE\xFF\0a", Some("a"));
        check("text/plain", b"\xFF\xFEa", None);
        check("text/plain", b"\xFF\xFE\x3D\xD8", None);
        check("text/plain", b"caf\xE9", None);
        check("text/plain; charset=\"Windows-1252\"", b"caf\xE9 \x93x\x94", Some("café “x”"));
        check("text/plain;charset=utf-16le", b"a\0b\0", Some("ab"));
    }
}
