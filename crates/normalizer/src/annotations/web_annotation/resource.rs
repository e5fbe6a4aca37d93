use serde::{
    Deserialize,
    de::{
        Deserializer, Error, MapAccess, Visitor,
        value::{BorrowedStrDeserializer, MapAccessDeserializer, StrDeserializer},
    },
};
use std::{fmt, marker::PhantomData};

/// A resource: named by its IRI, or described by an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Resource<S, T> {
    Named(S),
    Described(Box<T>),
}

impl<'de, S: Deserialize<'de>, T: Deserialize<'de>> Deserialize<'de> for Resource<S, T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either<S, T>(PhantomData<(S, T)>);

        impl<'de, S: Deserialize<'de>, T: Deserialize<'de>> Visitor<'de> for Either<S, T> {
            type Value = Resource<S, T>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a string or an object")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                S::deserialize(StrDeserializer::new(text)).map(Resource::Named)
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                S::deserialize(BorrowedStrDeserializer::new(text)).map(Resource::Named)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let described = T::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Resource::Described(Box::new(described)))
            }
        }

        from.deserialize_any(Either(PhantomData))
    }
}
