//! The SAM template as a typed plan.
//!
//! One template describes the wiring on AWS and on one machine. This crate reads the part
//! of SAM and CloudFormation that the template uses, evaluates its parameters, conditions
//! and intrinsic functions, and gives the single-machine host a [`Plan`]. Whatever it
//! does not know it refuses by name and place, so the two hosts cannot drift apart unseen.
//!
//! It reads no file and no clock: the caller hands over the text and a reader for the
//! definition files that the template names.

mod conditions;
mod error;
mod load;
mod parameters;
mod place;
mod plan;
mod resource;
mod rules;
mod scope;
mod settings;
mod syntax;
mod value;

pub use error::{Problem, TemplateError};
pub use plan::{
    AttributeKey, AwsOnly, Bucket, CorsRule, Event, EventPattern, EventRule, Function, HttpRoute, Index,
    Machine, Method, Notification, Plan, Projection, Queue, Redrive, Right, Route, Schedule, Secret,
    SecretText, SqsEvent, Table,
};
pub use settings::Settings;
