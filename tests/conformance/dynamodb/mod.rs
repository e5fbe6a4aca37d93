//! Amazon DynamoDB.
