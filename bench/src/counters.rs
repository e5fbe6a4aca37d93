use crate::percentile::{float, round};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What the host shows of itself at `/_lectern/counters`.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Counters {
    calls: BTreeMap<String, BTreeMap<String, u64>>,
    commits: BTreeMap<String, u64>,
    units: u64,
}

impl Counters {
    /// AWS API calls since `before` for each of `documents`, by service and operation.
    pub(crate) fn calls_each_since(
        &self,
        before: &Self,
        documents: u64,
    ) -> BTreeMap<String, BTreeMap<String, f64>> {
        let each = |service: &str, operation: &str, now: u64| {
            let then = before.calls.get(service).and_then(|known| known.get(operation)).copied().unwrap_or(0);
            round(float(now.saturating_sub(then)) / float(documents), 2)
        };
        let of = |service: &str, operations: &BTreeMap<String, u64>| {
            let counted = operations.iter().map(|(name, now)| (name.clone(), each(service, name, *now)));
            counted.filter(|(_, count)| *count > 0.0).collect::<BTreeMap<_, _>>()
        };
        self.calls.iter().map(|(service, operations)| (service.clone(), of(service, operations))).collect()
    }

    /// Write units of the register's items since `before`, without their entries in indexes, for each of `documents`.
    pub(crate) fn units_each_since(&self, before: &Self, documents: u64) -> f64 {
        round(float(self.units.saturating_sub(before.units)) / float(documents), 2)
    }

    /// What has come since `before`, for each of `documents`: commits by store, AWS API calls by operation.
    pub(crate) fn each_since(&self, before: &Self, documents: u64) -> (Value, Value) {
        let each = |now: u64, before: u64| round(float(now.saturating_sub(before)) / float(documents), 2);
        let mut commits = Map::new();
        for (store, now) in &self.commits {
            let then = before.commits.get(store).copied().unwrap_or(0);
            commits.insert(store.clone(), json!(each(*now, then)));
        }
        let mut calls = Map::new();
        for (service, operations) in self.calls_each_since(before, documents) {
            for (operation, count) in operations {
                calls.insert(format!("{service}.{operation}"), json!(count));
            }
        }
        (commits.into(), calls.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_before_does_not_count() {
        let read = |puts: u32, commits: u32| -> Counters {
            let shown = json!({ "calls": { "S3": { "PutObject": puts, "ListBuckets": 1 } }, "commits": { "queues": commits }, "units": puts });
            serde_json::from_value(shown).unwrap()
        };
        let (commits, calls) = read(35, 11).each_since(&read(5, 1), 10);
        assert!((read(35, 11).units_each_since(&read(5, 1), 10) - 3.0).abs() < 0.01);
        assert_eq!((commits, calls), (json!({ "queues": 1.0 }), json!({ "S3.PutObject": 3.0 })));
    }
}
