//! What the embedded services share about the disk below them: what it means that it failed, and how a file is looked at
//! before anybody writes to it.

mod health;
mod inspection;
mod log;
mod settle;

pub use health::{Health, is_fatal};
pub use inspection::{Damage, inspect, untouched};
pub use settle::settle;
