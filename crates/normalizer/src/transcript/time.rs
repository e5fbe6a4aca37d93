//! Vendors' times as whole milliseconds.

use crate::{Fault, json::Number, limits::DURATION_SECONDS_MAX};
use serde::{
    Deserialize,
    de::{Deserializer, MapAccess, Visitor},
};
use std::fmt;

/// A time in milliseconds, none where the vendor gives none, or what is wrong with it. Ten days fit many times.
pub(super) type Time = Result<Option<u32>, Fault>;

/// From seconds, rounded to the nearest millisecond.
pub(super) fn seconds(given: Option<Number>) -> Time {
    given.map(|number| millis(number.0.map(|seconds| seconds * 1000.0))).transpose()
}

/// From milliseconds.
pub(super) fn milliseconds(given: Option<Number>) -> Time {
    given.map(|number| millis(number.0)).transpose()
}

/// From a duration of protocol buffers.
pub(super) fn duration(given: Option<Duration>) -> Time {
    seconds(given.map(|duration| Number(duration.0)))
}

/// Seconds as protocol buffers write a duration: `"1.400s"`, a number, or `{"seconds": "1", "nanos": 400000000}`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Duration(Option<f64>);

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(field_identifier, rename_all = "lowercase")]
        enum Part {
            Seconds,
            Nanos,
        }
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Option<f64>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a duration")
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                let text = text.trim();
                Ok(text.strip_suffix('s').unwrap_or(text).parse().ok())
            }

            fn visit_f64<E>(self, seconds: f64) -> Result<Self::Value, E> {
                Ok(Some(seconds))
            }

            #[expect(clippy::cast_precision_loss, reason = "what is so large is refused as a time")]
            fn visit_u64<E>(self, seconds: u64) -> Result<Self::Value, E> {
                Ok(Some(seconds as f64))
            }

            #[expect(clippy::cast_precision_loss, reason = "what is so large is refused as a time")]
            fn visit_i64<E>(self, seconds: i64) -> Result<Self::Value, E> {
                Ok(Some(seconds as f64))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
                let mut all = Some(0.0);
                while let Some(part) = parts.next_key::<Part>()? {
                    let part = match part {
                        Part::Seconds => parts.next_value::<Number>()?.0,
                        Part::Nanos => parts.next_value::<Number>()?.0.map(|nanos| nanos / 1e9),
                    };
                    all = all.zip(part).map(|(all, part)| all + part);
                }
                Ok(all)
            }
        }
        from.deserialize_any(Reader).map(Self)
    }
}

/// The one place where a number becomes a time: what is no number, lies before the beginning or beyond every believable
/// end is refused, and nothing wraps.
fn millis(given: Option<f64>) -> Result<u32, Fault> {
    let unusable = |written| Fault::TimeUnusable { written };
    let rounded = given.ok_or_else(|| unusable("no number".to_owned()))?.round();
    if !(0.0..=DURATION_SECONDS_MAX * 1000.0).contains(&rounded) {
        return Err(unusable(format!("{rounded:e} ms")));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, not negative and below 2^32: checked above"
    )]
    Ok(rounded as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: f64, expect: Option<u32>) {
        assert_eq!(seconds(Some(Number(Some(given)))).ok().flatten(), expect, "{given}");
    }

    #[test]
    fn seconds_become_milliseconds_or_are_refused() {
        check(0.0, Some(0));
        check(-0.000_4, Some(0));
        check(1.2345, Some(1235));
        check(0.1 + 0.2, Some(300));
        check(DURATION_SECONDS_MAX, Some(864_000_000));
        for wrong in [-0.001, DURATION_SECONDS_MAX + 1.0, f64::NAN, f64::INFINITY, f64::MAX, -f64::MAX] {
            check(wrong, None);
        }
        let written = |json: &str| duration(serde_json::from_str(json).ok());
        assert_eq!(written("\"1.400s\""), Ok(Some(1_400)));
        assert_eq!(written("2"), Ok(Some(2_000)));
        assert_eq!(written("{}"), Ok(Some(0)));
        assert_eq!(written(r#"{"seconds":"1","nanos":400000000}"#), Ok(Some(1_400)));
        assert!(written("\"soon\"").is_err());
        assert_eq!(seconds(None), Ok(None));
        assert_eq!(milliseconds(Some(Number(Some(17.0)))), Ok(Some(17)));
        assert_eq!(seconds(Some(Number(None))), Err(Fault::TimeUnusable { written: "no number".to_owned() }));
    }
}
