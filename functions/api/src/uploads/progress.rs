use super::{
    Known,
    parts::{Division, Part, Received, addresses, missing, received},
};
use crate::{
    Code, Problem,
    app::Api,
    auth::Person,
    download::PART_LIFE,
    openapi::{Asked, Found, Gone, Parametrised},
    request::{Named, Parameters},
};
use axum::{Json, extract::State};
use document::{DocumentId, Event, Moment, Status};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Query {
    /// The first part for which an address is wanted.
    #[param(minimum = 1, default = 1)]
    from: Option<u32>,
}

/// `GET /api/uploads/{id}?from=`: what has arrived, and addresses for what has not, from part `from` on.
///
/// Once the upload is complete nothing is left to send: `received` and `parts` are empty and `complete` is true.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Progress {
    pub document_id: DocumentId,
    pub status: Status,
    pub complete: bool,
    pub part_size: u64,
    pub part_count: u32,
    pub received: Vec<Received>,
    pub parts: Vec<Part>,
    /// The part from which to ask for more addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u32>,
    /// When the addresses end.
    pub expires_at: Moment,
}

#[utoipa::path(
    get, path = "/api/uploads/{id}", operation_id = "uploadProgress", tag = "uploads",
    params(("id" = DocumentId, Path, description = "The document's id"), Query),
    responses(
    (status = 200, body = Progress, description = "What has arrived, and addresses for what has not"),
    Asked, Parametrised, Found, Gone,
    )
)]
pub(crate) async fn progress(
    State(api): State<Arc<Api>>,
    person: Person,
    Named(id): Named<String>,
    Parameters(query): Parameters<Query>,
) -> Result<Json<Progress>, Problem> {
    let document = super::own(&api, &person, &id).await?;
    let part_size =
        document.upload.as_ref().map_or_else(|| Division::of(document.size).part_size, |u| u.part_size);
    let division = Division::with(part_size, document.size);
    let mut progress = Progress {
        document_id: document.document_id,
        status: document.status,
        complete: true,
        part_size,
        part_count: division.count,
        received: Vec::new(),
        parts: Vec::new(),
        next: None,
        expires_at: Moment::from(api.clock.now()).after(PART_LIFE),
    };
    let upload = match Known::of(&document) {
        Known::Complete => return Ok(Json(progress)),
        Known::Over => return Err(Code::UploadGone.into()),
        Known::UnderWay(upload) => upload,
    };
    let Some(there) = received(&api, &document, &upload.id).await? else {
        // Completed, and the register was not told; or ended by somebody else.
        if !super::is_there(&api, &document).await? {
            return Err(Code::UploadGone.into());
        }
        api.pipeline.apply(document.document_id, &Event::UploadCompleted).await?;
        return Ok(Json(progress));
    };
    let wanted = missing(&there, query.from.unwrap_or(1), division.count);
    (progress.parts, progress.next) = addresses(&api, &document.key, &upload.id, wanted).await?;
    (progress.complete, progress.received) = (false, there);
    Ok(Json(progress))
}
