//! What the embedded services answer, asked by the AWS SDK for Rust: one folder per service, one file per operation.
//!
//! Most requests do not leave the process, some go through a real port. Time stands still until a test moves it.

mod dynamodb;
mod host;
mod s3;
mod sqs;
mod states;
