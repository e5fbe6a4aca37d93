//! How long to wait before a state is tried again.

use crate::{definition::Retrier, limits::RETRY_DELAY_SECONDS_MAX, surroundings::Surroundings};
use std::time::Duration;

/// The longest delay where a definition sets none.
const DELAY_MAX: Duration = Duration::from_secs(RETRY_DELAY_SECONDS_MAX as u64);

impl Retrier {
    /// The delay before attempt `attempt` (the first retry is 1), before any time scale.
    pub(crate) fn delay(&self, attempt: u32, around: &mut Surroundings<'_>) -> Duration {
        let exponent = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
        let grown = self.interval.as_secs_f64() * self.backoff_rate.powi(exponent);
        let longest = self.delay_max.unwrap_or_else(|| DELAY_MAX.max(self.interval));
        // A product beyond all bounds is infinite, and then the longest delay is meant.
        let delay = Duration::try_from_secs_f64(grown).unwrap_or(longest).min(longest);
        if self.full_jitter { delay.mul_f64(fraction(around.draw())) } else { delay }
    }
}

/// A number from 0 up to 1 made of 53 random bits, which is all that a double holds.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
fn fraction(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use std::num::NonZeroU32;

    fn retrier(full_jitter: bool, delay_max: Option<u64>) -> Retrier {
        Retrier {
            errors: vec!["States.ALL".to_owned()],
            interval: Duration::from_secs(3),
            attempts_max: 9,
            backoff_rate: 2.0,
            delay_max: delay_max.map(Duration::from_secs),
            full_jitter,
        }
    }

    fn check(retrier: &Retrier, attempt: u32, byte: u8, expected: Duration) {
        let mut random = |bytes: &mut [u8]| bytes.fill(byte);
        let mut around =
            Surroundings { now: Timestamp::UNIX_EPOCH, scale: NonZeroU32::MIN, random: &mut random };
        assert_eq!(retrier.delay(attempt, &mut around), expected, "attempt {attempt}");
    }

    #[test]
    fn delays_double_up_to_the_longest() {
        check(&retrier(false, None), 1, 0, Duration::from_secs(3));
        check(&retrier(false, None), 2, 0, Duration::from_secs(6));
        check(&retrier(false, None), 4, 0, Duration::from_secs(24));
        check(&retrier(false, Some(10)), 4, 0, Duration::from_secs(10));
        check(&retrier(false, Some(10)), u32::MAX, 0, Duration::from_secs(10));
    }

    #[test]
    fn full_jitter_draws_between_nothing_and_the_delay() {
        check(&retrier(true, None), 1, 0, Duration::ZERO);
        check(&retrier(true, None), 2, 0x80, Duration::from_secs(3) + Duration::from_nanos(11_764_706));
    }
}
