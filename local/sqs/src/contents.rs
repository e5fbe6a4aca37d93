//! Whether a message may be sent: its characters, its attributes and its size.

use crate::{
    error::SqsError,
    limits::{ATTRIBUTE_NAME_BYTES_MAX, ATTRIBUTES_MAX, DELAY_MAX},
    message::{AttributeValue, MessageAttribute, Outgoing},
};

/// What counts towards the limits: the body, and the name, type and value of each attribute.
pub(crate) fn size_bytes(message: &Outgoing) -> usize {
    let attributes = message.attributes.iter();
    message.body.len()
        + attributes.map(|(name, it)| name.len() + it.data_type.len() + it.value_bytes().len()).sum::<usize>()
}

/// Checks a message against AWS's rules and the queue's limit.
pub(crate) fn check(message: &Outgoing, bytes_max: usize) -> Result<(), SqsError> {
    if message.body.is_empty() {
        return Err(SqsError::MissingParameter { parameter: "MessageBody" });
    }
    if let Some(delay) = message.delay.filter(|delay| *delay > DELAY_MAX) {
        return Err(SqsError::InvalidParameter {
            parameter: "DelaySeconds",
            value: delay.as_secs().to_string(),
            reason: "DelaySeconds must be >= 0 and <= 900",
        });
    }
    if message.attributes.len() > ATTRIBUTES_MAX {
        return Err(SqsError::TooManyAttributes { count: message.attributes.len() });
    }
    for (name, attribute) in &message.attributes {
        check_attribute(name, attribute)
            .map_err(|reason| SqsError::InvalidMessageAttribute { name: name.clone(), reason })?;
    }
    let bytes = size_bytes(message);
    if bytes > bytes_max {
        return Err(SqsError::MessageTooLong { bytes, bytes_max });
    }
    if !message.body.chars().all(is_allowed) {
        return Err(SqsError::InvalidMessageContents);
    }
    Ok(())
}

fn check_attribute(name: &str, attribute: &MessageAttribute) -> Result<(), &'static str> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if name.is_empty() || name.len() > ATTRIBUTE_NAME_BYTES_MAX || !name.bytes().all(allowed) {
        return Err("a name is 1 to 256 letters, digits, hyphens, underscores and periods");
    }
    if name.starts_with('.') || name.ends_with('.') || name.contains("..") {
        return Err("a name does not start or end with a period, nor has two in a row");
    }
    let lower = name.to_ascii_lowercase();
    if lower.starts_with("aws.") || lower.starts_with("amazon.") {
        return Err("names beginning with AWS. or Amazon. are reserved");
    }
    let base = attribute.data_type.split('.').next().unwrap_or_default();
    match (base, &attribute.value) {
        ("String" | "Number", AttributeValue::Text(text)) if text.is_empty() => {
            Err("the value must not be empty")
        }
        ("String", AttributeValue::Text(text)) if !text.chars().all(is_allowed) => {
            Err("the value contains characters that are not allowed")
        }
        ("Number", AttributeValue::Text(text)) if text.parse::<f64>().is_err() => {
            Err("the value is not a number")
        }
        ("Binary", AttributeValue::Binary(bytes)) if bytes.is_empty() => Err("the value must not be empty"),
        ("String" | "Number", AttributeValue::Text(_)) | ("Binary", AttributeValue::Binary(_)) => Ok(()),
        ("String" | "Number" | "Binary", _) => Err("the value does not have the announced type"),
        _ => Err("the type must be String, Number or Binary"),
    }
}

/// The characters of XML 1.0, which are all that a message may contain.
fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::MESSAGE_BYTES_MAX;
    use std::time::Duration;

    fn with_attribute(name: &str, attribute: MessageAttribute) -> Result<(), SqsError> {
        let mut message = Outgoing::of("x");
        message.attributes.insert(name.to_owned(), attribute);
        check(&message, MESSAGE_BYTES_MAX)
    }

    #[test]
    fn the_size_limit_has_two_sides_and_counts_attributes() {
        assert_eq!(check(&Outgoing::of("x".repeat(MESSAGE_BYTES_MAX - 1)), MESSAGE_BYTES_MAX), Ok(()));
        assert_eq!(check(&Outgoing::of("x".repeat(MESSAGE_BYTES_MAX)), MESSAGE_BYTES_MAX), Ok(()));
        let over = Outgoing::of("x".repeat(MESSAGE_BYTES_MAX + 1));
        assert!(matches!(check(&over, MESSAGE_BYTES_MAX), Err(SqsError::MessageTooLong { .. })));
        let mut message = Outgoing::of("x".repeat(MESSAGE_BYTES_MAX - 7));
        message.attributes.insert(String::from("a"), MessageAttribute::text("v"));
        let bytes = MESSAGE_BYTES_MAX + 1;
        assert_eq!(
            check(&message, MESSAGE_BYTES_MAX),
            Err(SqsError::MessageTooLong { bytes, bytes_max: MESSAGE_BYTES_MAX })
        );
    }

    #[test]
    fn only_characters_of_xml_are_allowed() {
        for body in ["tab\t line\n", "é", "\u{FFFD}", "🎬", "\u{202E}"] {
            assert_eq!(check(&Outgoing::of(body), MESSAGE_BYTES_MAX), Ok(()), "{body:?}");
        }
        for body in ["\0", "\u{B}", "\u{FFFE}", "\u{FFFF}"] {
            let outcome = check(&Outgoing::of(body), MESSAGE_BYTES_MAX);
            assert_eq!(outcome, Err(SqsError::InvalidMessageContents), "{body:?}");
        }
    }

    #[test]
    fn attributes_are_checked_by_name_type_and_value() {
        let typed = |kind: &str, value: &str| MessageAttribute {
            data_type: kind.to_owned(),
            value: AttributeValue::Text(value.to_owned()),
        };
        assert_eq!(with_attribute("school.id", typed("String.short", "x")), Ok(()));
        assert_eq!(with_attribute("n", typed("Number", "-1.5e3")), Ok(()));
        assert!(with_attribute("AWS.secret", typed("String", "x")).is_err());
        assert!(with_attribute("two..dots", typed("String", "x")).is_err());
        assert!(with_attribute("n", typed("Number", "many")).is_err());
        assert!(with_attribute("b", typed("Binary", "x")).is_err());
        assert!(with_attribute("e", typed("String", "")).is_err());
        assert!(with_attribute("t", typed("Text", "x")).is_err());
    }

    #[test]
    fn a_delay_ends_at_fifteen_minutes() {
        let delayed = |delay| check(&Outgoing { delay: Some(delay), ..Outgoing::of("x") }, MESSAGE_BYTES_MAX);
        assert_eq!(delayed(DELAY_MAX), Ok(()));
        assert!(delayed(DELAY_MAX + Duration::from_secs(1)).is_err());
    }
}
