//! One document: as it is, as it changes, its history, its end.

use crate::{Problem, app::Api, auth::Person, item::Item, request::Parameters, uploads};
use axum::{
    Json,
    extract::{Path, State},
};
use document::{DocumentId, Entry, Event, Receipt, Status};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Query {
    /// Seconds to wait for a change, at most 20.
    wait: Option<u32>,
    /// The version that the caller has.
    since: Option<u64>,
}

/// Answers as soon as the document's version differs from `since`, or when the wait is over.
pub(crate) async fn one(
    State(api): State<Arc<Api>>,
    person: Person,
    Path(id): Path<String>,
    Parameters(query): Parameters<Query>,
) -> Result<Json<Item>, Problem> {
    let look = || api.find(&person, &id);
    let document =
        api.waits.until_changed(query.wait, query.since, |document| document.version, look).await?;
    Ok(Json(Item::for_person(document, &person)))
}

#[derive(Debug, Serialize)]
pub(crate) struct History {
    document_id: DocumentId,
    version: u64,
    timeline: Vec<Entry>,
}

pub(crate) async fn timeline(
    State(api): State<Arc<Api>>,
    person: Person,
    Path(id): Path<String>,
) -> Result<Json<History>, Problem> {
    let document = api.find(&person, &id).await?;
    let (document_id, version) = (document.document_id, document.version);
    Ok(Json(History { document_id, version, timeline: document.timeline }))
}

/// 202: everything of it is being removed; the receipt follows in the document.
#[derive(Debug, Serialize)]
pub(crate) struct Removal {
    document_id: DocumentId,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<Receipt>,
}

/// Deletes a document. Asking again asks for the same removal again.
pub(crate) async fn remove(
    State(api): State<Arc<Api>>,
    person: Person,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Removal>), Problem> {
    let document = api.find(&person, &id).await?;
    if !person.may_delete(&document) {
        return Err(Problem::new(crate::Code::RoleRequired)
            .because("its teacher and operators may delete a document"));
    }
    if let Some(upload) = &document.upload {
        uploads::abort(&api, &document.key, &upload.id).await?;
    }
    api.pipeline.apply(document.document_id, &Event::Deleted).await?;
    let document = api.find(&person, &id).await?;
    let (document_id, status) = (document.document_id, document.status);
    Ok((StatusCode::ACCEPTED, Json(Removal { document_id, status, receipt: document.receipt })))
}
