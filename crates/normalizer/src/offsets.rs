//! From what vendors count to bytes of the folded text, and from those to code points.

use crate::{Fault, source::BOM};
use memchr::memchr_iter;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation as _;

/// What a vendor counts when it gives an offset into its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// UTF-8 bytes, as Go and Rust count.
    Bytes,
    /// As Java, JavaScript and C# count.
    Utf16,
    /// As Python counts, and as the W3C model requires.
    CodePoints,
    /// Extended grapheme clusters (Unicode Standard Annex 29), as Swift counts.
    Graphemes,
}

impl Unit {
    const ALL: [Self; 4] = [Self::Bytes, Self::Utf16, Self::CodePoints, Self::Graphemes];

    /// The word in errors and provenance.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Utf16 => "utf-16 code units",
            Self::CodePoints => "code points",
            Self::Graphemes => "graphemes",
        }
    }

    /// The word in the parameter `offsets` of an announced media type.
    const fn parameter(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Utf16 => "utf-16",
            Self::CodePoints => "code-points",
            Self::Graphemes => "graphemes",
        }
    }

    /// The unit that a media type announces.
    pub(crate) fn announced(word: &str) -> Result<Self, Fault> {
        let unit = Self::ALL.into_iter().find(|unit| unit.parameter() == word);
        unit.ok_or_else(|| Fault::UnitUnknown { announced: word.chars().take(100).collect() })
    }
}

/// A vendor's offsets as bytes of the folded text, from one pass over the text as the vendor counted it.
pub(crate) struct Offsets<'a> {
    unit: Unit,
    count: Count<'a>,
    folding: Folding,
}

impl<'a> Offsets<'a> {
    /// Offsets into `decoded` as bytes of what it folds to.
    pub(crate) fn new(decoded: &'a str, unit: Unit) -> Self {
        Self { unit, count: Count::new(decoded, unit), folding: Folding::new(decoded) }
    }

    /// The bytes of the folded text between two of the vendor's offsets.
    pub(crate) fn span(&self, start: i64, end: i64) -> Result<Range<usize>, Fault> {
        let unit = self.unit.as_str();
        let place = |at: i64| usize::try_from(at).map_or(Place::Outside, |at| self.count.place(at));
        match (place(start), place(end)) {
            (Place::At(from), Place::At(to)) if start <= end => {
                Ok(self.folding.folded(from)..self.folding.folded(to))
            }
            (Place::Inside, Place::At(_) | Place::Inside) | (Place::At(_), Place::Inside) if start <= end => {
                Err(Fault::InsideCharacter { start, end, unit })
            }
            _ => Err(Fault::OutsideText { start, end, length: self.count.length(), unit }),
        }
    }
}

/// Where the byte is that a vendor's offset means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    At(usize),
    /// In the middle of a character.
    Inside,
    /// Before the beginning or past the end.
    Outside,
}

/// From units to bytes of the text that they count.
enum Count<'a> {
    /// A unit is a byte.
    Same(&'a str),
    /// Code points or UTF-16 code units.
    Sums(Sums<'a>),
    /// Where each grapheme begins, and the end. Four bytes for each, whatever its length, because a grapheme can be as long
    /// as the text.
    Bounds(Vec<u32>),
}

impl<'a> Count<'a> {
    fn new(text: &'a str, unit: Unit) -> Self {
        match unit {
            Unit::Bytes => Self::Same(text),
            Unit::Utf16 | Unit::CodePoints if text.is_ascii() => Self::Same(text),
            Unit::Utf16 => Self::Sums(Sums::new(text, Weight::Utf16)),
            Unit::CodePoints => Self::Sums(Sums::new(text, Weight::CodePoint)),
            Unit::Graphemes => {
                let starts = text.grapheme_indices(true).map(|(at, _)| at);
                // Roles bound the text to a few mebibytes, so that its bytes fit.
                let bounds = starts.chain([text.len()]).map(|at| u32::try_from(at).unwrap_or(u32::MAX));
                Self::Bounds(bounds.collect())
            }
        }
    }

    fn place(&self, at: usize) -> Place {
        match self {
            Self::Same(text) if at > text.len() => Place::Outside,
            Self::Same(text) if text.is_char_boundary(at) => Place::At(at),
            Self::Same(_) => Place::Inside,
            Self::Sums(sums) => sums.place(at),
            Self::Bounds(bounds) => bounds.get(at).map_or(Place::Outside, |at| Place::At(*at as usize)),
        }
    }

    fn length(&self) -> usize {
        match self {
            Self::Same(text) => text.len(),
            Self::Sums(sums) => sums.before(sums.text.len()),
            Self::Bounds(bounds) => bounds.len() - 1,
        }
    }
}

/// What a character counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    CodePoint,
    Utf16,
}

impl Weight {
    fn of(self, c: char) -> u32 {
        match self {
            Self::CodePoint => 1,
            Self::Utf16 => 1 + u32::from(c > '\u{FFFF}'),
        }
    }

    /// What the characters count for that begin in these bytes. They are a stride at most, so that a byte holds their sum.
    fn sum(self, bytes: &[u8]) -> u32 {
        let begins = |byte: u8| u8::from(!matches!(byte, 0x80..=0xBF));
        let sum: u8 = match self {
            Self::CodePoint => bytes.iter().map(|byte| begins(*byte)).sum(),
            Self::Utf16 => bytes.iter().map(|byte| begins(*byte) + u8::from(*byte >= 0xF0)).sum(),
        };
        sum.into()
    }
}

/// What the characters of a text count for up to a byte, from sums kept at regular distances. Texts are bounded to a few
/// mebibytes, so that their characters can be counted in 32 bits.
struct Sums<'a> {
    text: &'a str,
    weight: Weight,
    at_strides: Vec<u32>,
}

/// Distance between two sums: small enough to count the rest at once, large enough to need little memory.
const STRIDE_BYTES: usize = 64;

impl<'a> Sums<'a> {
    fn new(text: &'a str, weight: Weight) -> Self {
        let mut sum = 0;
        let mut at_strides = Vec::with_capacity(text.len() / STRIDE_BYTES + 2);
        at_strides.push(0);
        for chunk in text.as_bytes().chunks(STRIDE_BYTES) {
            sum += weight.sum(chunk);
            at_strides.push(sum);
        }
        Self { text, weight, at_strides }
    }

    /// The sum in front of a byte that begins a character or ends the text.
    fn before(&self, byte: usize) -> usize {
        let stride = byte / STRIDE_BYTES;
        (self.at_strides[stride] + self.weight.sum(&self.text.as_bytes()[stride * STRIDE_BYTES..byte]))
            as usize
    }

    fn place(&self, wanted: usize) -> Place {
        let Ok(wanted) = u32::try_from(wanted) else { return Place::Outside };
        let stride = self.at_strides.partition_point(|sum| *sum <= wanted).saturating_sub(1);
        let from = self.text.ceil_char_boundary(stride * STRIDE_BYTES);
        let mut sum = self.at_strides[stride];
        for (at, c) in self.text[from..].char_indices() {
            if sum == wanted {
                return Place::At(from + at);
            }
            sum += self.weight.of(c);
            if sum > wanted {
                return Place::Inside;
            }
        }
        if sum == wanted { Place::At(self.text.len()) } else { Place::Outside }
    }
}

/// From bytes of a decoded text to bytes of what it folds to: a byte order mark and the CR of a CR LF take no place there, so
/// they begin where their successor begins.
struct Folding {
    /// The bytes of the byte order mark.
    bom: usize,
    /// Where each CR of a CR LF lies. At most one for two bytes of text.
    dropped: Vec<u32>,
}

impl Folding {
    fn new(decoded: &str) -> Self {
        let bytes = decoded.as_bytes();
        let dropped = memchr_iter(b'\r', bytes).filter(|at| bytes.get(at + 1) == Some(&b'\n'));
        Self {
            bom: if decoded.starts_with(BOM) { BOM.len_utf8() } else { 0 },
            dropped: dropped.map(|at| u32::try_from(at).unwrap_or(u32::MAX)).collect(),
        }
    }

    fn folded(&self, at: usize) -> usize {
        let dropped = self.dropped.partition_point(|dropped| (*dropped as usize) < at);
        at - dropped - self.bom.min(at)
    }
}

/// Code points of a text up to a byte.
pub(crate) struct CodePoints<'a>(Sums<'a>);

impl<'a> CodePoints<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self(Sums::new(text, Weight::CodePoint))
    }

    /// How many code points lie before a byte that begins a character or ends the text.
    pub(crate) fn before(&self, byte: usize) -> usize {
        self.0.before(byte)
    }
}

/// The bytes between two offsets in UTF-16 code units of a short text, taken as it is.
pub(crate) fn utf16_span(text: &str, start: i64, end: i64) -> Option<Range<usize>> {
    let (start, end) = (usize::try_from(start).ok()?, usize::try_from(end).ok()?);
    let from = utf16_place(text, start)?;
    let to = from + utf16_place(&text[from..], end.checked_sub(start)?)?;
    Some(from..to)
}

fn utf16_place(text: &str, wanted: usize) -> Option<usize> {
    let mut sum = 0;
    for (at, c) in text.char_indices() {
        if sum >= wanted {
            return (sum == wanted).then_some(at);
        }
        sum += c.len_utf16();
    }
    (sum == wanted).then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source;
    use proptest::prelude::*;

    #[test]
    fn units_count_differently() {
        let text = "a👍e\u{301}\r\nz";
        let span = |unit, start, end| Offsets::new(text, unit).span(start, end);
        assert_eq!(span(Unit::Utf16, 1, 3), Ok(1..5));
        assert_eq!(span(Unit::CodePoints, 1, 2), Ok(1..5));
        assert_eq!(span(Unit::Bytes, 1, 5), Ok(1..5));
        assert_eq!(span(Unit::Graphemes, 1, 2), Ok(1..5));
        assert_eq!(span(Unit::Graphemes, 2, 4), Ok(5..9));
        assert_eq!(span(Unit::Utf16, 5, 7), Ok(8..9));
        assert_eq!(span(Unit::Utf16, 7, 8), Ok(9..10));
    }

    #[test]
    fn what_is_inside_a_character_or_outside_the_text_is_an_error() {
        let text = "a👍é\r\nz";
        let span = |unit, start, end| Offsets::new(text, unit).span(start, end);
        for (unit, start, end) in [(Unit::Utf16, 2, 3), (Unit::Utf16, 1, 2), (Unit::Bytes, 1, 3)] {
            assert_eq!(
                span(unit, start, end),
                Err(Fault::InsideCharacter { start, end, unit: unit.as_str() })
            );
        }
        for (unit, length) in
            [(Unit::Bytes, 10), (Unit::Utf16, 7), (Unit::CodePoints, 6), (Unit::Graphemes, 5)]
        {
            let past = i64::try_from(length).unwrap() + 1;
            for (start, end) in [(0, past), (-1, 1), (5, 1), (i64::MAX, i64::MAX), (i64::MIN, i64::MAX)] {
                let fault = Fault::OutsideText { start, end, length, unit: unit.as_str() };
                assert_eq!(span(unit, start, end), Err(fault));
            }
        }
    }

    #[test]
    fn units_are_announced_by_name() {
        for unit in Unit::ALL {
            assert_eq!(Unit::announced(unit.parameter()), Ok(unit));
        }
        assert_eq!(Unit::announced("lines"), Err(Fault::UnitUnknown { announced: "lines".into() }));
    }

    /// Texts in which units, folding and graphemes go wrong.
    fn pieces() -> impl Strategy<Value = Vec<String>> {
        let piece = prop_oneof![
            "[\r\n]{1,3}",
            "\\PC",
            Just("👩‍🏫".to_owned()),
            Just("🇫🇷🇩".to_owned()),
            Just("e\u{301}\u{323}".to_owned()),
            Just("\u{FEFF}".to_owned()),
            "[ab]{1,70}",
        ];
        proptest::collection::vec(piece, 0..20)
    }

    /// A length in a unit, counted in the plainest way.
    fn length(text: &str, unit: Unit) -> usize {
        match unit {
            Unit::Bytes => text.len(),
            Unit::Utf16 => text.encode_utf16().count(),
            Unit::CodePoints => text.chars().count(),
            Unit::Graphemes => text.graphemes(true).count(),
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

        /// Every boundary of a text has one offset in each unit, and no other offset resolves.
        #[test]
        fn a_span_is_the_folded_text_in_front(pieces in pieces()) {
            let text = pieces.concat();
            let folded = source::fold(&text);
            for unit in Unit::ALL {
                let offsets = Offsets::new(&text, unit);
                let mut resolved = 0;
                for at in 0..=length(&text, unit) {
                    let Ok(span) = offsets.span(0, i64::try_from(at).unwrap()) else { continue };
                    resolved += 1;
                    prop_assert!(folded.get(span.clone()).is_some());
                }
                let bounds = text.char_indices().map(|(at, _)| at).chain([text.len()]);
                let graphemes: Vec<_> = text.grapheme_indices(true).map(|(at, _)| at).collect();
                let bounds = bounds.filter(|at| {
                    unit != Unit::Graphemes || *at == text.len() || graphemes.binary_search(at).is_ok()
                });
                let mut count = 0;
                for bound in bounds {
                    count += 1;
                    let at = i64::try_from(length(&text[..bound], unit)).unwrap();
                    // What lies in front is folded knowing what follows: a lone CR in front of an LF is one line end.
                    let cut = text[..bound].ends_with('\r') && text[bound..].starts_with('\n');
                    let until = source::fold(&text[..bound]).len() - usize::from(cut);
                    prop_assert_eq!(offsets.span(0, at), Ok(0..until));
                }
                prop_assert_eq!(resolved, count);
            }
        }

        #[test]
        fn a_short_text_is_measured_like_a_long_one(text in "[a👍é]{0,12}", start in -1i64..16, end in -1i64..16) {
            let expect = Offsets::new(&text, Unit::Utf16).span(start, end).ok();
            prop_assert_eq!(utf16_span(&text, start, end), expect);
        }
    }
}
