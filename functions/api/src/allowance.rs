//! Fairness: each person has an allowance of requests, a token bucket, so that nobody's program takes all of them.
//!
//! Each process keeps its own: under Lambda there are several, so a person may have more than this, and never less.

use document::Moment;
use edge::{Misconfigured, Variables};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Requests that a person may make each second if nothing is said: half of what the HTTP API lets through for everybody.
pub(crate) const REQUESTS_PER_SECOND_MAX: u64 = 50;
/// The most that can be configured: as good as no limit.
const RATE_MAX: u64 = 1_000_000;
/// Seconds whose requests a person may save up and make at once: a page that opens a document, follows some lists and renews
/// the addresses of a thousand parts stays far below.
pub(crate) const SAVED_SECONDS_MAX: u64 = 10;
/// People remembered; whoever has not asked for as long need not be.
const PEOPLE_MAX: usize = 10_000;

/// A thousandth of a request is the least that is counted: what comes back in a millisecond is then a whole number.
const REQUEST: u64 = 1000;

/// The allowances of people.
#[derive(Debug)]
pub(crate) struct Allowances {
    people: Mutex<HashMap<String, Allowance>>,
    /// Requests in a second, and thousandths of a request in a millisecond.
    rate: u64,
    /// What may be saved up, in thousandths of a request.
    full: u64,
}

#[derive(Clone, Copy, Debug)]
struct Allowance {
    /// Thousandths of a request.
    left: u64,
    at: Moment,
}

impl Allowances {
    /// With the requests in a second that are configured (`REQUESTS_PER_SECOND`).
    pub(crate) fn new(variables: &Variables) -> Result<Self, Misconfigured> {
        let expected = "a number of requests from 1 to 1000000";
        let rate = variables.parsed("REQUESTS_PER_SECOND", expected, REQUESTS_PER_SECOND_MAX)?;
        let bounded = (1..=RATE_MAX).contains(&rate);
        let malformed = || Misconfigured::Malformed {
            name: "REQUESTS_PER_SECOND".to_owned(),
            value: rate.to_string(),
            expected,
        };
        bounded.then(|| Self::of(rate)).ok_or_else(malformed)
    }

    fn of(rate: u64) -> Self {
        Self { people: Mutex::default(), rate, full: rate * SAVED_SECONDS_MAX * REQUEST }
    }

    /// Takes one request off somebody's allowance, or says in how many seconds there is one again.
    pub(crate) fn spend(&self, subject: &str, now: Moment) -> Result<(), u32> {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        let left = people.get(subject).map_or(self.full, |allowance| self.left(*allowance, now));
        let Some(rest) = left.checked_sub(REQUEST) else {
            let seconds = (REQUEST - left).div_ceil(self.rate * 1000);
            return Err(u32::try_from(seconds).unwrap_or(u32::MAX));
        };
        if people.len() >= PEOPLE_MAX && !people.contains_key(subject) {
            people.retain(|_, allowance| self.left(*allowance, now) < self.full);
            if people.len() >= PEOPLE_MAX {
                // More people at once than can be told apart: all begin anew.
                people.clear();
            }
        }
        people.insert(subject.to_owned(), Allowance { left: rest, at: now });
        Ok(())
    }

    /// What is left of an allowance by now.
    fn left(&self, allowance: Allowance, now: Moment) -> u64 {
        let passed = u64::try_from(allowance.at.until(now).as_millis()).unwrap_or(u64::MAX);
        allowance.left.saturating_add(passed.saturating_mul(self.rate)).min(self.full)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAVED: u64 = REQUESTS_PER_SECOND_MAX * SAVED_SECONDS_MAX;

    fn allowances() -> Allowances {
        Allowances::new(&Variables::default()).unwrap()
    }

    const fn at(millis: i64) -> i64 {
        1_767_323_045_000 + millis
    }

    /// How many requests in a row somebody may make.
    fn granted(allowances: &Allowances, subject: &str, millis: i64) -> u64 {
        let now = Moment::from_millis(at(millis));
        (0..1_000_000).find(|_| allowances.spend(subject, now).is_err()).unwrap()
    }

    #[test]
    fn an_allowance_is_spent_and_comes_back() {
        let allowances = allowances();
        assert_eq!(granted(&allowances, "one", 0), SAVED);
        assert_eq!(granted(&allowances, "one", 0), 0);
        assert_eq!(allowances.spend("one", Moment::from_millis(at(0))), Err(1));
        assert_eq!(granted(&allowances, "two", 0), SAVED, "another's is another");
        assert_eq!([19, 20, 21].map(|millis| granted(&allowances, "one", millis)), [0, 1, 0]);
        assert_eq!(granted(&allowances, "one", 1020), REQUESTS_PER_SECOND_MAX);
        assert_eq!(granted(&allowances, "one", 3_600_000), SAVED, "never more than at first");
        assert_eq!(granted(&allowances, "one", 0), 0, "a clock that goes back gives nothing");
    }

    #[test]
    fn another_rate_can_be_configured() {
        let with = |rate: &str| {
            Allowances::new(&Variables::new([("REQUESTS_PER_SECOND".to_owned(), rate.to_owned())]))
        };
        assert_eq!(granted(&with("1").unwrap(), "one", 0), SAVED_SECONDS_MAX);
        assert!(with("1000000").is_ok());
        for odd in ["0", "1000001", "-1", "many"] {
            assert!(matches!(with(odd), Err(Misconfigured::Malformed { .. })), "{odd}");
        }
    }

    #[test]
    fn a_bounded_number_of_people_is_remembered() {
        let allowances = allowances();
        let spend =
            |number: usize, millis| allowances.spend(&number.to_string(), Moment::from_millis(at(millis)));
        for number in 0..PEOPLE_MAX {
            assert_eq!(spend(number, 0), Ok(()));
        }
        let known = || allowances.people.lock().unwrap().len();
        assert_eq!(known(), PEOPLE_MAX);
        assert_eq!((spend(PEOPLE_MAX, 1), known()), (Ok(()), 1), "all have asked just now");
        for number in 0..PEOPLE_MAX - 1 {
            assert_eq!(spend(number, 2), Ok(()));
        }
        assert_eq!((spend(PEOPLE_MAX + 1, 60_000), known()), (Ok(()), 1), "nobody has asked for a minute");
    }
}
