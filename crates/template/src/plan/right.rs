//! What the role of a function or of a state machine may do.

use serde::Serialize;

/// One statement of a role: these actions, on these resources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Right {
    /// What the template calls it.
    pub sid: String,
    /// IAM's names, such as `s3:GetObject`.
    pub actions: Vec<String>,
    /// ARNs; `*` at the end stands for anything.
    pub resources: Vec<String>,
}

impl Right {
    /// Whether it covers this action on this resource.
    pub fn covers(&self, action: &str, resource: &str) -> bool {
        let covers = |pattern: &String| match pattern.strip_suffix('*') {
            Some(start) => resource.starts_with(start),
            None => resource == pattern,
        };
        self.actions.iter().any(|granted| granted == action) && self.resources.iter().any(covers)
    }
}
