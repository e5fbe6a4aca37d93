//! Faults, as ordinary days: the whole pipeline in one process on virtual time.
//!
//! [`simulate`] runs the real stack over storage in memory; [`Faults`] come from a script or from a seed; the checker
//! and the [`watch`] know only the invariants. Nothing here opens a socket.

pub mod alarms;
pub mod checker;
pub mod clock;
pub mod faults;
pub mod host;
pub mod network;
pub mod people;
pub mod processor;
pub mod register;
pub mod results;
pub mod seed;
pub mod simulation;
pub mod trace;
pub mod watch;
mod wire;

pub use alarms::Alarms;
pub use faults::{Fault, Faults, Storm, When};
pub use people::{Acknowledged, Handout};
pub use processor::Behaviour;
pub use results::{Contents, Kind, Wrong};
pub use simulation::{Outcome, Simulation, simulate};
