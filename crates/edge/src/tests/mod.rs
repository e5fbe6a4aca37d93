//! Each limit of what functions share, on both of its sides, over an AWS that answers as it is told.

mod aws;
mod batches;
mod items;
mod limits;
mod metrics;
mod register;
mod secrets;
mod spans;
