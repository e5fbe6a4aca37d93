//! The MD5 digests by which AWS SDKs check that a message came through whole.
//!
//! Source: Amazon SQS Developer Guide, "Calculating the MD5 message digest for message attributes".

use crate::message::{Attributes, MessageAttribute};
use md5::{Digest as _, Md5};

const TEXT_TRANSPORT: u8 = 1;
const BINARY_TRANSPORT: u8 = 2;

pub(crate) fn of_body(body: &str) -> String {
    hex::encode(Md5::digest(body.as_bytes()))
}

/// The digest of the attributes in the order of their names; nothing without attributes.
pub(crate) fn of_attributes<'a>(
    attributes: impl IntoIterator<Item = (&'a String, &'a MessageAttribute)>,
) -> Option<String> {
    let mut digest = Md5::new();
    let mut any = false;
    for (name, attribute) in attributes {
        any = true;
        add_part(&mut digest, name.as_bytes());
        add_part(&mut digest, attribute.data_type.as_bytes());
        digest.update([if attribute.data_type.starts_with("Binary") {
            BINARY_TRANSPORT
        } else {
            TEXT_TRANSPORT
        }]);
        add_part(&mut digest, attribute.value_bytes());
    }
    any.then(|| hex::encode(digest.finalize()))
}

pub(crate) fn of_trace_header(trace: &str) -> Option<String> {
    let attributes = Attributes::from([(String::from("AWSTraceHeader"), MessageAttribute::text(trace))]);
    of_attributes(&attributes)
}

fn add_part(digest: &mut Md5, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("a message, and so every part of it, is at most 1 MiB");
    digest.update(length.to_be_bytes());
    digest.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::AttributeValue;

    #[test]
    fn a_body_has_its_plain_md5() {
        assert_eq!(of_body("hello"), "5d41402abc4b2a76b9719d911017c592");
    }

    #[test]
    fn attributes_are_digested_in_the_order_of_their_names_with_lengths_and_transport() {
        let binary =
            MessageAttribute { data_type: String::from("Binary"), value: AttributeValue::Binary(vec![1, 2]) };
        let attributes =
            Attributes::from([(String::from("b"), binary), (String::from("a"), MessageAttribute::text("x"))]);
        let mut plain = Vec::new();
        plain.extend_from_slice(b"\0\0\0\x01a\0\0\0\x06String\x01\0\0\0\x01x");
        plain.extend_from_slice(b"\0\0\0\x01b\0\0\0\x06Binary\x02\0\0\0\x02\x01\x02");
        assert_eq!(of_attributes(&attributes), Some(hex::encode(Md5::digest(&plain))));
        assert_eq!(of_attributes(&Attributes::new()), None);
    }
}
