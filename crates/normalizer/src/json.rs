use crate::{Fault, error};
use serde::{
    Deserialize,
    de::{Deserializer, Error as _},
};

/// The content without a byte order mark, which some programs write although JSON has none.
fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// Reads a vendor's shape. Depth is bounded by the parser (128), size by the role's limit.
pub(crate) fn read<'de, T: Deserialize<'de>>(format: &'static str, bytes: &'de [u8]) -> Result<T, Fault> {
    serde_json::from_slice(without_bom(bytes)).map_err(|e| Fault::Malformed { format, why: error::why(&e) })
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
