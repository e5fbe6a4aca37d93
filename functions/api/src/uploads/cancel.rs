use super::{Known, Standing};
use crate::{
    Code, Problem,
    app::Api,
    auth::Person,
    openapi::{Asked, Conflicting, Found},
    request::Named,
};
use axum::{Json, extract::State};
use document::{DocumentId, Event};
use std::sync::Arc;

/// Calls an upload off. One that was called off before is a success; one that is complete is a document to be deleted.
#[utoipa::path(
    delete, path = "/api/uploads/{id}", operation_id = "cancelUpload", tag = "uploads",
    params(("id" = DocumentId, Path, description = "The document's id")),
    responses(
    (status = 200, body = Standing, description = "The upload is called off, now or before"),
    Asked, Found, Conflicting,
    )
)]
pub(crate) async fn cancel(
    State(api): State<Arc<Api>>,
    person: Person,
    Named(id): Named<String>,
) -> Result<Json<Standing>, Problem> {
    let document = super::own(&api, &person, &id).await?;
    let upload = match Known::of(&document) {
        Known::Complete => return Err(Code::UploadComplete.into()),
        Known::Over => return Ok(Json(Standing::from(&document))),
        Known::UnderWay(upload) => upload,
    };
    // S3 decides between a cancellation and a completion that come at once.
    if !super::abort(&api, &document.key, &upload.id).await? && super::is_there(&api, &document).await? {
        return Err(Code::UploadComplete.into());
    }
    api.pipeline.apply(document.document_id, &Event::UploadCancelled).await?;
    let document = super::own(&api, &person, &id).await?;
    Ok(Json(Standing::from(&document)))
}
