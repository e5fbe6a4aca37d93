/// The times of a cue and what stands behind them on their line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timings<'a> {
    pub(super) start_ms: u64,
    pub(super) end_ms: u64,
    pub(super) settings: &'a str,
}

/// The first part of "collect WebVTT cue timings and settings" (section 6.3).
pub(super) fn timings(line: &str) -> Option<Timings<'_>> {
    let (start_ms, rest) = timestamp(line.trim_ascii_start())?;
    let rest = rest.trim_ascii_start().strip_prefix("-->")?;
    let (end_ms, settings) = timestamp(rest.trim_ascii_start())?;
    Some(Timings { start_ms, end_ms, settings })
}

/// "Collect a WebVTT timestamp" (section 6.3): `mm:ss.mmm` or `h…h:mm:ss.mmm` in milliseconds, and what follows it.
///
/// Hours have no bound in the specification; times beyond what can be counted are the greatest that can be.
pub(super) fn timestamp(input: &str) -> Option<(u64, &str)> {
    let (first, first_digits, rest) = number(input)?;
    let (second, rest) = digits(rest.strip_prefix(':')?, 2)?;
    let hours_first = first_digits != 2 || first > 59 || rest.starts_with(':');
    let (hours, minutes, seconds, rest) = if hours_first {
        let (third, rest) = digits(rest.strip_prefix(':')?, 2)?;
        (first, second, third, rest)
    } else {
        (0, first, second, rest)
    };
    let (millis, rest) = digits(rest.strip_prefix('.')?, 3)?;
    if minutes > 59 || seconds > 59 {
        return None;
    }
    let minutes = hours.saturating_mul(60).saturating_add(minutes);
    Some((minutes.saturating_mul(60_000).saturating_add(seconds * 1000 + millis), rest))
}

/// A run of digits: its value, how many there are, and what follows.
fn number(input: &str) -> Option<(u64, usize, &str)> {
    let (mut value, mut count) = (0_u64, 0);
    for byte in input.bytes().take_while(u8::is_ascii_digit) {
        value = value.saturating_mul(10).saturating_add(u64::from(byte - b'0'));
        count += 1;
    }
    (count > 0).then(|| (value, count, &input[count..]))
}

/// A run of exactly so many digits.
fn digits(input: &str, count: usize) -> Option<(u64, &str)> {
    number(input).filter(|(_, found, _)| *found == count).map(|(value, _, rest)| (value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expect: Option<(u64, &str)>) {
        assert_eq!(timestamp(input), expect, "{input:?}");
    }

    #[test]
    fn hours_are_there_or_not() {
        check("00:01.000", Some((1_000, "")));
        check("59:59.999 x", Some((3_599_999, " x")));
        check("00:00:01.000", Some((1_000, "")));
        check("0:00:01.000", Some((1_000, "")));
        check("001:00:01.500", Some((3_601_500, "")));
        check("100:00:01.000-->", Some((360_001_000, "-->")));
        check("99:00:01.000", Some((356_401_000, "")));
        check("99999999999999999999:00:00.000", Some((u64::MAX, "")));
    }

    #[test]
    fn everything_else_is_no_time() {
        for input in [
            "",
            ":",
            "x",
            "-00:01.000",
            "1:00.000",
            "60:00.000",
            "100:00.000",
            "00:60.000",
            "00:60:00.000",
            "00:00:60.000",
            "0:1:00.000",
            "00:1.000",
            "00:001.000",
            "00:01",
            "00:01.",
            "00:01.0",
            "00:01.00",
            "00:01.0000",
            "00:01,000",
            "00:01:000",
            "00:00:00:00.000",
            "00 :01.000",
            "00:00:1.000",
            "٠٠:٠١.٠٠٠",
        ] {
            check(input, None);
        }
    }

    #[test]
    fn timings_stand_on_one_line_with_any_white_space() {
        let found = timings(" \t00:01.000\x0C-->00:02.000align:start").unwrap();
        assert_eq!(found, Timings { start_ms: 1_000, end_ms: 2_000, settings: "align:start" });
        for line in [
            "-->",
            "00:01.000 -->",
            "--> 00:01.000",
            "00:01.000 - -> 00:02.000",
            "00:01.000 --a> 00:02.000",
            "x 00:01.000 --> 00:02.000",
            "00:01.000 x --> 00:02.000",
            "00:01.000 --> x 00:02.000",
            "00:01.000 ---> 00:02.000",
        ] {
            assert_eq!(timings(line), None, "{line:?}");
        }
    }
}
