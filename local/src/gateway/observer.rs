/// A service behind the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Service {
    S3,
    Sqs,
    DynamoDb,
    States,
}

impl Service {
    /// The service and the operation that a header `X-Amz-Target` names, such as `AmazonSQS.SendMessage`.
    pub(super) fn of_target(target: &str) -> Option<(Self, &str)> {
        let (prefix, operation) = target.split_once('.')?;
        let service = match prefix {
            "AmazonSQS" => Self::Sqs,
            "DynamoDB_20120810" => Self::DynamoDb,
            "AWSStepFunctions" => Self::States,
            _ => return None,
        };
        Some((service, operation))
    }
}

/// Hears of every call before it is answered: for counting, and for tests that bound what a document costs.
pub(crate) trait Observer: Send + Sync {
    /// `operation` is AWS's name for it; for S3, whose requests do not name theirs, the HTTP method. It comes
    /// from the caller unchecked.
    fn called(&self, service: Service, operation: &str);
}
