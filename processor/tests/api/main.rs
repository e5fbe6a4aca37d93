//! The processor from outside: over HTTP, as a customer sees it.

mod callbacks;
mod customer;
mod documents;
mod misbehaviour;
mod restart;
mod submission;
mod videos;
