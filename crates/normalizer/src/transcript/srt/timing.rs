/// A line with the times of a cue.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Timing<'a> {
    pub(super) start_ms: u64,
    pub(super) end_ms: u64,
    /// Both times are written `hh:mm:ss,mmm`.
    pub(super) is_exact: bool,
    /// What stands behind the times.
    pub(super) rest: &'a str,
}

/// Reads `hh:mm:ss,mmm --> hh:mm:ss,mmm` and what comes close to it.
pub(super) fn timing(line: &str) -> Option<Timing<'_>> {
    let (start, rest) = time(line.trim_start())?;
    let rest = rest.trim_start().strip_prefix("-->")?;
    let (end, rest) = time(rest.trim_start())?;
    if rest.starts_with(|c: char| !c.is_whitespace()) {
        return None;
    }
    Some(Timing {
        start_ms: start.ms,
        end_ms: end.ms,
        is_exact: start.is_exact && end.is_exact,
        rest: rest.trim(),
    })
}

/// Whether a line was meant to hold times.
pub(super) fn looks_like_timing(line: &str) -> bool {
    line.trim_start().starts_with(|c: char| c.is_ascii_digit()) && line.contains("-->")
}

struct Time {
    ms: u64,
    is_exact: bool,
}

/// `h:m:s` or `mm:ss`, and a fraction of a second after a comma or a dot. The fraction may be missing only from `h:mm:ss`, and
/// minutes without hours have two digits at least: less than that is no time but a number in a text.
fn time(input: &str) -> Option<(Time, &str)> {
    let (first, rest) = digits(input)?;
    let (second, rest) = digits(rest.strip_prefix(':')?)?;
    let third = rest.strip_prefix(':').and_then(digits);
    let (hours, minutes, seconds, rest) = match third {
        Some((third, rest)) => (first, second, third, rest),
        None => ("", first, second, rest),
    };
    let fraction = rest.strip_prefix([',', '.']).and_then(digits);
    let two = |part: &str| part.len() == 2;
    let well_formed = match (third, fraction) {
        (Some(_), Some(_)) => minutes.len() <= 2 && seconds.len() <= 2,
        (Some(_), None) => two(minutes) && two(seconds),
        (None, Some(_)) => minutes.len() >= 2 && two(seconds),
        (None, None) => false,
    };
    let in_range = value(seconds) < 60 && (third.is_none() || value(minutes) < 60);
    if !well_formed || !in_range {
        return None;
    }
    let is_exact = hours.len() >= 2
        && two(minutes)
        && two(seconds)
        && rest.starts_with(',')
        && fraction.is_some_and(|(fraction, _)| fraction.len() == 3);
    let whole = value(hours).saturating_mul(60).saturating_add(value(minutes)).saturating_mul(60);
    let seconds = whole.saturating_add(value(seconds));
    let (fraction, rest) = fraction.unwrap_or(("", rest));
    let millis =
        fraction.bytes().chain(*b"000").take(3).fold(0, |ms, digit| ms * 10 + u64::from(digit - b'0'));
    Some((Time { ms: seconds.saturating_mul(1_000).saturating_add(millis), is_exact }, rest))
}

/// A run of digits and what follows.
fn digits(input: &str) -> Option<(&str, &str)> {
    let count = input.bytes().take_while(u8::is_ascii_digit).count();
    (count > 0).then(|| input.split_at(count))
}

/// The value of a run of digits; none has the value zero, and one that is too long the greatest.
pub(super) fn value(digits: &str) -> u64 {
    digits
        .bytes()
        .fold(0, |value: u64, digit| value.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expect: Option<(u64, u64, bool, &str)>) {
        let found = timing(line);
        let found = found.map(|found| (found.start_ms, found.end_ms, found.is_exact, found.rest));
        assert_eq!(found, expect, "{line:?}");
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        check("00:00:01,000 --> 00:00:02,500", Some((1_000, 2_500, true, "")));
        check("  100:59:59,999-->101:00:00,000\t", Some((363_599_999, 363_600_000, true, "")));
        check("00:00:01.000 --> 00:00:02,000", Some((1_000, 2_000, false, "")));
        check("0:0:1,5 --> 0:0:2,25", Some((1_500, 2_250, false, "")));
        check("00:00:01,1239 --> 00:00:02", Some((1_123, 2_000, false, "")));
        check("00:01,000 --> 90:02.5", Some((1_000, 5_402_500, false, "")));
        check("00:00:01,000 --> 00:00:02,000 X1:100 X2:200", Some((1_000, 2_000, true, "X1:100 X2:200")));
        check("99999999999999999999:00:00,000 --> 00:00:00,000", Some((u64::MAX, 0, true, "")));
    }

    #[test]
    fn other_lines_hold_no_times() {
        for line in [
            "",
            "1",
            "-->",
            "00:00:01,000",
            "00:00:01,000 -> 00:00:02,000",
            "00:00:01,000 --> ",
            "--> 00:00:02,000",
            "00:00:61,000 --> 00:01:02,000",
            "00:60:00,000 --> 01:00:02,000",
            "1:2 --> 3:4",
            "0:01,5 --> 0:02,5",
            "00:01 --> 00:02",
            "00:000:01,000 --> 00:00:02,000",
            "x 00:00:01,000 --> 00:00:02,000",
            "00:00:01,000 --> 00:00:02,000x",
            "0:0:1 --> 0:0:2",
        ] {
            check(line, None);
        }
        assert!(looks_like_timing(" 00:00:61,000 --> x"));
        assert!(!looks_like_timing("go --> there"));
    }
}
