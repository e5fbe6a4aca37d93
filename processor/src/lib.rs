//! The reference processor: a third party that proofreads lesson plans and probes classroom videos, over HTTP.
//!
//! It does real work and keeps its jobs on disk, so it can be killed at any instant. It also misbehaves, on request and
//! to the letter, so that its customers can prove themselves. `README.md` beside this crate describes the API and the
//! misbehaviour.
//!
//! ```text
//! http ──▶ jobs (store, run, deliver) ──▶ extract ──▶ proofread      lesson plans: text, annotations
//!   │        │                       └──▶ video                      videos: media, captions or transcript, poster
//!   └────────┴── mischief (by chance, by script)
//! ```
//!
//! `extract`, `proofread` and `video` know nothing of jobs or HTTP; they turn bytes into bytes.

mod app;
mod extract;
mod fault;
mod format;
mod http;
mod jobs;
mod limits;
mod mischief;
mod options;
mod proofread;
mod source;
mod start;
mod video;
mod wire;

pub use jobs::StoreError;
pub use options::Options;
pub use start::{Running, StartError, start};
