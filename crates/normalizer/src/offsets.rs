use crate::{Fault, source};
use std::ops::Range;

/// What a vendor counts when it gives an offset into its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// UTF-8 bytes.
    Bytes,
    /// As Java, JavaScript and C# count.
    Utf16,
    /// As Python counts, and as the W3C model requires.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the unit of formats that are read later; proved by the tests")
    )]
    CodePoints,
}

impl Unit {
    /// The word in errors and provenance.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Utf16 => "utf-16 code units",
            Self::CodePoints => "code points",
        }
    }

    fn of(self, c: char) -> usize {
        match self {
            Self::Bytes => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
            Self::CodePoints => 1,
        }
    }
}

/// Marks a unit in the middle of a character.
const INSIDE: u32 = u32::MAX;

/// A vendor's offsets as bytes of the folded text: one pass, four bytes of memory for each unit of text.
pub(crate) struct Offsets {
    unit: Unit,
    byte_at: Vec<u32>,
}

impl Offsets {
    /// Offsets into `decoded` as bytes of what it folds to.
    pub(crate) fn new(decoded: &str, unit: Unit) -> Self {
        Self::of(source::fold_positions(decoded), decoded.len(), unit)
    }

    /// Offsets into a text that is taken as it is.
    pub(crate) fn plain(text: &str, unit: Unit) -> Self {
        let end = std::iter::once((None, text.len()));
        Self::of(text.char_indices().map(|(at, c)| (Some(c), at)).chain(end), text.len(), unit)
    }

    fn of(positions: impl Iterator<Item = (Option<char>, usize)>, bytes: usize, unit: Unit) -> Self {
        let mut byte_at = Vec::with_capacity(bytes + 1);
        for (c, position) in positions {
            // Roles bound the text to a few mebibytes, so that the position fits; past that, nothing resolves.
            byte_at.push(u32::try_from(position).unwrap_or(INSIDE));
            let units = c.map_or(1, |c| unit.of(c));
            byte_at.resize(byte_at.len() + units - 1, INSIDE);
        }
        Self { unit, byte_at }
    }

    /// The bytes of the folded text between two of the vendor's offsets.
    pub(crate) fn span(&self, start: i64, end: i64) -> Result<Range<usize>, Fault> {
        let length = self.byte_at.len() - 1;
        let unit = self.unit.as_str();
        let index = |at: i64| usize::try_from(at).ok().filter(|at| *at <= length);
        let (Some(from), Some(to), true) = (index(start), index(end), start <= end) else {
            return Err(Fault::OutsideText { start, end, length, unit });
        };
        let (from, to) = (self.byte_at[from], self.byte_at[to]);
        if from == INSIDE || to == INSIDE {
            return Err(Fault::InsideCharacter { start, end, unit });
        }
        Ok(from as usize..to as usize)
    }
}

/// Code points of a text up to a byte, from sums kept at regular distances.
pub(crate) struct CodePoints<'a> {
    text: &'a str,
    sums: Vec<usize>,
}

/// Distance between two sums: small enough to count the rest at once, large enough to need little memory.
const STRIDE_BYTES: usize = 64;

impl<'a> CodePoints<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let mut sum = 0;
        let mut sums = vec![0];
        for chunk in text.as_bytes().chunks(STRIDE_BYTES) {
            sum += starts(chunk);
            sums.push(sum);
        }
        Self { text, sums }
    }

    /// How many code points lie before a byte that begins a character or ends the text.
    pub(crate) fn before(&self, byte: usize) -> usize {
        let stride = byte / STRIDE_BYTES;
        self.sums[stride] + starts(&self.text.as_bytes()[stride * STRIDE_BYTES..byte])
    }
}

/// Bytes that begin a character.
fn starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| !matches!(byte, 0x80..=0xBF)).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn units_count_differently() {
        let text = "a👍é\r\nz";
        let span = |unit, start, end| Offsets::new(text, unit).span(start, end);
        assert_eq!(span(Unit::Utf16, 1, 3), Ok(1..5));
        assert_eq!(span(Unit::CodePoints, 1, 2), Ok(1..5));
        assert_eq!(span(Unit::Bytes, 1, 5), Ok(1..5));
        assert_eq!(span(Unit::Utf16, 4, 6), Ok(7..8));
        assert_eq!(span(Unit::Utf16, 6, 7), Ok(8..9));
        let unit = "utf-16 code units";
        assert_eq!(span(Unit::Utf16, 2, 3), Err(Fault::InsideCharacter { start: 2, end: 3, unit }));
        for (start, end) in [(0, 8), (-1, 2), (3, 1), (i64::MAX, i64::MAX), (i64::MIN, i64::MAX)] {
            assert_eq!(
                span(Unit::Utf16, start, end),
                Err(Fault::OutsideText { start, end, length: 7, unit })
            );
        }
    }

    proptest! {
        #[test]
        fn code_points_are_counted(text in "\\PC{0,300}") {
            let index = CodePoints::new(&text);
            for (count, (byte, _)) in text.char_indices().enumerate() {
                prop_assert_eq!(index.before(byte), count);
            }
            prop_assert_eq!(index.before(text.len()), text.chars().count());
        }

        #[test]
        fn a_span_is_the_folded_text_between(
            parts in proptest::collection::vec(prop_oneof![Just("\r\n"), Just("\r"), Just("\n"), Just("👍"), Just("é"), Just("\u{FEFF}"), Just("ab")], 0..20),
            from in 0usize..20, to in 0usize..20,
        ) {
            let (from, to) = (from.min(to).min(parts.len()), from.max(to).min(parts.len()));
            let units = |parts: &[&str]| i64::try_from(parts.concat().encode_utf16().count()).unwrap();
            let decoded = parts.concat();
            let folded = source::fold(&decoded);
            let span = Offsets::new(&decoded, Unit::Utf16).span(units(&parts[..from]), units(&parts[..to])).unwrap();
            // What lies in front is folded knowing what follows: a lone CR in front of an LF is one line end.
            let until = |count: usize| {
                let (front, back) = (parts[..count].concat(), parts[count..].concat());
                let cut = front.ends_with('\r') && back.starts_with('\n');
                source::fold(&front).len() - usize::from(cut)
            };
            prop_assert_eq!(&folded[span], &folded[until(from)..until(to)]);
        }
    }
}
