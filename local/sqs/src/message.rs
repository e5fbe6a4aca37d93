use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// Message attributes by name. The order is the one that their digest is computed in.
pub type Attributes = BTreeMap<String, MessageAttribute>;

/// A typed value that travels beside the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WireAttribute", into = "WireAttribute")]
pub struct MessageAttribute {
    /// `String`, `Number` or `Binary`, with a label of the sender's after a dot if wanted.
    pub data_type: String,
    /// The value; binary exactly when the type is.
    pub value: AttributeValue,
}

/// The value of a message attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeValue {
    Text(String),
    Binary(Vec<u8>),
}

impl MessageAttribute {
    /// An attribute of type `String`.
    pub fn text(value: impl Into<String>) -> Self {
        Self { data_type: String::from("String"), value: AttributeValue::Text(value.into()) }
    }

    pub(crate) fn value_bytes(&self) -> &[u8] {
        match &self.value {
            AttributeValue::Text(text) => text.as_bytes(),
            AttributeValue::Binary(bytes) => bytes,
        }
    }
}

/// How an attribute looks in AWS JSON, and in the store.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireAttribute {
    data_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    string_value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    binary_value: Option<String>,
}

impl TryFrom<WireAttribute> for MessageAttribute {
    type Error = &'static str;

    fn try_from(wire: WireAttribute) -> Result<Self, Self::Error> {
        let value = match (wire.string_value, wire.binary_value) {
            (Some(text), None) => AttributeValue::Text(text),
            (None, Some(encoded)) => AttributeValue::Binary(
                BASE64_STANDARD.decode(encoded).map_err(|_| "BinaryValue is not base64")?,
            ),
            // No value reads as an empty one, which the check of contents refuses by name.
            (None, None) => AttributeValue::Text(String::new()),
            (Some(_), Some(_)) => return Err("a message attribute has one value, not two"),
        };
        Ok(Self { data_type: wire.data_type, value })
    }
}

impl From<MessageAttribute> for WireAttribute {
    fn from(attribute: MessageAttribute) -> Self {
        let data_type = attribute.data_type;
        match attribute.value {
            AttributeValue::Text(text) => Self { data_type, string_value: Some(text), binary_value: None },
            AttributeValue::Binary(bytes) => {
                Self { data_type, string_value: None, binary_value: Some(BASE64_STANDARD.encode(bytes)) }
            }
        }
    }
}

/// A message to send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    pub body: String,
    pub attributes: Attributes,
    /// The X-Ray trace header, the only system attribute that a sender may set.
    pub trace_header: Option<String>,
    /// As configured, before the pace; the queue's own delay if absent.
    pub delay: Option<Duration>,
}

impl Outgoing {
    /// A message that is only a body.
    pub fn of(body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }
}

/// What a sender is told once its message is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub message_id: String,
    /// Lower-case hexadecimal.
    pub md5_of_body: String,
    /// Lower-case hexadecimal; absent without attributes.
    pub md5_of_attributes: Option<String>,
    pub md5_of_system_attributes: Option<String>,
}

/// A message as a receiver gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    pub message_id: String,
    /// Names this delivery: the next one of the same message makes it stale.
    pub receipt_handle: String,
    pub body: String,
    pub attributes: Attributes,
    /// When it was first sent. A move to a dead-letter queue does not change it.
    pub sent_at: Timestamp,
    pub first_received_at: Timestamp,
    /// How often it was received, this time included, in all queues it has been in.
    pub receive_count: u32,
    /// The ARN of the queue that it was moved here from.
    pub dead_letter_source: Option<String>,
    pub trace_header: Option<String>,
    /// The account that sent it.
    pub sender: String,
}

impl Received {
    /// Lower-case hexadecimal.
    pub fn md5_of_body(&self) -> String {
        crate::digest::of_body(&self.body)
    }

    /// The system attributes by the names that AWS gives them; instants are milliseconds since 1970.
    pub fn system_attributes(&self) -> BTreeMap<&'static str, String> {
        let mut named = BTreeMap::from([
            ("SenderId", self.sender.clone()),
            ("SentTimestamp", self.sent_at.as_millisecond().to_string()),
            ("ApproximateReceiveCount", self.receive_count.to_string()),
            ("ApproximateFirstReceiveTimestamp", self.first_received_at.as_millisecond().to_string()),
        ]);
        if let Some(trace) = &self.trace_header {
            named.insert("AWSTraceHeader", trace.clone());
        }
        if let Some(source) = &self.dead_letter_source {
            named.insert("DeadLetterQueueSourceArn", source.clone());
        }
        named
    }
}
