use serde::{
    Deserialize,
    de::{
        Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
        value::{BorrowedStrDeserializer, MapAccessDeserializer, StrDeserializer},
    },
};
use std::{fmt, marker::PhantomData};

/// The first elements of a list. The rest is read past, because what is held of an element can be many times as large as what
/// is written of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AtMost<T, const MAX: usize> {
    pub(super) kept: Vec<T>,
    /// There were more than that.
    pub(super) more: bool,
}

impl<T, const MAX: usize> Default for AtMost<T, MAX> {
    fn default() -> Self {
        Self { kept: Vec::new(), more: false }
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> AtMost<T, MAX> {
    fn of<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut kept = Vec::new();
        while kept.len() < MAX
            && let Some(one) = list.next_element()?
        {
            kept.push(one);
        }
        let mut more = false;
        while kept.len() == MAX && list.next_element::<IgnoredAny>()?.is_some() {
            more = true;
        }
        kept.shrink_to_fit();
        Ok(Self { kept, more })
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for AtMost<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct List<T, const MAX: usize>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for List<T, MAX> {
            type Value = AtMost<T, MAX>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
                AtMost::of(list)
            }
        }

        from.deserialize_seq(List(PhantomData))
    }
}

/// What JSON-LD allows nearly everywhere: nothing, one thing, or a list of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OneOrMany<T, const MAX: usize>(pub(super) AtMost<T, MAX>);

impl<T, const MAX: usize> Default for OneOrMany<T, MAX> {
    fn default() -> Self {
        Self(AtMost::default())
    }
}

impl<T, const MAX: usize> OneOrMany<T, MAX> {
    fn one(thing: T) -> Self {
        Self(AtMost { kept: vec![thing], more: false })
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for OneOrMany<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either<T, const MAX: usize>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for Either<T, MAX> {
            type Value = OneOrMany<T, MAX>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a string, an object or a list")
            }

            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(OneOrMany::default())
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                T::deserialize(StrDeserializer::new(text)).map(OneOrMany::one)
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                T::deserialize(BorrowedStrDeserializer::new(text)).map(OneOrMany::one)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(OneOrMany::one)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
                AtMost::of(list).map(OneOrMany)
            }
        }

        from.deserialize_any(Either(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_end_at_their_bound() {
        let read =
            |json: &str| serde_json::from_str::<AtMost<u8, 2>>(json).map(|list| (list.kept, list.more)).ok();
        assert_eq!(read("[]"), Some((vec![], false)));
        assert_eq!(read("[1,2]"), Some((vec![1, 2], false)));
        assert_eq!(read("[1,2,3,{}]"), Some((vec![1, 2], true)));
        assert_eq!(read("[1,2,3"), None);
        assert_eq!(read("null"), None);
    }

    #[test]
    fn one_thing_is_a_list_of_one() {
        let read =
            |json: &str| serde_json::from_str::<OneOrMany<String, 2>>(json).map(|list| list.0.kept).ok();
        assert_eq!(read("null"), Some(vec![]));
        assert_eq!(read("\"a\""), Some(vec!["a".to_owned()]));
        assert_eq!(read("\"\\u0061\""), Some(vec!["a".to_owned()]));
        assert_eq!(read("[\"a\",\"b\",1]"), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(read("1"), None);
        assert_eq!(read("{}"), None);
    }
}
