//! The header `Retry-After` (RFC 9110, 10.2.3).

use jiff::{Timestamp, fmt::rfc2822};

/// The longest wait that is believed, in seconds: whoever asks for more is asked again after this.
pub(crate) const RETRY_AFTER_SECONDS_MAX: u64 = 6 * 3600;

/// Seconds to wait: given as such or as a date. What is neither counts as not given.
pub(crate) fn retry_after(value: &str, now: Timestamp) -> Option<u64> {
    let value = value.trim();
    let seconds = if value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty() {
        // More digits than a number holds are a long time.
        value.parse().unwrap_or(u64::MAX)
    } else {
        let until = rfc2822::parse(value).ok()?.timestamp();
        u64::try_from(until.as_second().saturating_sub(now.as_second())).unwrap_or(0)
    };
    Some(seconds.min(RETRY_AFTER_SECONDS_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read_and_held_in_bounds() {
        let now: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        let check = |value: &str, expect: Option<u64>| assert_eq!(retry_after(value, now), expect, "{value}");
        check("0", Some(0));
        check(" 120 ", Some(120));
        check("21599", Some(RETRY_AFTER_SECONDS_MAX - 1));
        check("21600", Some(RETRY_AFTER_SECONDS_MAX));
        check("21601", Some(RETRY_AFTER_SECONDS_MAX));
        check("99999999999999999999999999", Some(RETRY_AFTER_SECONDS_MAX));
        check("Fri, 02 Jan 2026 03:05:05 GMT", Some(60));
        check("Fri, 02 Jan 2026 03:00:00 GMT", Some(0));
        check("Sun, 02 Jan 2028 03:00:00 GMT", Some(RETRY_AFTER_SECONDS_MAX));
        check("", None);
        check("-5", None);
        check("soon", None);
    }
}
