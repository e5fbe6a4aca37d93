use crate::{Code, Problem};
use document::Moment;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

/// A stretch of time, from its first to its last millisecond; an end that is not there is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) from: Option<Moment>,
    pub(crate) to: Option<Moment>,
}

impl Period {
    /// Reads `from` and `to`, each a date (a whole day, UTC) or an instant.
    pub(super) fn read(from: Option<&str>, to: Option<&str>) -> Result<Self, Problem> {
        let from = from.map(|text| read("from", text)).transpose()?;
        let to = to.map(|text| read("to", text)).transpose()?;
        let last = |day: Moment| Moment::from_millis(day.after(DAY).as_millis() - 1);
        let period = Self {
            from: from.map(Read::begin),
            to: to.map(|read| match read {
                Read::Day(day) => last(day),
                Read::Instant(at) => at,
            }),
        };
        if period.from.zip(period.to).is_some_and(|(from, to)| from > to) {
            return Err(Problem::new(Code::ParameterWrong).because("from is after to"));
        }
        Ok(period)
    }

    pub(crate) fn holds(&self, at: Moment) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at <= to)
    }
}

#[derive(Clone, Copy)]
enum Read {
    Day(Moment),
    Instant(Moment),
}

impl Read {
    fn begin(self) -> Moment {
        match self {
            Self::Day(at) | Self::Instant(at) => at,
        }
    }
}

fn read(name: &str, text: &str) -> Result<Read, Problem> {
    // A date is recognised by its length: an instant is longer.
    let day = (text.len() == "2026-01-02".len()).then(|| format!("{text}T00:00:00Z"));
    let is_day = day.is_some();
    let at = day.as_deref().unwrap_or(text).parse::<Moment>().map_err(|_| {
        let shown: String = text.chars().take(40).collect();
        let detail =
            format!("{name}={shown:?} is no date (2026-01-02) and no instant (2026-01-02T03:04:05Z)");
        Problem::new(Code::ParameterWrong).because(detail)
    })?;
    Ok(if is_day { Read::Day(at) } else { Read::Instant(at) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_whole_day_and_an_instant_is_itself() {
        let check = |from: &str, to: &str, expect: &str| {
            let given = |text: &'static str| Some(text).filter(|text| !text.is_empty());
            let (from, to): (&'static str, &'static str) =
                (String::from(from).leak(), String::from(to).leak());
            let Period { from, to } = Period::read(given(from), given(to)).unwrap();
            let shown = |at: Option<Moment>| at.map_or_else(String::new, |at| at.to_string());
            assert_eq!(format!("{}/{}", shown(from), shown(to)), expect);
        };
        check("2026-01-02", "2026-01-02", "2026-01-02T00:00:00.000Z/2026-01-02T23:59:59.999Z");
        check(
            "2026-01-02T03:04:05Z",
            "2026-01-02T05:04:05+01:00",
            "2026-01-02T03:04:05.000Z/2026-01-02T04:04:05.000Z",
        );
        check("", "9999-12-30", "/9999-12-30T21:59:59.999Z");
        check("", "", "/");
        assert_eq!(
            Period::read(Some("2026-01-03"), Some("2026-01-02")).unwrap_err().code(),
            "parameter-wrong"
        );
        for odd in ["yesterday", "2026-13-01", "2026-1-2", "20260102", "2026-01-02T", "🎒🎒🎒"] {
            assert_eq!(Period::read(Some(odd), None).unwrap_err().code(), "parameter-wrong", "{odd}");
        }
    }

    #[test]
    fn both_ends_belong_to_a_period() {
        let at = Moment::from_millis;
        let period = Period { from: Some(at(5)), to: Some(at(7)) };
        assert_eq!([4, 5, 7, 8].map(|millis| period.holds(at(millis))), [false, true, true, false]);
        assert!(Period::default().holds(at(i64::MIN)));
    }
}
