//! Keys and times where they leave the store.

use s3s::dto;
use std::{fmt::Write as _, time::SystemTime};

/// A time as answers carry it.
pub(crate) fn wire_time(time: jiff::Timestamp) -> dto::Timestamp {
    SystemTime::from(time).into()
}

/// Form-encodes a key as AWS does in events and listings, but leaves `/` as it is: a space becomes `+`, everything else but letters, digits and
/// `*-._` becomes `%XX` of its UTF-8 bytes.
pub(crate) fn form_encode(key: &str) -> String {
    let mut encoded = String::with_capacity(key.len());
    for byte in key.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' | b'/' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            _ => write!(encoded, "%{byte:02X}").expect("a string takes any text"),
        }
    }
    encoded
}

/// The least string greater than every string that starts with `prefix`, or none if there is no such string.
/// UTF-8 sorts as its code points do, so it is enough to count one code point up.
pub(crate) fn after_prefix(prefix: &str) -> Option<String> {
    let mut rest = prefix.to_owned();
    while let Some(last) = rest.pop() {
        let next = if last == '\u{D7FF}' { Some('\u{E000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            rest.push(next);
            return Some(rest);
        }
    }
    None
}

/// The least string greater than `key`.
pub(crate) fn after(key: &str) -> String {
    format!("{key}\0")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_are_encoded_as_in_events() {
        assert_eq!(form_encode("uploads/a b+c.docx"), "uploads/a+b%2Bc.docx");
        assert_eq!(form_encode("e\u{301}😀~"), "e%CC%81%F0%9F%98%80%7E");
    }

    proptest! {
        #[test]
        fn after_prefix_is_above_everything_that_starts_with_it(prefix in ".{1,6}", rest in ".{0,6}", other in ".{0,8}") {
            let whole = format!("{prefix}{rest}");
            if let Some(bound) = after_prefix(&prefix) {
                prop_assert!(whole < bound);
                if other > prefix && !other.starts_with(&prefix) {
                    prop_assert!(other >= bound);
                }
            }
        }
    }
}
