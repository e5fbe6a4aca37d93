//! `Retry` and `Catch`.

use super::{Fields, LoadError, Loader};
use crate::{
    definition::{Catcher, Retrier},
    expression::Sees,
    failure::ALL,
    limits::{RETRY_ATTEMPTS_MAX, RETRY_DELAY_SECONDS_MAX},
};
use serde_json::Value;
use std::time::Duration;

/// What AWS takes where a retrier does not say.
const INTERVAL_SECONDS: u32 = 1;
const ATTEMPTS: u32 = 3;
const BACKOFF_RATE: f64 = 2.0;

impl Loader {
    pub(super) fn retry(fields: &mut Fields) -> Result<Vec<Retrier>, LoadError> {
        let list = fields.list("Retry")?;
        let count = list.len();
        list.into_iter()
            .enumerate()
            .map(|(index, retrier)| {
                let mut inner = fields.inner(&format!("Retry[{index}]"), retrier)?;
                let retrier = retrier_of(&mut inner, index + 1 == count)?;
                inner.close()?;
                Ok(retrier)
            })
            .collect()
    }

    pub(super) fn catch(&self, fields: &mut Fields) -> Result<Vec<Catcher>, LoadError> {
        let list = fields.list("Catch")?;
        let count = list.len();
        let sees = Sees { result: false, error: true };
        list.into_iter()
            .enumerate()
            .map(|(index, catcher)| {
                let mut inner = fields.inner(&format!("Catch[{index}]"), catcher)?;
                let catcher = Catcher {
                    errors: errors(&mut inner, index + 1 == count)?,
                    next: inner.needed_text("Next")?,
                    assign: self.assign(&mut inner, sees)?,
                    output: self.template(&mut inner, "Output", sees)?,
                };
                inner.close()?;
                Ok(catcher)
            })
            .collect()
    }
}

fn retrier_of(fields: &mut Fields, last: bool) -> Result<Retrier, LoadError> {
    let errors = errors(fields, last)?;
    let interval = fields.whole("IntervalSeconds", 1..=RETRY_DELAY_SECONDS_MAX)?.unwrap_or(INTERVAL_SECONDS);
    let attempts_max = fields.whole("MaxAttempts", 0..=RETRY_ATTEMPTS_MAX)?.unwrap_or(ATTEMPTS);
    let backoff_rate = match fields.take("BackoffRate") {
        None => BACKOFF_RATE,
        Some(rate) => rate
            .as_f64()
            .filter(|rate| *rate >= 1.0)
            .ok_or_else(|| fields.wrong("BackoffRate", "must be a number of at least 1"))?,
    };
    let delay_max = fields.whole("MaxDelaySeconds", 1..=RETRY_DELAY_SECONDS_MAX)?;
    if delay_max.is_some_and(|longest| longest < interval) {
        return Err(fields.wrong("MaxDelaySeconds", "must not be less than IntervalSeconds"));
    }
    let full_jitter = match fields.text("JitterStrategy")?.as_deref() {
        None | Some("NONE") => false,
        Some("FULL") => true,
        Some(_) => return Err(fields.wrong("JitterStrategy", "must be \"FULL\" or \"NONE\"")),
    };
    Ok(Retrier {
        errors,
        interval: Duration::from_secs(interval.into()),
        attempts_max,
        backoff_rate,
        delay_max: delay_max.map(|seconds| Duration::from_secs(seconds.into())),
        full_jitter,
    })
}

fn errors(fields: &mut Fields, last: bool) -> Result<Vec<String>, LoadError> {
    let names = fields.list("ErrorEquals")?.into_iter().map(|name| match name {
        Value::String(name) => Ok(name),
        _ => Err(fields.wrong("ErrorEquals", "must hold strings")),
    });
    let names: Vec<String> = names.collect::<Result<_, _>>()?;
    if names.is_empty() {
        return Err(fields.wrong("ErrorEquals", "needs at least one error"));
    }
    if names.iter().any(|name| name == ALL) && (names.len() > 1 || !last) {
        return Err(fields.wrong("ErrorEquals", "States.ALL stands alone, and in the last place"));
    }
    Ok(names)
}
