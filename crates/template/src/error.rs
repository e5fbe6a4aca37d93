//! Why a template was refused.

use thiserror::Error;

/// A refusal: where in the template, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}{problem}", if path.is_empty() { String::new() } else { format!("{path}: ") })]
pub struct TemplateError {
    /// The place, such as `Resources.UploadsQueue.Properties.Foo`; empty for the whole text.
    pub path: String,
    /// What is wrong there.
    pub problem: Problem,
}

/// What can be wrong with a template. None of it gets better by trying again.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// The text is not YAML, or not one mapping with string keys.
    #[error("not a template: {0}")]
    NotYaml(String),
    /// A section, resource type, property, attribute or event that the host would ignore.
    #[error("not run by the single-machine host")]
    NotRun,
    /// A value the host knows but cannot honour.
    #[error("{found} is not run by the single-machine host; {instead}")]
    ValueNotRun {
        /// The value.
        found: String,
        /// What could stand here.
        instead: &'static str,
    },
    /// An intrinsic function that is not evaluated.
    #[error("the intrinsic function {0} is not evaluated by the single-machine host")]
    Intrinsic(String),
    /// An intrinsic function with arguments that it does not take.
    #[error("{function} takes {takes}")]
    Arguments {
        /// The function, such as `Fn::If`.
        function: &'static str,
        /// What it takes.
        takes: &'static str,
    },
    /// Something required is absent.
    #[error("is missing")]
    Missing,
    /// A value of the wrong type or outside its range.
    #[error("expected {expected}, found {found}")]
    Expected {
        /// What may stand here.
        expected: String,
        /// What stands here.
        found: String,
    },
    /// A reference to a parameter, resource, attribute or condition that is not there.
    #[error("nothing in the template is called {0}")]
    Unknown(String),
    /// A reference to an attribute that a resource does not give.
    #[error("{resource} gives no attribute {attribute}")]
    Attribute {
        /// The resource's name in the template.
        resource: String,
        /// The attribute asked for.
        attribute: String,
    },
    /// A reference to a resource whose condition is false.
    #[error("{0} is not created, because its condition is false")]
    NotCreated(String),
    /// A reference that leads to a resource of another type than needed.
    #[error("{found} is not {expected} of this template")]
    WrongTarget {
        /// What it leads to.
        found: String,
        /// What is needed.
        expected: &'static str,
    },
    /// Resources or conditions that need each other.
    #[error("a cycle: {}", .0.join(" → "))]
    Cycle(Vec<String>),
    /// Two resources with one physical name, or two routes alike.
    #[error("{name} is also {other}")]
    Duplicate {
        /// The name that is there twice.
        name: String,
        /// Where else.
        other: String,
    },
    /// A parameter's value breaks its own rule.
    #[error("{0}")]
    Parameter(String),
    /// A file that the template names cannot be read.
    #[error("{file} cannot be read: {reason}")]
    Unreadable {
        /// The file as the template names it.
        file: String,
        /// What the reader said.
        reason: String,
    },
    /// A definition and its substitutions do not fit together.
    #[error("{0}")]
    Substitution(String),
}
