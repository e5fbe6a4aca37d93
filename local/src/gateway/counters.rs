//! What the host's services have done since the start: for benchmarks, and for whoever wonders what a document costs.

use super::rights::Right;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// Where the AWS port shows the counters, to callers on this machine. No bucket's name begins like this.
pub(super) const PATH: &str = "/_lectern/counters";

/// How many operations of a service are counted: no service here has half as many.
const OPERATIONS_MAX: usize = 64;

/// How many callers are told apart, and how many rights of each: more than the template has.
const CALLERS_MAX: usize = 64;
/// See [`CALLERS_MAX`].
const RIGHTS_MAX: usize = 256;

/// Says how much of something there was since the start.
type Count = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Calls by service and operation, under AWS's names, durable commits by store, and write units of the register's items.
#[derive(Clone, Default)]
pub struct Counters {
    calls: Arc<Mutex<BTreeMap<&'static str, BTreeMap<String, u64>>>>,
    rights: Arc<Mutex<BTreeMap<String, BTreeSet<Right>>>>,
    commits: Vec<(&'static str, Count)>,
    units: Option<Count>,
}

impl Counters {
    /// Shows a store's commits beside the calls.
    #[must_use]
    pub fn with_commits(
        mut self,
        store: &'static str,
        commits: impl Fn() -> u64 + Send + Sync + 'static,
    ) -> Self {
        self.commits.push((store, Arc::new(commits)));
        self
    }

    /// Shows the write units of the register's items.
    #[must_use]
    pub fn with_units(mut self, units: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.units = Some(Arc::new(units));
        self
    }

    /// Counts one call.
    pub fn called(&self, service: &'static str, operation: &str) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let operations = calls.entry(service).or_default();
        if let Some(count) = operations.get_mut(operation) {
            *count += 1;
        } else if operations.len() < OPERATIONS_MAX {
            // Callers choose the names: who makes them up is not counted.
            operations.insert(operation.to_owned(), 1);
        }
    }

    /// Remembers which right somebody made use of.
    pub fn used(&self, caller: &str, right: Right) {
        let mut rights = self.rights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = rights.get_mut(caller) {
            if known.len() < RIGHTS_MAX {
                known.insert(right);
            }
        } else if rights.len() < CALLERS_MAX {
            rights.insert(caller.to_owned(), BTreeSet::from([right]));
        }
    }

    /// `{"calls": {"S3": {"PutObject": 3, …}, …}, "commits": {"objects": 3, …},
    /// "rights": {"lectern-ingest": [["s3:GetObject", "bucket/*"], …], …}, "units": 5}`.
    pub fn shown(&self) -> Value {
        let commits: BTreeMap<_, _> = self.commits.iter().map(|(store, count)| (*store, count())).collect();
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let rights = self.rights.lock().unwrap_or_else(PoisonError::into_inner);
        let rights: BTreeMap<_, Vec<_>> = rights
            .iter()
            .map(|(caller, used)| (caller, used.iter().map(|it| [&it.action, &it.resource]).collect()))
            .collect();
        let units = self.units.as_ref().map_or(0, |count| count());
        json!({ "calls": *calls, "commits": commits, "rights": rights, "units": units })
    }
}

impl fmt::Debug for Counters {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Counters").field("shown", &self.shown()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_and_commits_are_shown_by_their_names() {
        let counters = Counters::default().with_commits("objects", || 7).with_units(|| 5);
        for operation in ["PutObject", "GetObject", "PutObject"] {
            counters.called("S3", operation);
        }
        let right = Right { action: "s3:GetObject".to_owned(), resource: "bucket/*".to_owned() };
        for _ in 0..2 {
            counters.used("lectern-api", right.clone());
        }
        let expected = json!({
            "calls": { "S3": { "GetObject": 1, "PutObject": 2 } },
            "commits": { "objects": 7 },
            "rights": { "lectern-api": [["s3:GetObject", "bucket/*"]] },
            "units": 5,
        });
        assert_eq!(counters.shown(), expected);
    }

    #[test]
    fn made_up_names_end_somewhere() {
        let counters = Counters::default();
        for number in 0..=OPERATIONS_MAX {
            counters.called("SQS", &number.to_string());
            let counted = counters.shown()["calls"]["SQS"].as_object().map_or(0, serde_json::Map::len);
            assert_eq!(counted, (number + 1).min(OPERATIONS_MAX));
        }
    }
}
