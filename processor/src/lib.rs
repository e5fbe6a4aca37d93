//! The reference processor: a third party that proofreads lesson plans and probes videos, over HTTP.

mod extract;
mod fault;
mod format;
mod proofread;
mod video;
mod wire;
