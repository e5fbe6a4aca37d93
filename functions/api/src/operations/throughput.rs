use crate::{Problem, app::Api, auth::Person, lists::Since};
use document::{Moment, Status};
use edge::SHARDS;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// Hours shown, the one that is running among them.
const HOURS: i64 = 24;
const HOUR: Duration = Duration::from_hours(1);
/// Documents counted of one shard of a status, latest first: beyond, the earlier hours say "at least".
pub(crate) const ENDED_PER_SHARD_MAX: usize = 1000;
/// Queries under way at once for one overview.
const AT_ONCE_MAX: usize = 8;

/// What came to an end in one hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Hour {
    /// When it began.
    pub hour: Moment,
    pub ready: usize,
    pub failed: usize,
    /// Whether there may be more: counting ended at its bound.
    pub at_least: bool,
}

/// The last hours of the operator's school, oldest first.
pub(super) async fn throughput(api: &Api, person: &Person, now: Moment) -> Result<Vec<Hour>, Problem> {
    let mut hours = empty(now);
    let Some(first) = hours.first().map(|hour| hour.hour) else { return Ok(hours) };
    let shards = [Status::Ready, Status::Failed].into_iter();
    let shards = shards.flat_map(|status| (0..SHARDS).map(move |shard| (status, shard)));
    let ended = stream::iter(shards).map(|(status, shard)| async move {
        let partition = format!("{status}#{shard}");
        let (ended, more) = api.catalogue.since(&partition, first, ENDED_PER_SHARD_MAX).await?;
        Ok::<_, Problem>((status, ended, more))
    });
    for (status, ended, more) in ended.buffered(AT_ONCE_MAX).try_collect::<Vec<_>>().await? {
        let seen = |one: &&Since| person.may_see(one.school.as_deref(), one.teacher.as_deref());
        count(&mut hours, status, ended.iter().filter(seen).map(|one| one.status_at));
        if let Some(last) = ended.last().filter(|_| more) {
            cut(&mut hours, last.status_at);
        }
    }
    Ok(hours)
}

/// The hours up to now, with nothing in them.
fn empty(now: Moment) -> Vec<Hour> {
    let length = i64::try_from(HOUR.as_millis()).unwrap_or(i64::MAX);
    let running = now.as_millis().div_euclid(length);
    let hours = (0..HOURS).rev().map(|ago| Moment::from_millis((running - ago) * length));
    hours.map(|hour| Hour { hour, ready: 0, failed: 0, at_least: false }).collect()
}

fn count(hours: &mut [Hour], status: Status, ended: impl Iterator<Item = Moment>) {
    for at in ended {
        // The hours are in order and without gaps.
        let place = hours.partition_point(|hour| hour.hour <= at);
        if let Some(hour) = place.checked_sub(1).and_then(|place| hours.get_mut(place)) {
            match status {
                Status::Ready => hour.ready += 1,
                _ => hour.failed += 1,
            }
        }
    }
}

/// Counting went back to here and no further.
fn cut(hours: &mut [Hour], counted_from: Moment) {
    for hour in hours.iter_mut().filter(|hour| hour.hour <= counted_from) {
        hour.at_least = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        text.parse().unwrap()
    }

    #[test]
    fn each_end_is_counted_in_its_hour() {
        let mut hours = empty(at("2026-01-02T03:04:05Z"));
        assert_eq!(
            (hours.len(), hours[0].hour, hours[23].hour),
            (24, at("2026-01-01T04:00:00Z"), at("2026-01-02T03:00:00Z"))
        );
        let ready = [
            "2026-01-02T03:04:05Z",
            "2026-01-02T03:00:00Z",
            "2026-01-02T02:59:59.999Z",
            "2026-01-01T03:59:59Z",
        ];
        count(&mut hours, Status::Ready, ready.map(at).into_iter());
        count(&mut hours, Status::Failed, [at("2026-01-01T04:00:00Z")].into_iter());
        let counted: Vec<_> = hours.iter().map(|hour| (hour.ready, hour.failed)).collect();
        assert_eq!((counted[23], counted[22], counted[0]), ((2, 0), (1, 0), (0, 1)));
        assert_eq!(counted.iter().map(|(ready, failed)| ready + failed).sum::<usize>(), 4);
    }

    #[test]
    fn hours_before_the_bound_of_counting_say_so() {
        let mut hours = empty(at("2026-01-02T03:04:05Z"));
        cut(&mut hours, at("2026-01-02T02:30:00Z"));
        assert_eq!(hours.iter().filter(|hour| hour.at_least).count(), 23);
        assert!(!hours[23].at_least);
    }
}
