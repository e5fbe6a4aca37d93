//! Reading vendors' JSON without keeping a copy of it.

use crate::{Fault, error};
use serde::{
    Deserialize,
    de::{Deserializer, IgnoredAny, SeqAccess, Visitor},
};
use std::{borrow::Cow, fmt, marker::PhantomData};

/// The content without a byte order mark, which some programs write although JSON has none.
pub(crate) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// Reads a vendor's shape. Depth is bounded by the parser (128), size by the role's limit.
pub(crate) fn read<'a, T: Deserialize<'a>>(format: &'static str, bytes: &'a [u8]) -> Result<T, Fault> {
    let bytes = without_bom(bytes);
    // To look at all bytes once is quicker than at each text by itself. Where some are no UTF-8, the texts that are read decide.
    let read = match std::str::from_utf8(bytes) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(bytes),
    };
    read.map_err(|e| Fault::Malformed { format, why: error::why(&e) })
}

/// A text that lies in the file itself, unless it has escapes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Cow<'de, str>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }
        from.deserialize_str(Reader).map(Text)
    }
}

/// A number that its writer may have put into quotes. `N/A` and other words count as absent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number(pub(crate) Option<f64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Option<f64>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a number or a number in quotes")
            }

            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Some(number))
            }

            #[expect(
                clippy::cast_precision_loss,
                reason = "counts beyond 2^53 are refused where they are used"
            )]
            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Some(number as f64))
            }

            #[expect(
                clippy::cast_precision_loss,
                reason = "counts beyond 2^53 are refused where they are used"
            )]
            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Some(number as f64))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(text.trim().parse().ok())
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(None)
            }
        }
        let number = from.deserialize_any(Reader)?;
        Ok(Self(number.filter(|number: &f64| number.is_finite())))
    }
}

impl Number {
    /// A count, if it is one.
    pub(crate) fn whole(self) -> Option<u64> {
        let number = self.0.filter(|number| (0.0..9.0e15).contains(number) && number.fract() == 0.0)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked in the line above"
        )]
        Some(number as u64)
    }
}

/// What works a list off while it is read, so that no element is kept longer than it is looked at.
pub(crate) trait Gather<'de>: Default {
    /// The vendor's shape of one element.
    type Element: Deserialize<'de>;

    fn take(&mut self, index: usize, element: Self::Element);
}

/// A list that was worked off; an absent one (`null`) gives nothing.
#[derive(Debug, Default)]
pub(crate) struct Gathered<G>(pub(crate) G);

impl<'de, G: Gather<'de>> Deserialize<'de> for Gathered<G> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader<G>(PhantomData<G>);
        impl<'de, G: Gather<'de>> Visitor<'de> for Reader<G> {
            type Value = G;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<G, A::Error> {
                let mut gathered = G::default();
                let mut index = 0;
                while let Some(element) = list.next_element()? {
                    gathered.take(index, element);
                    index += 1;
                }
                Ok(gathered)
            }

            fn visit_unit<E>(self) -> Result<G, E> {
                Ok(G::default())
            }
        }
        from.deserialize_any(Reader(PhantomData)).map(Gathered)
    }
}

/// The first element of a list whose others do not matter: vendors put the likeliest alternative first.
#[derive(Debug)]
pub(crate) struct First<T>(pub(crate) Option<T>);

impl<T> Default for First<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for First<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Option<T>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<T>, A::Error> {
                let first = list.next_element()?;
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(first)
            }

            fn visit_unit<E>(self) -> Result<Option<T>, E> {
                Ok(None)
            }
        }
        from.deserialize_any(Reader(PhantomData)).map(First)
    }
}

/// A label that its writer may have given as a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Label<'a> {
    Name(Cow<'a, str>),
    Number(u64),
}

impl<'de: 'a, 'a> Deserialize<'de> for Label<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Label<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a name or a number from 0")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Label<'de>, E> {
                Ok(Label::Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Label<'de>, E> {
                Ok(Label::Name(Cow::Owned(name.to_owned())))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Label<'de>, E> {
                Ok(Label::Number(number))
            }

            fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Label<'de>, E> {
                Number(Some(number))
                    .whole()
                    .map(Label::Number)
                    .ok_or_else(|| E::custom("a speaker is no whole number"))
            }
        }
        from.deserialize_any(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expect: Option<f64>) {
        assert_eq!(read::<Number>("x", json.as_bytes()).unwrap().0, expect, "{json}");
    }

    #[test]
    fn numbers_may_stand_in_quotes() {
        check("1.5", Some(1.5));
        check("\" 1.5 \"", Some(1.5));
        check("-3", Some(-3.0));
        check("\"N/A\"", None);
        check("\"NaN\"", None);
        check("null", None);
        assert!(read::<Number>("x", b"[]").is_err());
        assert!(read::<Number>("x", b"true").is_err());
    }

    #[test]
    fn texts_are_borrowed_unless_they_have_escapes() {
        let text = |json: &'static str| read::<Text<'_>>("x", json.as_bytes()).unwrap().0;
        assert!(matches!(text("\"plain\""), Cow::Borrowed("plain")));
        assert!(matches!(text("\"don\\u2019t\""), Cow::Owned(text) if text == "don’t"));
    }

    #[test]
    fn what_follows_the_value_is_malformed_with_its_position() {
        let Err(Fault::Malformed { why, .. }) = read::<Number>("x", b"1\n2") else {
            panic!("must be refused")
        };
        assert_eq!(why, "trailing characters at line 2 column 1");
    }
}
