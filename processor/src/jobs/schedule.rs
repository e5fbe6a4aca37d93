use std::time::Duration;

/// How long after each attempt the next is made, as Standard Webhooks suggests: some 28 hours together.
const PAUSES: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(10),
    Duration::from_hours(10),
    Duration::from_hours(10),
];
/// A receiver that asks for more than this asks in vain.
const RETRY_AFTER_MAX: Duration = Duration::from_hours(1);

/// What the answer to an attempt means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Delivered,
    /// Never to be taken.
    Refused,
    /// To be sent again, not before the time that the receiver asked for.
    Again(Option<Duration>),
}

impl Verdict {
    /// Reads a status code; `None` is no answer.
    pub(super) fn of(status: Option<u16>, retry_after: Option<Duration>) -> Self {
        match status {
            Some(200..300) => Self::Delivered,
            None | Some(408 | 425 | 429 | 500..600) => Self::Again(retry_after),
            Some(_) => Self::Refused,
        }
    }
}

/// The pause after this many attempts, or `None` when it was the last. Half to all of it, by `jitter` from 0 to 1, so
/// that callbacks that failed together do not come back together.
pub(super) fn pause(attempts: u32, asked: Option<Duration>, jitter: f64) -> Option<Duration> {
    let base = PAUSES.get(usize::try_from(attempts.checked_sub(1)?).ok()?)?;
    let spread = base.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0);
    Some(spread.max(asked.unwrap_or_default().min(RETRY_AFTER_MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_change_is_tried_again() {
        for (status, expect) in [
            (Some(202), Verdict::Delivered),
            (Some(302), Verdict::Refused),
            (Some(401), Verdict::Refused),
            (Some(410), Verdict::Refused),
            (Some(429), Verdict::Again(None)),
            (Some(503), Verdict::Again(None)),
            (None, Verdict::Again(None)),
        ] {
            assert_eq!(Verdict::of(status, None), expect, "{status:?}");
        }
    }

    #[test]
    fn the_schedule_is_bounded_and_honours_the_receiver() {
        assert_eq!(pause(1, None, 1.0), Some(Duration::from_secs(5)));
        assert_eq!(pause(1, None, 0.0), Some(Duration::from_millis(2_500)));
        assert_eq!(pause(1, Some(Duration::from_mins(1)), 0.0), Some(Duration::from_mins(1)));
        assert_eq!(pause(1, Some(Duration::MAX), 0.0), Some(RETRY_AFTER_MAX));
        assert_eq!(pause(10, None, 0.0), None);
    }
}
