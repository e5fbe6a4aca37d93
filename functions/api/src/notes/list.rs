use super::{Note, may_read, note::Stored};
use crate::{
    Problem,
    app::Api,
    auth::Person,
    contents::existing,
    fingerprint::fingerprint,
    openapi::{Asked, Found, Gone, Parametrised, Unchanged},
    request::{Named, Parameters, given, known_tag, tagged},
};
use axum::{Json, extract::State, response::Response};
use document::DocumentId;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Query {
    /// Seconds to wait for a change, at most 20.
    #[param(maximum = 20)]
    wait: Option<u32>,
    /// The fingerprint that the caller has.
    since: Option<String>,
}

/// `GET /api/documents/{id}/notes`: all of them, in the order of their places.
///
/// `fingerprint` (also the `ETag`) changes with them; give it back as `since=` with `wait=` to hear of a change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Notes {
    pub notes: Vec<Note>,
    pub fingerprint: String,
}

#[utoipa::path(
    get, path = "/api/documents/{id}/notes", operation_id = "listNotes", tag = "notes",
    params(("id" = DocumentId, Path, description = "The document's id"), Query),
    responses(
    (status = 200, body = Notes, description = "The notes, in the order of their places"),
    Unchanged, Asked, Parametrised, Found, Gone,
    )
)]
pub(crate) async fn list(
    State(api): State<Arc<Api>>,
    person: Person,
    Named(id): Named<String>,
    headers: HeaderMap,
    Parameters(query): Parameters<Query>,
) -> Result<Response, Problem> {
    may_read(&person)?;
    let look = async || {
        let document = existing(&api, &person, &id).await?;
        let mut notes = api.notes.all(document.document_id).await?;
        notes.sort_by(|one, other| one.order().cmp(&other.order()));
        Ok(notes)
    };
    let since = given(query.since.as_ref()).or_else(|| known_tag(&headers)).map(str::to_owned);
    let notes = api.waits.until_changed(query.wait, since, |notes: &Vec<Stored>| seen(notes), look).await?;
    let fingerprint = seen(&notes);
    let notes = notes.into_iter().map(|note| note.shown_to(&person)).collect();
    Ok(tagged(&headers, &fingerprint.clone(), Json(Notes { notes, fingerprint })))
}

fn seen(notes: &[Stored]) -> String {
    fingerprint(notes.iter().map(|note| format!("{} {}", note.note_id, note.version)))
}
