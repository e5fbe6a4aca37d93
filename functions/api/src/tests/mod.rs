//! The routes over a register in memory and a store that knows uploads: who may do what, and what is answered.

mod aws;
mod limits;
mod lists;
mod notes;
mod operations;
mod pages;
mod people;
mod uploads;
mod world;

pub(crate) use world::FakeIssuer;
