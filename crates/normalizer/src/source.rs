use crate::{Fault, candidate::Candidate, charset, limits::TEXT_BYTES_MAX, schema::Repair};
use std::{borrow::Cow, sync::Arc};

/// The byte order mark, decoded.
pub(crate) const BOM: char = '\u{FEFF}';

/// A vendor's text in two views: as the vendor counted it, and as we keep it. One string where both are the same.
#[derive(Debug)]
pub(crate) struct Source {
    /// Decoded, with its byte order mark and its carriage returns: offsets of vendors count these.
    pub(crate) decoded: Arc<String>,
    /// Without byte order mark, line ends folded to LF.
    pub(crate) text: Arc<String>,
    /// What had to be guessed to read it, or was left out.
    pub(crate) repairs: Vec<Repair>,
}

impl Source {
    pub(crate) fn of(file: &Candidate<'_>) -> Result<Self, Fault> {
        let (decoded, repairs) = decode(file, file.charset().as_deref())?;
        Ok(Self { repairs, ..Self::from_decoded(decoded.into_owned()) })
    }

    pub(crate) fn from_decoded(decoded: String) -> Self {
        let folded = match fold(&decoded) {
            Cow::Owned(folded) => Some(Arc::new(folded)),
            Cow::Borrowed(_) => None,
        };
        let decoded = Arc::new(decoded);
        let text = folded.unwrap_or_else(|| Arc::clone(&decoded));
        Self { decoded, text, repairs: Vec::new() }
    }
}

/// A file's characters, and a repair if the character set had to be guessed.
pub(crate) fn decode<'a>(
    file: &Candidate<'a>,
    declared: Option<&str>,
) -> Result<(Cow<'a, str>, Vec<Repair>), Fault> {
    let decoded = charset::decode(file.bytes, declared)?;
    if decoded.text.len() > TEXT_BYTES_MAX {
        return Err(Fault::TooMany { what: "bytes of text", most: TEXT_BYTES_MAX });
    }
    let guess = decoded.guessed.map(|guessed| charset::repair(guessed, file.role));
    Ok((decoded.text, guess.into_iter().collect()))
}

/// The text without a leading byte order mark, and with CR LF and lone CR as LF.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    let marked = text.strip_prefix(BOM);
    let rest = marked.unwrap_or(text);
    if memchr::memchr(b'\r', rest.as_bytes()).is_none() {
        return if marked.is_some() { Cow::Owned(rest.to_owned()) } else { Cow::Borrowed(text) };
    }
    let mut folded = String::with_capacity(rest.len());
    let mut lines = rest.split('\r');
    folded.push_str(lines.next().unwrap_or_default());
    for line in lines {
        folded.push('\n');
        folded.push_str(line.strip_prefix('\n').unwrap_or(line));
    }
    Cow::Owned(folded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;

    #[test]
    fn line_ends_are_folded_and_guesses_recorded() {
        let source = |media_type: &str, bytes: &[u8]| {
            Source::of(&Candidate::new(Role::Text, media_type, bytes)).unwrap()
        };
        assert_eq!(**source("text/plain", b"\xEF\xBB\xBFa\r\nb\rc\n\r").text, *"a\nb\nc\n\n");
        let guessed = source("text/plain", b"caf\xE9");
        assert_eq!((guessed.text.as_str(), guessed.repairs.len()), ("café", 1));
        assert!(Arc::ptr_eq(&guessed.text, &guessed.decoded));
        assert!(source("text/plain; charset=\"Windows-1252\"", b"caf\xE9").repairs.is_empty());
    }
}
