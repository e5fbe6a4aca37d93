use super::{HostError, Interference, Undisturbed};
use clock::{Clock, Pace, Random, SystemClock, SystemRandom};
use collect::guard::Guard;
use edge::Transport;
use std::sync::Arc;

/// Everything that the host does not decide by itself: time, randomness, the network, and what goes wrong.
#[derive(Clone, Debug)]
pub struct World {
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// Divides configured durations.
    pub pace: Pace,
    /// How functions reach the processor and the issuer.
    pub transport: Arc<dyn Transport>,
    /// How results are fetched; without one, as the template's settings say, over the network.
    pub guard: Option<Guard>,
    pub interference: Arc<dyn Interference>,
}

impl World {
    /// This machine's clock, entropy and network, undisturbed.
    pub fn of_this_machine(pace: Pace) -> Result<Self, HostError> {
        let transport =
            edge::default_transport().map_err(|error| HostError::Unrunnable(error.to_string()))?;
        Ok(Self {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            pace,
            transport: Arc::new(transport),
            guard: None,
            interference: Arc::new(Undisturbed),
        })
    }
}
