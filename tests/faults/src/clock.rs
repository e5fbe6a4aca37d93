use jiff::{SignedDuration, Timestamp};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Monday morning: when every simulation begins.
pub const BEGINNING: Timestamp = Timestamp::constant(1_767_600_000, 0);

/// The time that everything in the simulation sees: tokio's, which moves only when nobody has anything to do, and what
/// somebody's hand on the machine's clock has added.
#[derive(Debug)]
pub struct VirtualClock {
    origin: Instant,
    stepped: Mutex<SignedDuration>,
}

impl VirtualClock {
    /// A clock that shows [`BEGINNING`]. Must be made inside a runtime whose time is paused.
    pub fn start() -> Self {
        Self { origin: Instant::now(), stepped: Mutex::default() }
    }

    /// How long the simulation has run, whatever the clock says.
    pub fn elapsed(&self) -> Duration {
        self.origin.elapsed()
    }

    /// Puts the clock forward or back.
    pub fn step(&self, by: SignedDuration) {
        let mut stepped = self.stepped.lock().unwrap_or_else(PoisonError::into_inner);
        *stepped = stepped.saturating_add(by);
    }

    /// Puts the clock right again.
    pub fn correct(&self) {
        *self.stepped.lock().unwrap_or_else(PoisonError::into_inner) = SignedDuration::ZERO;
    }
}

impl clock::Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        let stepped = *self.stepped.lock().unwrap_or_else(PoisonError::into_inner);
        let elapsed = SignedDuration::try_from(self.elapsed()).unwrap_or(SignedDuration::MAX);
        BEGINNING.saturating_add(elapsed.saturating_add(stepped)).unwrap_or(Timestamp::MAX)
    }
}
