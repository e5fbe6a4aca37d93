//! The interpreter seen from outside.

mod history;
mod language;
mod redrive;
mod refusals;
mod stage;
mod steps;
