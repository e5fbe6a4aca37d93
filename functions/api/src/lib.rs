//! The HTTP API: uploads, documents, what was made of them, and operations; and the pages that use it.
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
//! | `GET /api/documents/{id}/notes?wait=&since=` | 200 [`notes::Notes`] |
//! | `POST /api/documents/{id}/notes` | 201 [`notes::Note`] |
//! | `PUT /api/documents/{id}/notes/{note_id}` | 200 [`notes::Note`] |
//! | `DELETE /api/documents/{id}/notes/{note_id}` | 204 |
//! | `GET /api/operations/overview` | 200 [`operations::Overview`] |
//! | `GET /api/operations/failed?cause=&cursor=&limit=` | 200 [`operations::Failures`] |
//! | `POST /api/operations/redrive` | 200 [`operations::Redriven`] |
//! | `GET /api/sign-in` | 200 [`sign_in::SignIn`], without a token |
//! | `GET /api/me` | 200 [`sign_in::Me`] |
//! | `GET /api/openapi.json` | 200 this API as OpenAPI 3.1, without a token |
//! | `GET /healthz` | 200 `{status: "ok"}` |
//! | `GET` anything else | 200 the pages (`web/`) |

mod allowance;
mod app;
pub mod auth;
pub mod contents;
mod crowd;
mod documents;
mod download;
mod fingerprint;
mod front_door;
mod health;
pub mod item;
pub mod lists;
pub mod notes;
mod openapi;
pub mod operations;
mod pages;
mod problem;
mod request;
pub mod sign_in;
pub mod uploads;
mod wait;

#[cfg(test)]
mod tests;

pub use app::router;
pub use openapi::description;
pub use problem::{Code, Problem};
