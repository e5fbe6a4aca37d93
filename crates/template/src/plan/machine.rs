//! State machines.

use super::Right;
use serde::Serialize;

/// A Step Functions standard workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// Its name in the template.
    pub logical_id: String,
    /// Its physical name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// ARN of the role it would assume on AWS.
    pub role: String,
    /// The definition file as the template names it, relative to the template's folder.
    pub definition_file: String,
    /// The definition's text after all substitutions.
    pub definition: String,
    /// What its role may do.
    pub rights: Vec<Right>,
}
