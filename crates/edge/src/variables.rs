use std::{collections::BTreeMap, str::FromStr};
use thiserror::Error;

/// A setting that is missing or makes no sense.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Misconfigured {
    /// A setting that the function cannot work without.
    #[error("the setting {0} is missing; set it in the template's Environment of this function")]
    Missing(String),
    /// A setting that cannot be read.
    #[error("the setting {name} is {value:?}, which is not {expected}")]
    Malformed { name: String, value: String, expected: &'static str },
}

/// The settings of one function, read once at start: from the environment under Lambda, from the template on one machine.
#[derive(Clone, Debug, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Takes settings as they are.
    pub fn new(settings: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(settings.into_iter().collect())
    }

    /// The process's environment.
    pub fn of_process() -> Self {
        Self(std::env::vars().collect())
    }

    /// A setting that may be absent; an empty one counts as absent.
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A setting that must be there.
    pub fn required(&self, name: &str) -> Result<&str, Misconfigured> {
        self.optional(name).ok_or_else(|| Misconfigured::Missing(name.to_owned()))
    }

    /// A setting that may be absent and otherwise must be `expected`, for example `a number`.
    pub fn parsed<T: FromStr>(
        &self,
        name: &str,
        expected: &'static str,
        default: T,
    ) -> Result<T, Misconfigured> {
        self.optional(name).map_or(Ok(default), |value| {
            value.parse().map_err(|_| Misconfigured::Malformed {
                name: name.to_owned(),
                value: value.to_owned(),
                expected,
            })
        })
    }

    /// A comma-separated list; absent is empty.
    pub fn list(&self, name: &str) -> Vec<String> {
        let items = self.optional(name).unwrap_or_default().split(',');
        items.map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }
}
