//! What the embedded services answer, asked by the AWS SDK for Rust: one folder per service, one file per operation.
//!
//! Most requests do not leave the process, some go through a real port. Time stands still until a test moves it.

#![expect(clippy::redundant_closure_for_method_calls, reason = "the SDK's types have long paths")]

mod determinism;
mod dynamodb;
mod host;
mod s3;
mod secretsmanager;
mod sqs;
mod states;
