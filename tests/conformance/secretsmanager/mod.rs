//! AWS Secrets Manager.

mod get_secret_value;
