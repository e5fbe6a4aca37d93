//! The outbox of status-change events: each is kept until somebody says that it was passed on.

use crate::{StateMachines, StoreError, store};
use serde_json::Value;

impl StateMachines {
    /// The oldest events that were not acknowledged, in order, each an EventBridge event with its number.
    pub fn next_events(&self, limit: u32) -> Result<Vec<(u64, Value)>, StoreError> {
        self.look_blocking(move |database| store::next_events(database, limit))
    }

    /// Forgets all events up to this number.
    pub fn acknowledge(&self, up_to: u64) -> Result<(), StoreError> {
        self.look_blocking(move |database| store::acknowledge(database, up_to))
    }

    /// Waits until there may be events that were not there at the last look.
    pub async fn events_waiting(&self) {
        self.0.signals.events.notified().await;
    }
}
