use crate::limits::{
    DELAY_MAX, MESSAGE_BYTES_LIMIT_MIN, MESSAGE_BYTES_MAX, QUEUE_NAME_BYTES_MAX, RECEIVE_COUNT_MAX,
    RECEIVE_WAIT_MAX, RETENTION_MAX, RETENTION_MIN, VISIBILITY_MAX,
};
use std::time::Duration;

/// What a queue is to be: the properties of `AWS::SQS::Queue`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueSpec {
    /// 1 to 80 letters, digits, hyphens and underscores.
    pub name: String,
    /// How long a received message stays invisible, unless the receive says otherwise.
    pub visibility: Duration,
    /// How long a new message stays invisible, unless the send says otherwise.
    pub delay: Duration,
    /// How long a message is kept, counted from when it was first sent.
    pub retention: Duration,
    /// How long a receive waits for a message, unless it says otherwise.
    pub receive_wait: Duration,
    /// Where a message goes that was received too often.
    pub redrive: Option<Redrive>,
    /// The largest message, attributes included.
    pub max_message_bytes: usize,
}

/// A redrive policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redrive {
    /// The name of the dead-letter queue.
    pub target: String,
    /// How often a message is delivered before it moves there.
    pub max_receive_count: u32,
}

/// Why a queue cannot be as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    #[error(
        "queue name {name:?} must be 1 to {QUEUE_NAME_BYTES_MAX} letters, digits, hyphens or underscores"
    )]
    Name { name: String },
    #[error("queue {name} is a FIFO queue; only standard queues run here")]
    Fifo { name: String },
    #[error("queue {name}: {property} is {found}, it must be {expected}")]
    OutOfRange { name: String, property: &'static str, found: String, expected: String },
    #[error("queue {name} sends its dead letters to {target}, which does not exist")]
    UnknownTarget { name: String, target: String },
}

impl QueueSpec {
    /// A queue as AWS makes it when only a name is given.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            visibility: Duration::from_secs(30),
            delay: Duration::ZERO,
            retention: Duration::from_hours(4 * 24),
            receive_wait: Duration::ZERO,
            redrive: None,
            max_message_bytes: MESSAGE_BYTES_MAX,
        }
    }

    pub(crate) fn validate(&self) -> Result<(), SpecError> {
        let name = &self.name;
        if name.strip_suffix(".fifo").is_some() {
            return Err(SpecError::Fifo { name: name.clone() });
        }
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if name.is_empty() || name.len() > QUEUE_NAME_BYTES_MAX || !name.bytes().all(allowed) {
            return Err(SpecError::Name { name: name.clone() });
        }
        self.within("VisibilityTimeout", self.visibility, Duration::ZERO, VISIBILITY_MAX)?;
        self.within("DelaySeconds", self.delay, Duration::ZERO, DELAY_MAX)?;
        self.within("MessageRetentionPeriod", self.retention, RETENTION_MIN, RETENTION_MAX)?;
        self.within("ReceiveMessageWaitTimeSeconds", self.receive_wait, Duration::ZERO, RECEIVE_WAIT_MAX)?;
        self.within(
            "MaximumMessageSize",
            self.max_message_bytes,
            MESSAGE_BYTES_LIMIT_MIN,
            MESSAGE_BYTES_MAX,
        )?;
        if let Some(redrive) = &self.redrive {
            self.within("maxReceiveCount", redrive.max_receive_count, 1, RECEIVE_COUNT_MAX)?;
        }
        Ok(())
    }

    fn within<T: PartialOrd + Copy + std::fmt::Debug>(
        &self,
        property: &'static str,
        found: T,
        least: T,
        most: T,
    ) -> Result<(), SpecError> {
        if found >= least && found <= most {
            return Ok(());
        }
        Err(SpecError::OutOfRange {
            name: self.name.clone(),
            property,
            found: format!("{found:?}"),
            expected: format!("{least:?} to {most:?}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(change: impl FnOnce(&mut QueueSpec)) -> Result<(), SpecError> {
        let mut spec = QueueSpec::named("uploads");
        change(&mut spec);
        spec.validate()
    }

    #[test]
    fn a_queue_is_as_aws_allows_it() {
        assert_eq!(check(|_| ()), Ok(()));
        assert_eq!(check(|spec| spec.name = "a".repeat(80)), Ok(()));
        assert!(matches!(check(|spec| spec.name = "a".repeat(81)), Err(SpecError::Name { .. })));
        assert!(matches!(check(|spec| spec.name = String::from("../etc")), Err(SpecError::Name { .. })));
        assert!(matches!(check(|spec| spec.name = String::from("orders.fifo")), Err(SpecError::Fifo { .. })));
    }

    #[test]
    fn each_limit_has_two_sides() {
        assert_eq!(check(|spec| spec.visibility = VISIBILITY_MAX), Ok(()));
        assert!(check(|spec| spec.visibility = VISIBILITY_MAX + Duration::from_secs(1)).is_err());
        assert_eq!(check(|spec| spec.retention = RETENTION_MIN), Ok(()));
        assert!(check(|spec| spec.retention = Duration::from_secs(59)).is_err());
        let redrive = |count| Some(Redrive { target: String::from("dead"), max_receive_count: count });
        assert_eq!(check(|spec| spec.redrive = redrive(1_000)), Ok(()));
        assert!(check(|spec| spec.redrive = redrive(0)).is_err());
        assert!(check(|spec| spec.redrive = redrive(1_001)).is_err());
    }
}
