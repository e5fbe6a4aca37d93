//! What a template says, in types: everything the single-machine host creates and runs.
//!
//! Every reference is already resolved: names are physical names, queues are named by
//! their physical name wherever one resource points at another, and environments hold
//! the final strings. The order of every list is the order of the template.

mod event_pattern;
mod function;
mod machine;
mod right;
mod route;
mod secret;
mod storage;

use std::collections::BTreeMap;

use serde::Serialize;

pub use event_pattern::EventPattern;
pub use function::{Event, EventRule, Function, HttpRoute, Schedule, SqsEvent};
pub use machine::Machine;
pub use right::Right;
pub use route::{Method, Route};
pub use secret::{Secret, SecretText};
pub use storage::{AttributeKey, Bucket, CorsRule, Index, Notification, Projection, Queue, Redrive, Table};

/// The whole template, ready to be run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// S3 buckets.
    pub buckets: Vec<Bucket>,
    /// SQS queues, dead-letter queues among them.
    pub queues: Vec<Queue>,
    /// DynamoDB tables.
    pub tables: Vec<Table>,
    /// Secrets Manager secrets.
    pub secrets: Vec<Secret>,
    /// Lambda functions with everything that starts them.
    pub functions: Vec<Function>,
    /// Step Functions state machines.
    pub machines: Vec<Machine>,
    /// HTTP routes of all functions; [`Plan::route`] picks one as API Gateway does.
    pub routes: Vec<Route>,
    /// The template's `Outputs`, by name.
    pub outputs: BTreeMap<String, String>,
    /// Parameters as they were applied, except those marked `NoEcho`.
    pub parameters: BTreeMap<String, String>,
    /// Resources that mean something on AWS only: checked, not run.
    pub aws_only: Vec<AwsOnly>,
}

/// A resource that one machine has no use for, such as a bucket policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AwsOnly {
    /// Its name in the template.
    pub logical_id: String,
    /// Its type, such as `AWS::S3::BucketPolicy`.
    pub resource_type: String,
}

impl Plan {
    /// The queue with this physical name.
    pub fn queue(&self, name: &str) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.name == name)
    }

    /// The function with this physical name or ARN.
    pub fn function(&self, name_or_arn: &str) -> Option<&Function> {
        self.functions.iter().find(|function| function.name == name_or_arn || function.arn == name_or_arn)
    }

    /// The function that API Gateway would give this request to.
    ///
    /// `method` is the request's method in capitals, `path` its path without the query.
    pub fn route(&self, method: &str, path: &str) -> Option<&Route> {
        route::select(&self.routes, method, path)
    }
}
