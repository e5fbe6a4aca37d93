//! One document: as it is, as it changes, its history, its end.

use crate::{
    Problem,
    app::Api,
    auth::Person,
    item::Item,
    openapi::{Asked, Found, Parametrised, Unchanged},
    request::{Named, Parameters, known_tag, tagged},
    uploads,
};
use axum::{Json, extract::State, response::Response};
use document::{DocumentId, Entry, Event, Receipt, Status};
use http::{HeaderMap, StatusCode};
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
    /// The version that the caller has.
    since: Option<u64>,
}

/// Answers as soon as the document's version differs from `since`, or when the wait is over. The version is the `ETag`.
#[utoipa::path(
    get, path = "/api/documents/{id}", operation_id = "document", tag = "documents",
    params(("id" = DocumentId, Path, description = "The document's id"), Query),
    responses(
    (status = 200, body = Item, description = "The document"),
    Unchanged, Asked, Parametrised, Found,
    )
)]
pub(crate) async fn one(
    State(api): State<Arc<Api>>,
    person: Person,
    Named(id): Named<String>,
    headers: HeaderMap,
    Parameters(query): Parameters<Query>,
) -> Result<Response, Problem> {
    let look = || api.find(&person, &id);
    let since = query.since.or_else(|| known_tag(&headers)?.parse().ok());
    let document = api.waits.until_changed(query.wait, since, |document| document.version, look).await?;
    let tag = document.version.to_string();
    Ok(tagged(&headers, &tag, Json(Item::for_person(document, &person))))
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct History {
    document_id: DocumentId,
    version: u64,
    timeline: Vec<Entry>,
}

#[utoipa::path(
    get, path = "/api/documents/{id}/timeline", operation_id = "documentTimeline", tag = "documents",
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses((status = 200, body = History, description = "What happened to it"), Asked, Found)
)]
pub(crate) async fn timeline(
    State(api): State<Arc<Api>>,
    person: Person,
    Named(id): Named<String>,
) -> Result<Json<History>, Problem> {
    let document = api.find(&person, &id).await?;
    let (document_id, version) = (document.document_id, document.version);
    Ok(Json(History { document_id, version, timeline: document.timeline }))
}

/// 202: everything of it is being removed; the receipt follows in the document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Removal {
    document_id: DocumentId,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<Receipt>,
}

/// Deletes a document. Asking again asks for the same removal again.
#[utoipa::path(
    delete, path = "/api/documents/{id}", operation_id = "deleteDocument", tag = "documents",
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses((status = 202, body = Removal, description = "It is being removed"), Asked, Found)
)]
pub(crate) async fn remove(
    State(api): State<Arc<Api>>,
    person: Person,
    Named(id): Named<String>,
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
