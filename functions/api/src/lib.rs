//! The HTTP API: uploads, documents, what was made of them, and operations.
//!
//! Whoever asks brings an access token ([`auth`]); what they may see follows from its groups. Every error is a problem
//! document (RFC 9457) with a stable `code` and a next action. The register is read by key or by index, always with a
//! limit; changes go through the rules as events.
//!
//! # Answers
//!
//! | request | answer |
//! | --- | --- |
//! | `POST /api/uploads` | 201 [`uploads::Begun`] |
//! | `GET /api/uploads/{id}?from=` | 200 [`uploads::Progress`] |
//! | `POST /api/uploads/{id}/complete` | 200 [`uploads::Standing`] |
//! | `DELETE /api/uploads/{id}` | 200 [`uploads::Standing`] |
//! | `GET /api/documents?…` | 200 [`lists::Listing`] |
//! | `GET /api/documents/{id}?wait=&since=` | 200 [`item::Item`] |
//! | `GET /api/documents/{id}/timeline` | 200 `{document_id, version, timeline: [{at, status, note}]}` |
//! | `GET /api/documents/{id}/normalized` | 200 the normalized document, or [`contents::Link`] above 1 MB |
//! | `GET /api/documents/{id}/original`, `/media` | 200 [`contents::Link`] |
//! | `GET /api/documents/{id}/captions.vtt` | 200 WebVTT |
//! | `DELETE /api/documents/{id}` | 202 `{document_id, status, receipt?}` |
//! | `GET /api/operations/overview` | 200 [`operations::Overview`] |
//! | `GET /api/operations/failed?cause=&cursor=&limit=` | 200 [`operations::Failures`] |
//! | `POST /api/operations/redrive` | 200 [`operations::Redriven`] |
//! | `GET /healthz` | 200 `{status: "ok"}` |

mod app;
pub mod auth;
pub mod contents;
mod crowd;
mod documents;
mod download;
mod front;
pub mod item;
pub mod lists;
pub mod operations;
mod problem;
mod request;
pub mod uploads;
mod wait;

#[cfg(test)]
mod tests;

pub use app::router;
pub use problem::{Code, Problem};
