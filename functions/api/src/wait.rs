use crate::Problem;
use edge::Pace;
use futures::future::BoxFuture;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Longest wait for a change: an HTTP API gives up after 30 s.
const WAIT_MAX: Duration = Duration::from_secs(20);
/// How often a waiting request looks, at the real pace, once it has waited for a while.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Time before the second look, doubled from look to look: most changes come quickly or not for long. Also the shortest
/// time between two looks at any pace: the register is everybody's.
const LOOK_EVERY_MIN: Duration = Duration::from_millis(100);
/// Requests that wait at once; whoever comes beyond is answered at once. Each looks about once a second.
const WAITING_MAX: usize = 200;

/// Lets some time pass.
pub(crate) type Nap = fn(Duration) -> BoxFuture<'static, ()>;

/// Long polls: a request is answered when what it asks for has changed, or when its time is over.
#[derive(Debug)]
pub(crate) struct Waits {
    places: Semaphore,
    look_every: Duration,
    nap: Nap,
}

impl Waits {
    pub(crate) fn new(pace: Pace) -> Self {
        Self::napping(pace, |time| Box::pin(tokio::time::sleep(time)))
    }

    fn napping(pace: Pace, nap: Nap) -> Self {
        Self { places: Semaphore::new(WAITING_MAX), look_every: pace.of(LOOK_EVERY).max(LOOK_EVERY_MIN), nap }
    }

    /// Looks until `mark` of what is seen differs from `since`, at most `seconds`. Without `since` the first look counts.
    pub(crate) async fn until_changed<T, M, F>(
        &self,
        seconds: Option<u32>,
        since: Option<M>,
        mark: impl Fn(&T) -> M,
        look: impl Fn() -> F,
    ) -> Result<T, Problem>
    where
        M: PartialEq,
        F: Future<Output = Result<T, Problem>>,
    {
        let mut seen = look().await?;
        let mut left = Duration::from_secs(seconds.unwrap_or(0).into()).min(WAIT_MAX);
        let since = since.unwrap_or_else(|| mark(&seen));
        if left.is_zero() || mark(&seen) != since {
            return Ok(seen);
        }
        let Ok(_place) = self.places.try_acquire() else {
            return Ok(seen);
        };
        let mut nap_next = LOOK_EVERY_MIN;
        // Only the naps count: the looks between them are short, and the function's time has a margin.
        while mark(&seen) == since && !left.is_zero() {
            let nap = left.min(nap_next);
            (self.nap)(nap).await;
            left -= nap;
            nap_next = (nap_next * 2).min(self.look_every);
            seen = look().await?;
        }
        Ok(seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    fn waits() -> Waits {
        Waits::napping(Pace::REAL, |_| Box::pin(std::future::ready(())))
    }

    /// A register that changes with its `changes_at`-th look.
    async fn looks(waits: &Waits, seconds: u32, since: Option<u64>, changes_at: u64) -> (u64, u64) {
        let count = AtomicU64::new(0);
        let look = || async {
            let look = count.fetch_add(1, Ordering::Relaxed) + 1;
            Ok(if look >= changes_at { 2_u64 } else { 1 })
        };
        let seen = waits.until_changed(Some(seconds), since, |seen| *seen, look).await.unwrap();
        (seen, count.into_inner())
    }

    #[tokio::test]
    async fn a_wait_ends_with_the_change_or_with_its_time() {
        let waits = waits();
        assert_eq!(looks(&waits, 10, Some(1), 4).await, (2, 4), "answers with the change");
        assert_eq!(looks(&waits, 10, Some(7), 4).await, (1, 1), "has changed already");
        assert_eq!(looks(&waits, 0, Some(1), 4).await, (1, 1), "does not wait");
        assert_eq!(looks(&waits, 10, None, 4).await, (2, 4), "waits for a change from now on");
        assert_eq!(looks(&waits, 3, Some(1), 100).await, (1, 7), "the time is over");
        let longest = u32::try_from(WAIT_MAX.as_secs()).unwrap();
        for (seconds, looked) in [(longest - 1, 23), (longest, 24), (longest + 1, 24), (u32::MAX, 24)] {
            assert_eq!(looks(&waits, seconds, Some(1), 100).await, (1, looked), "{seconds} s");
        }
    }

    #[tokio::test]
    async fn who_finds_no_place_is_answered_at_once() {
        let waits = waits();
        for (waiting, expect) in [(WAITING_MAX - 2, (2, 4)), (WAITING_MAX - 1, (2, 4)), (WAITING_MAX, (1, 1))]
        {
            let _others = waits.places.acquire_many(u32::try_from(waiting).unwrap()).await.unwrap();
            assert_eq!(looks(&waits, 10, Some(1), 4).await, expect, "{waiting} wait already");
        }
    }

    #[test]
    fn the_pace_hurries_looks_within_a_bound() {
        assert_eq!(Waits::new(Pace::times(4)).look_every, Duration::from_millis(250));
        assert_eq!(Waits::new(Pace::times(3600)).look_every, LOOK_EVERY_MIN);
    }
}
