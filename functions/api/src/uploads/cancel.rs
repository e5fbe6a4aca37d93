use super::{Known, Standing};
use crate::{Code, Problem, app::Api, auth::Person};
use axum::{
    Json,
    extract::{Path, State},
};
use document::Event;
use std::sync::Arc;

/// Calls an upload off. One that was called off before is a success; one that is complete is a document to be deleted.
pub(crate) async fn cancel(
    State(api): State<Arc<Api>>,
    person: Person,
    Path(id): Path<String>,
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
