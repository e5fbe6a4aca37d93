//! Time expressions (TTML2, section 12.3.1) and the parameters that they are read by (section 7.2).

/// Times while they are reckoned with. A nanosecond is finer than any frame or tick.
pub(super) const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// What frames and ticks last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rates {
    /// Frames a second, not multiplied.
    frame: Option<u64>,
    /// By which the frame rate is multiplied.
    multiplier: (u64, u64),
    sub_frame: Option<u64>,
    tick: Option<u64>,
}

/// A parameter's value that is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoRate;

impl Rates {
    /// Thirty frames of one part a second, and a tick a second.
    pub(super) const DEFAULT: Self = Self { frame: None, multiplier: (1, 1), sub_frame: None, tick: None };

    /// Takes an attribute of the parameter namespace.
    pub(super) fn set(&mut self, name: &[u8], value: &str) -> Result<(), NoRate> {
        match name {
            b"frameRate" => self.frame = Some(positive(value)?),
            b"subFrameRate" => self.sub_frame = Some(positive(value)?),
            b"tickRate" => self.tick = Some(positive(value)?),
            b"frameRateMultiplier" => {
                // Drafts of the first version put a colon between the two.
                let mut numbers = value.split([' ', ':']).filter(|part| !part.is_empty());
                let mut next = || numbers.next().map(positive).transpose();
                self.multiplier = (next()?.ok_or(NoRate)?, next()?.unwrap_or(1));
            }
            _ => {}
        }
        Ok(())
    }

    fn frames(&self) -> Fraction {
        let (above, below) = self.multiplier;
        Fraction { above: u128::from(self.frame.unwrap_or(30)) * u128::from(above), below: u128::from(below) }
    }

    /// Without a rate of its own, a tick is a part of a frame, or a second where frames have no rate.
    fn ticks(&self) -> Fraction {
        let whole = |rate: u64| Fraction { above: u128::from(rate), below: 1 };
        match (self.tick, self.frame) {
            (Some(tick), _) => whole(tick),
            (None, Some(_)) => {
                let frames = self.frames();
                Fraction { above: frames.above.saturating_mul(self.sub_frame.unwrap_or(1).into()), ..frames }
            }
            (None, None) => whole(1),
        }
    }

    /// A clock time or an offset time in nanoseconds; nothing, if it is neither.
    pub(super) fn time(&self, expression: &str) -> Option<u64> {
        let expression = expression.trim_ascii();
        if expression.contains(':') { self.clock_time(expression) } else { self.offset_time(expression) }
    }

    /// `hh:mm:ss`, `hh:mm:ss.fraction`, `hh:mm:ss:frames` and `hh:mm:ss:frames.parts`.
    fn clock_time(&self, expression: &str) -> Option<u64> {
        let mut parts = expression.split(':');
        let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
        let (seconds, fraction) = split_fraction(seconds)?;
        let (hours, minutes, whole) = (number(hours)?, two_digits(minutes)?, two_digits(seconds)?);
        if minutes > 59 || whole > 60 {
            return None;
        }
        let seconds = hours.checked_mul(3_600)?.checked_add(minutes * 60 + whole)?;
        let rest = match (parts.next(), fraction) {
            (None, fraction) => nanos_of(fraction),
            (Some(frames), "") => self.frames_time(frames)?,
            (Some(_), _) => return None,
        };
        if parts.next().is_some() {
            return None;
        }
        seconds.checked_mul(NANOS_PER_SECOND)?.checked_add(rest)
    }

    fn frames_time(&self, expression: &str) -> Option<u64> {
        let (frames, parts) = expression.split_once('.').unwrap_or((expression, "0"));
        let sub_frame = self.sub_frame.unwrap_or(1);
        let count = u128::from(number(frames)?) * u128::from(sub_frame) + u128::from(number(parts)?);
        let frames = self.frames();
        Fraction { above: frames.above.checked_mul(sub_frame.into())?, ..frames }.time(count, 1)
    }

    /// A number and `h`, `m`, `s`, `ms`, `f` or `t`.
    fn offset_time(&self, expression: &str) -> Option<u64> {
        let metric = expression.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let (whole, fraction) = split_fraction(expression.strip_suffix(metric)?)?;
        let nanos = u128::from(NANOS_PER_SECOND);
        let count = u128::from(number(whole)?) * nanos + u128::from(nanos_of(fraction));
        let a_second = |above, below| Fraction { above, below };
        let rate = match metric {
            "h" => a_second(1, 3_600),
            "m" => a_second(1, 60),
            "s" => a_second(1, 1),
            "ms" => a_second(1_000, 1),
            "f" => self.frames(),
            "t" => self.ticks(),
            _ => return None,
        };
        rate.time(count, nanos)
    }
}

/// So many a second.
#[derive(Clone, Copy, Debug)]
struct Fraction {
    above: u128,
    below: u128,
}

impl Fraction {
    /// How long `count / parts` of them last, in nanoseconds, rounded.
    fn time(self, count: u128, parts: u128) -> Option<u64> {
        let above = count.checked_mul(self.below)?.checked_mul(NANOS_PER_SECOND.into())?;
        let below = self.above.checked_mul(parts)?;
        u64::try_from(above.checked_add(below / 2)?.checked_div(below)?).ok()
    }
}

/// A number and its fraction, of which there is a digit if there is a dot.
fn split_fraction(number: &str) -> Option<(&str, &str)> {
    match number.split_once('.') {
        Some((whole, fraction)) => {
            let is_number = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then_some((whole, fraction))
        }
        None => Some((number, "")),
    }
}

/// A fraction of a second, given its digits.
fn nanos_of(fraction: &str) -> u64 {
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
    digits.fold(0, |nanos, digit| nanos * 10 + u64::from(digit - b'0'))
}

fn number(digits: &str) -> Option<u64> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

fn two_digits(digits: &str) -> Option<u64> {
    number(digits).filter(|_| digits.len() == 2)
}

fn positive(value: &str) -> Result<u64, NoRate> {
    number(value.trim_ascii()).filter(|rate| *rate > 0).ok_or(NoRate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(parameters: &[(&str, &str)], expression: &str, expect_ms: Option<f64>) {
        let mut rates = Rates::DEFAULT;
        for (name, value) in parameters {
            rates.set(name.as_bytes(), value).unwrap();
        }
        #[expect(clippy::cast_precision_loss, reason = "times in tests are short")]
        let found = rates.time(expression).map(|nanos| (nanos as f64 / 1_000.0).round() / 1_000.0);
        assert_eq!(found, expect_ms, "{parameters:?} {expression:?}");
    }

    #[test]
    fn clock_times_have_fractions_or_frames() {
        check(&[], "00:00:01", Some(1_000.0));
        check(&[], "01:02:03.5", Some(3_723_500.0));
        check(&[], " 100:00:00.0001234567891 ", Some(360_000_000.123));
        check(&[], "00:00:60", Some(60_000.0));
        check(&[], "00:00:01:15", Some(1_500.0));
        check(&[("frameRate", "25")], "00:00:01:05", Some(1_200.0));
        check(&[("frameRate", "25"), ("subFrameRate", "2")], "00:00:00:05.1", Some(220.0));
        check(&[("frameRate", "30"), ("frameRateMultiplier", "1000 1001")], "00:00:01:15", Some(1_500.5));
        check(&[("frameRate", "24"), ("frameRateMultiplier", "1000:1001")], "00:00:00:24", Some(1_001.0));
    }

    #[test]
    fn offset_times_have_a_metric() {
        check(&[], "1.5h", Some(5_400_000.0));
        check(&[], "2m", Some(120_000.0));
        check(&[], "3.25s", Some(3_250.0));
        check(&[], "1500ms", Some(1_500.0));
        check(&[], "45f", Some(1_500.0));
        check(&[("frameRate", "25"), ("frameRateMultiplier", "2")], "12.5f", Some(250.0));
        check(&[], "2t", Some(2_000.0));
        check(&[("frameRate", "25"), ("subFrameRate", "4")], "100t", Some(1_000.0));
        check(&[("tickRate", "10000000")], "12345678t", Some(1_234.568));
        check(&[("tickRate", "10000000"), ("frameRate", "25")], "10000000t", Some(1_000.0));
    }

    #[test]
    fn everything_else_is_no_time() {
        for expression in [
            "",
            "1",
            "s",
            "-1s",
            "1.s",
            ".5s",
            "1 s",
            "1x",
            "1.2.3s",
            "1sec",
            "00:01",
            "00:00:61",
            "00:60:00",
            "00:0:01",
            "00:00:1",
            "0x:00:01",
            "00:00:01.",
            "00:00:01.5:03",
            "00:00:01:",
            "00:00:01:02.",
            "00:00:01:02:03",
            "00:00:01,5",
            "wallclock(\"2026-01-01\")",
            "99999999999999999999s",
            "18446744073709551615h",
            "9999999999999999:00:00",
            "٠s",
        ] {
            check(&[], expression, None);
        }
    }

    #[test]
    fn rates_are_positive() {
        for (name, value) in [
            ("frameRate", "0"),
            ("frameRate", "-25"),
            ("frameRate", "29.97"),
            ("tickRate", ""),
            ("subFrameRate", "x"),
            ("frameRateMultiplier", ""),
            ("frameRateMultiplier", "1 0"),
            ("frameRateMultiplier", "1000/1001"),
        ] {
            let mut rates = Rates::DEFAULT;
            assert_eq!(rates.set(name.as_bytes(), value), Err(NoRate), "{name} {value:?}");
        }
        let mut rates = Rates::DEFAULT;
        rates.set(b"frameRate", &u64::MAX.to_string()).unwrap();
        rates.set(b"frameRateMultiplier", &format!("{} 1", u64::MAX)).unwrap();
        assert_eq!(rates.time("18446744073709551615f"), None);
    }
}
