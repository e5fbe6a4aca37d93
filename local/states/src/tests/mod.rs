//! The service as its callers see it, on a clock that is moved by hand.

mod api;
mod durability;
mod running;
mod shipped;
mod world;
