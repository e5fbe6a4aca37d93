/// A service that speaks AWS JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    Sqs,
    DynamoDb,
    States,
    Secrets,
}

/// The service and the operation that a header `X-Amz-Target` names, such as `AmazonSQS.SendMessage`.
pub(super) fn of_target(target: &str) -> Option<(Service, &str)> {
    let (prefix, operation) = target.split_once('.')?;
    let service = match prefix {
        "AmazonSQS" => Service::Sqs,
        "DynamoDB_20120810" => Service::DynamoDb,
        "AWSStepFunctions" => Service::States,
        "secretsmanager" => Service::Secrets,
        _ => return None,
    };
    Some((service, operation))
}
