//! Where the service believes to be, and what it is given.

use crate::Tasks;
use clock::{Clock, Pace, Random};
use std::sync::Arc;

/// What ARNs are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The region in every ARN.
    pub region: String,
    /// The account in every ARN: twelve digits.
    pub account: String,
}

impl Default for Config {
    fn default() -> Self {
        Self { region: "eu-central-1".to_owned(), account: "000000000000".to_owned() }
    }
}

/// Everything that the service needs of its host.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What ARNs are made of.
    pub config: Config,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes tokens, names and jitter.
    pub random: Arc<dyn Random>,
    /// By how much waits, time-outs and retry intervals are shortened.
    pub pace: Pace,
    /// Calls the services that tasks name.
    pub tasks: Arc<dyn Tasks>,
}

impl Config {
    pub(crate) fn machine_arn(&self, machine: &str) -> String {
        format!("{}:stateMachine:{machine}", self.prefix())
    }

    pub(crate) fn execution_arn(&self, machine: &str, execution: &str) -> String {
        format!("{}:execution:{machine}:{execution}", self.prefix())
    }

    /// The machine that an ARN names; none if it is the ARN of something else.
    pub(crate) fn machine_of<'a>(&self, arn: &'a str) -> Option<&'a str> {
        let name = arn.strip_prefix(&self.prefix())?.strip_prefix(":stateMachine:")?;
        (!name.is_empty() && !name.contains(':')).then_some(name)
    }

    /// Whether this is the ARN of an execution, existing or not.
    pub(crate) fn is_execution(&self, arn: &str) -> bool {
        let names = arn.strip_prefix(&self.prefix()).and_then(|rest| rest.strip_prefix(":execution:"));
        names
            .and_then(|names| names.split_once(':'))
            .is_some_and(|(machine, name)| !machine.is_empty() && !name.is_empty() && !name.contains(':'))
    }

    fn prefix(&self) -> String {
        format!("arn:aws:states:{}:{}", self.region, self.account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_told_apart() {
        let config = Config::default();
        let (machine, execution) = (config.machine_arn("transfer"), config.execution_arn("transfer", "one"));
        assert_eq!(machine, "arn:aws:states:eu-central-1:000000000000:stateMachine:transfer");
        assert_eq!(execution, "arn:aws:states:eu-central-1:000000000000:execution:transfer:one");
        assert_eq!(config.machine_of(&machine), Some("transfer"));
        assert_eq!(config.machine_of(&execution), None);
        assert_eq!(config.machine_of("transfer"), None);
        assert!(config.is_execution(&execution));
        assert!(!config.is_execution(&machine));
        assert!(!config.is_execution(&format!("{execution}:more")));
    }
}
