use crate::{Fault, candidate::Candidate, charset};

/// The byte order mark, decoded.
pub(crate) const BOM: char = '\u{FEFF}';

/// A vendor's text in two views: as the vendor counted it, and as we keep it.
#[derive(Debug)]
pub(crate) struct Source {
    /// Decoded, with its byte order mark and its carriage returns: offsets of vendors count these.
    pub(crate) decoded: String,
    /// Without byte order mark, line ends folded to LF.
    pub(crate) text: String,
    /// The character set, if it had to be guessed.
    pub(crate) guessed: Option<&'static str>,
}

impl Source {
    pub(crate) fn of(file: &Candidate<'_>) -> Result<Self, Fault> {
        let decoded = charset::decode(file.bytes, file.charset().as_deref())?;
        Ok(Self { guessed: decoded.guessed, ..Self::from_decoded(decoded.text.into_owned()) })
    }

    pub(crate) fn from_decoded(decoded: String) -> Self {
        let text = fold(&decoded);
        Self { decoded, text, guessed: None }
    }
}

/// The text without a leading byte order mark, and with CR LF and lone CR as LF.
pub(crate) fn fold(text: &str) -> String {
    let text = text.strip_prefix(BOM).unwrap_or(text);
    text.replace("\r\n", "\n").replace('\r', "\n")
}

}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;

    #[test]
    fn texts_are_decoded_and_folded() {
        let of = |media_type, bytes| Source::of(&Candidate::new(Role::Text, media_type, bytes));
        let announced = of("text/plain; charset=\"Windows-1252\"", b"caf\xE9\r\n").unwrap();
        assert_eq!((announced.decoded.as_str(), announced.text.as_str()), ("café\r\n", "café\n"));
        assert_eq!(announced.guessed, None);
        let marked = of("text/plain", b"\xEF\xBB\xBFa\r\nb\rc\n").unwrap();
        assert_eq!((marked.decoded.as_str(), marked.text.as_str()), ("\u{FEFF}a\r\nb\rc\n", "a\nb\nc\n"));
        assert_eq!(of("text/plain", b"caf\xE9").unwrap().guessed, Some("windows-1252"));
        assert_eq!(
            of("text/plain;charset=utf-8", b"caf\xE9").err(),
            Some(Fault::Undecodable { charset: "UTF-8" })
        );
    }
}
