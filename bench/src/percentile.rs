use serde_json::{Value, json};

/// The value that `percent` of the sorted values do not exceed (nearest rank).
pub(crate) fn of(sorted: &[f64], percent: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "ranks are small and positive"
    )]
    let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied().unwrap_or(f64::NAN)
}

/// `{p50, p95, p99, max}` of durations in milliseconds.
pub(crate) fn summary(mut values: Vec<f64>) -> Value {
    values.sort_by(f64::total_cmp);
    let rounded = |percent| round(of(&values, percent), 2);
    json!({ "p50": rounded(50.0), "p95": rounded(95.0), "p99": rounded(99.0), "max": rounded(100.0) })
}

/// Rounds for showing: more digits would not repeat.
pub(crate) fn round(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

/// A whole number for dividing.
#[expect(clippy::cast_precision_loss, reason = "counts and bytes here stay far below 2^52")]
pub(crate) fn float(whole: u64) -> f64 {
    whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let hundred: Vec<_> = (1..=100).map(f64::from).collect();
        for (percent, expected) in [(0.0, 1.0), (1.0, 1.0), (50.0, 50.0), (99.0, 99.0), (100.0, 100.0)] {
            assert_eq!(of(&hundred, percent).total_cmp(&expected), std::cmp::Ordering::Equal, "{percent}");
        }
        assert_eq!(of(&[1.0, 2.0, 3.0], 50.0).total_cmp(&2.0), std::cmp::Ordering::Equal);
        assert!(of(&[], 50.0).is_nan());
    }

    #[test]
    fn a_summary_sorts_and_rounds() {
        let expected = json!({ "p50": 2.0, "p95": 3.12, "p99": 3.12, "max": 3.12 });
        assert_eq!(summary(vec![3.1234, 1.0, 2.0]), expected);
    }
}
