use crate::{Fault, candidate::Candidate, charset, limits::TEXT_BYTES_MAX, schema::Repair};
use std::{borrow::Cow, rc::Rc};

/// The byte order mark, decoded.
pub(crate) const BOM: char = '\u{FEFF}';

/// A vendor's text in two views: as the vendor counted it, and as we keep it. One string where both are the same.
#[derive(Debug)]
pub(crate) struct Source {
    /// Decoded, with its byte order mark and its carriage returns: offsets of vendors count these.
    pub(crate) decoded: Rc<String>,
    /// Without byte order mark, line ends folded to LF.
    pub(crate) text: Rc<String>,
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
            Cow::Owned(folded) => Some(Rc::new(folded)),
            Cow::Borrowed(_) => None,
        };
        let decoded = Rc::new(decoded);
        let text = folded.unwrap_or_else(|| Rc::clone(&decoded));
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
    let guess = decoded.guessed.then(|| Repair {
        code: "charset-guessed".to_owned(),
        place: file.role.to_string(),
        note: format!("No character set was declared; the bytes were read as {}.", decoded.charset),
    });
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

/// Each character of a decoded text with the byte in the folded text where it begins, and the end of the folded text.
///
/// A byte order mark and the CR of a CR LF take no place, so they begin where their successor begins.
pub(crate) fn fold_positions(decoded: &str) -> impl Iterator<Item = (Option<char>, usize)> + '_ {
    let mut chars = decoded.chars().peekable();
    let (mut position, mut first, mut ended) = (0, true, false);
    std::iter::from_fn(move || {
        let Some(c) = chars.next() else {
            return (!std::mem::replace(&mut ended, true)).then_some((None, position));
        };
        let at = position;
        let vanishes =
            (std::mem::replace(&mut first, false) && c == BOM) || (c == '\r' && chars.peek() == Some(&'\n'));
        position += if vanishes { 0 } else { c.len_utf8() };
        Some((Some(c), at))
    })
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
        assert!(Rc::ptr_eq(&guessed.text, &guessed.decoded));
        assert!(source("text/plain; charset=\"Windows-1252\"", b"caf\xE9").repairs.is_empty());
    }

    #[test]
    fn positions_follow_the_folding() {
        let positions = |text: &str| fold_positions(text).map(|(_, at)| at).collect::<Vec<_>>();
        assert_eq!(positions(""), [0]);
        assert_eq!(positions("\u{FEFF}a\r\né\rb"), [0, 0, 1, 1, 2, 4, 5, 6]);
    }
}
