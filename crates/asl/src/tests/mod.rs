//! The interpreter seen from outside.

mod language;
mod refusals;
mod steps;
