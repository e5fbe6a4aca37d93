use crate::{Fault, error};
use serde::{
    Deserialize,
    de::{DeserializeOwned, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor},
};
use std::{collections::BTreeSet, fmt};

/// Top-level names remembered of an object: formats are told by a few of them.
const KEYS_KEPT_MAX: usize = 64;

/// The content without a byte order mark, which some programs write although JSON has none.
fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// Reads a vendor's shape. Depth is bounded by the parser (128), size by the role's limit.
pub(crate) fn read<T: DeserializeOwned>(format: &'static str, bytes: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(without_bom(bytes)).map_err(|e| Fault::Malformed { format, why: error::why(&e) })
}

/// The names in a JSON object that is well-formed from beginning to end. Values are skipped, not built.
pub(crate) fn top_level_keys(bytes: &[u8]) -> Option<BTreeSet<String>> {
    serde_json::from_slice::<Keys>(without_bom(bytes)).ok().map(|keys| keys.0)
}

struct Keys(BTreeSet<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(KeysVisitor)
    }
}

struct KeysVisitor;

impl<'de> Visitor<'de> for KeysVisitor {
    type Value = Keys;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
        let mut keys = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            map.next_value::<IgnoredAny>()?;
            if keys.len() < KEYS_KEPT_MAX {
                keys.insert(key);
            }
        }
        Ok(Keys(keys))
    }
}

/// A number that its writer may have put into quotes. `N/A` and other words count as absent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number(pub(crate) Option<f64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(f64),
            Text(String),
            Nothing(()),
        }
        let number = match Written::deserialize(from) {
            Ok(Written::Number(number)) => Some(number),
            Ok(Written::Text(text)) => text.trim().parse().ok(),
            Ok(Written::Nothing(())) => None,
            Err(_) => return Err(D::Error::custom("a number or a number in quotes is expected")),
        };
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
