//! `Retry` and `Catch`.

use super::{Fields, Loader};
use crate::{
    definition::{Catcher, Retrier},
    expression::Sees,
    failure::ALL,
    limits::{RETRY_ATTEMPTS_MAX, RETRY_DELAY_SECONDS_MAX, RETRY_INTERVAL_SECONDS_MAX},
};
use serde_json::Value;
use std::time::Duration;

/// What AWS takes where a retrier does not say.
const INTERVAL_SECONDS: u32 = 1;
const ATTEMPTS: u32 = 3;
const BACKOFF_RATE: f64 = 2.0;

impl Loader<'_> {
    pub(super) fn retry(fields: &mut Fields<'_>) -> Vec<Retrier> {
        let list = fields.list("Retry");
        let count = list.len();
        let retriers = list.into_iter().enumerate().filter_map(|(index, retrier)| {
            let mut inner = fields.inner(&format!("Retry[{index}]"), retrier)?;
            let retrier = retrier_of(&mut inner, index + 1 == count);
            inner.close();
            Some(retrier)
        });
        retriers.collect()
    }

    pub(super) fn catch(&self, fields: &mut Fields<'_>) -> Vec<Catcher> {
        let list = fields.list("Catch");
        let count = list.len();
        let sees = Sees { result: false, error: true };
        let catchers = list.into_iter().enumerate().filter_map(|(index, catcher)| {
            let mut inner = fields.inner(&format!("Catch[{index}]"), catcher)?;
            let errors = errors(&mut inner, index + 1 == count);
            let next = inner.needed_text("Next");
            let (assign, output) = (self.assign(&mut inner, sees), self.template(&mut inner, "Output", sees));
            inner.close();
            Some(Catcher { errors, next: next?, assign, output })
        });
        catchers.collect()
    }
}

fn retrier_of(fields: &mut Fields<'_>, last: bool) -> Retrier {
    let errors = errors(fields, last);
    let interval =
        fields.whole("IntervalSeconds", 1..=RETRY_INTERVAL_SECONDS_MAX).unwrap_or(INTERVAL_SECONDS);
    let attempts_max = fields.whole("MaxAttempts", 0..=RETRY_ATTEMPTS_MAX).unwrap_or(ATTEMPTS);
    let backoff_rate = match fields.take("BackoffRate") {
        None => BACKOFF_RATE,
        Some(rate) => rate.as_f64().filter(|rate| *rate >= 1.0).unwrap_or_else(|| {
            fields.wrong("BackoffRate", "Expected a number of at least 1.0");
            BACKOFF_RATE
        }),
    };
    let delay_max = fields.whole("MaxDelaySeconds", 1..=RETRY_DELAY_SECONDS_MAX);
    if delay_max.is_some_and(|longest| longest < interval) {
        fields.wrong("MaxDelaySeconds", "MaxDelaySeconds must not be less than IntervalSeconds");
    }
    let full_jitter = match fields.text("JitterStrategy").as_deref() {
        None | Some("NONE") => false,
        Some("FULL") => true,
        Some(_) => {
            fields.wrong("JitterStrategy", "Expected one of [FULL, NONE]");
            false
        }
    };
    Retrier {
        errors,
        interval: Duration::from_secs(interval.into()),
        attempts_max,
        backoff_rate,
        delay_max: delay_max.map(|seconds| Duration::from_secs(seconds.into())),
        full_jitter,
    }
}

fn errors(fields: &mut Fields<'_>, last: bool) -> Vec<String> {
    let mut names = Vec::new();
    for name in fields.list("ErrorEquals") {
        match name {
            Value::String(name) => names.push(name),
            _ => fields.wrong("ErrorEquals", "Expected strings"),
        }
    }
    if names.is_empty() {
        fields.wrong("ErrorEquals", "ErrorEquals needs at least one error");
    }
    if names.iter().any(|name| name == ALL) && (names.len() > 1 || !last) {
        fields.wrong("ErrorEquals", "States.ALL stands alone, and in the last place");
    }
    names
}
