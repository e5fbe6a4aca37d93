//! What the host decides, and a template cannot know.

use std::collections::BTreeMap;

/// Facts about the host that references in the template resolve to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `AWS::Region`.
    pub region: String,
    /// `AWS::AccountId`, twelve digits.
    pub account: String,
    /// `AWS::StackName`.
    pub stack_name: String,
    /// Where the AWS APIs are served, without a slash at the end, such as
    /// `http://127.0.0.1:4566`. A queue's URL is `{aws_endpoint}/{account}/{queue name}`.
    pub aws_endpoint: String,
    /// Where the HTTP API is served, without a slash at the end.
    pub api_endpoint: String,
    /// Values for the template's parameters; those not named here take their default.
    pub parameters: BTreeMap<String, String>,
}

impl Settings {
    /// `AWS::Partition`.
    pub(crate) const PARTITION: &'static str = "aws";
    /// `AWS::URLSuffix`.
    pub(crate) const URL_SUFFIX: &'static str = "amazonaws.com";

    /// An ARN in this region and account.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", Self::PARTITION, self.region, self.account)
    }
}
