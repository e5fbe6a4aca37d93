use std::{num::NonZeroU32, time::Duration};

/// How many times faster than configured everything waits.
///
/// A demonstration or a test runs hours of back-off in seconds: each *configured* duration (machine waits,
/// visibility time-outs, schedules, deadlines) is divided by the pace. Clocks, signatures and presigned
/// addresses stay real.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace(NonZeroU32);

impl Pace {
    /// Everything waits as long as configured.
    pub const REAL: Self = Self(NonZeroU32::MIN);

    /// Divides durations by `scale`; 0 counts as 1.
    pub fn times(scale: u32) -> Self {
        Self(NonZeroU32::new(scale).unwrap_or(NonZeroU32::MIN))
    }

    /// A configured duration as it is waited for.
    pub fn of(self, configured: Duration) -> Duration {
        configured / self.0.get()
    }

    /// By how much durations are divided.
    pub fn scale(self) -> u32 {
        self.0.get()
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::REAL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_divides_and_zero_means_real() {
        assert_eq!(Pace::times(60).of(Duration::from_hours(1)), Duration::from_mins(1));
        assert_eq!(Pace::times(0), Pace::REAL);
    }
}
