use super::{Known, Standing, parts::Division};
use crate::{
    Code, Problem,
    app::Api,
    auth::Person,
    openapi::{self, Asked, Conflicting, Found, Gone},
    problem::unavailable,
    request::{Body, Named},
};
use aws_sdk_s3::{
    error::ProvideErrorMetadata as _,
    types::{CompletedMultipartUpload, CompletedPart},
};
use axum::{Json, extract::State};
use document::{Document, DocumentId, Event, Upload};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Longest `ETag` taken, in bytes: S3's are 34 or a little longer.
const ETAG_BYTES_MAX: usize = 128;

/// `{parts: [{number, etag}]}`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Complete {
    parts: Vec<Sent>,
}

/// One part that was sent. Other fields are passed over, so that what `received` says can be given back as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SentPart)]
struct Sent {
    number: u32,
    etag: String,
}

/// Puts the parts together. An upload that is complete already is a success, so a lost answer can be asked for again.
#[utoipa::path(
    post, path = "/api/uploads/{id}/complete", operation_id = "completeUpload", tag = "uploads",
    params(("id" = DocumentId, Path, description = "The document's id")), request_body = Complete,
    responses(
    (status = 200, body = Standing, description = "The parts are joined, now or before"),
    Asked, openapi::Sent, Found, Gone, Conflicting,
    )
)]
pub(crate) async fn complete(
    State(api): State<Arc<Api>>,
    person: Person,
    Named(id): Named<String>,
    Body(complete): Body<Complete>,
) -> Result<Json<Standing>, Problem> {
    let document = super::own(&api, &person, &id).await?;
    match Known::of(&document) {
        Known::Complete => return Ok(Json(Standing::from(&document))),
        Known::Over => return Err(Code::UploadGone.into()),
        Known::UnderWay(upload) => {
            let parts = ordered(complete.parts, Division::with(upload.part_size, document.size).count)?;
            join(&api, &document, upload, parts).await?;
        }
    }
    api.pipeline.apply(document.document_id, &Event::UploadCompleted).await?;
    let document = super::own(&api, &person, &id).await?;
    Ok(Json(Standing::from(&document)))
}

async fn join(
    api: &Api,
    document: &Document,
    upload: &Upload,
    parts: Vec<CompletedPart>,
) -> Result<(), Problem> {
    let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    let request = api.buckets.s3.complete_multipart_upload().bucket(&api.buckets.uploads).key(&document.key);
    let Err(error) = request.upload_id(&upload.id).multipart_upload(parts).send().await else {
        return Ok(());
    };
    match error.code() {
        Some("NoSuchUpload") if super::is_there(api, document).await? => Ok(()),
        Some("NoSuchUpload") => Err(Code::UploadGone.into()),
        Some(
            code
            @ ("InvalidPart" | "InvalidPartOrder" | "EntityTooSmall" | "MalformedXML" | "InvalidRequest"),
        ) => Err(Problem::new(Code::PartsWrong).because(format!("the store says {code}"))),
        _ => Err(unavailable("completing an upload")(&error)),
    }
}

/// The parts in order, each once, and only ones that the upload has.
fn ordered(mut parts: Vec<Sent>, count: u32) -> Result<Vec<CompletedPart>, Problem> {
    let wrong = |detail: String| Problem::new(Code::PartsWrong).because(detail);
    parts.sort_by_key(|part| part.number);
    if parts.is_empty() {
        return Err(wrong("no part is named".to_owned()));
    }
    if let Some(pair) = parts.windows(2).find(|pair| pair[0].number == pair[1].number) {
        return Err(wrong(format!("part {} is named twice", pair[0].number)));
    }
    let completed = |part: Sent| {
        let fits = (1..=count).contains(&part.number) && (1..=ETAG_BYTES_MAX).contains(&part.etag.len());
        let number = i32::try_from(part.number).ok().filter(|_| fits);
        let number = number.ok_or_else(|| wrong(format!("part {} is none of 1 to {count}", part.number)))?;
        Ok(CompletedPart::builder().part_number(number).e_tag(part.etag).build())
    };
    parts.into_iter().map(completed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_put_in_order_and_odd_ones_refused() {
        let order = |numbers: &[u32]| {
            let sent = numbers.iter().map(|number| Sent { number: *number, etag: "\"e\"".to_owned() });
            let parts = ordered(sent.collect(), 3).map_err(|problem| problem.code().to_owned())?;
            Ok::<_, String>(parts.into_iter().filter_map(|part| part.part_number()).collect::<Vec<_>>())
        };
        assert_eq!(order(&[3, 1, 2]), Ok(vec![1, 2, 3]));
        assert_eq!(order(&[1]), Ok(vec![1]));
        for (bytes, expect) in [
            (0, false),
            (1, true),
            (ETAG_BYTES_MAX - 1, true),
            (ETAG_BYTES_MAX, true),
            (ETAG_BYTES_MAX + 1, false),
        ] {
            let sent = vec![Sent { number: 1, etag: "e".repeat(bytes) }];
            assert_eq!(ordered(sent, 1).is_ok(), expect, "{bytes}");
        }
        for odd in [&[][..], &[0], &[4], &[1, 1], &[u32::MAX]] {
            assert_eq!(order(odd), Err("parts-wrong".to_owned()), "{odd:?}");
        }
    }
}
