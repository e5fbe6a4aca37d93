//! The queues from outside: their rules on a clock that is moved, their file, and the official SDK against them.

mod dead_letters;
mod delivery;
mod durability;
mod long_poll;
mod never_lost;
mod support;
