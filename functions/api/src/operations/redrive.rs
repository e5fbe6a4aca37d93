use super::{cause, concerns};
use crate::{
    Code, Problem,
    app::Api,
    auth::{Person, Role},
    lists::{Index, Row, Walk},
    openapi::{Asked, Checked, Sent},
    request::Body,
};
use axum::{Json, extract::State};
use document::{Answer, DocumentId, Event, Status};
use futures::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc};
use utoipa::ToSchema;

/// Documents that one request lets go on: they all must be done within the function's time.
pub(crate) const REDRIVEN_MAX: usize = 100;
/// Documents taken up at once.
const AT_ONCE_MAX: usize = 8;

/// `POST /api/operations/redrive`: either `ids` or `cause`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Redrive {
    #[serde(default)]
    #[schema(max_items = 100)]
    pub ids: Option<Vec<String>>,
    #[serde(default)]
    #[schema(max_length = 128)]
    pub cause: Option<String>,
    /// Only tells what would be done.
    #[serde(default)]
    pub dry_run: bool,
}

/// What was done, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Redriven {
    pub dry_run: bool,
    /// Ids of the documents that go on.
    pub redriven: Vec<DocumentId>,
    pub skipped: Vec<Skipped>,
    /// Whether the cause has more documents than one request takes: ask again.
    pub more: bool,
}

/// A document that does not go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Skipped {
    /// As it was asked for.
    pub document_id: String,
    pub why: String,
}

#[utoipa::path(
    post, path = "/api/operations/redrive", operation_id = "redrive", tag = "operations",
    request_body = Redrive,
    responses((status = 200, body = Redriven, description = "What goes on, or would"), Asked, Sent, Checked)
)]
pub(crate) async fn redrive(
    State(api): State<Arc<Api>>,
    person: Person,
    Body(request): Body<Redrive>,
) -> Result<Json<Redriven>, Problem> {
    person.must_be(Role::Operator)?;
    let (ids, more) = chosen(&api, &person, &request).await?;
    let outcomes =
        stream::iter(ids).map(|id| {
            let (api, person) = (&api, &person);
            async move {
                one(api, person, &id, request.dry_run).await.map_err(|why| Skipped { document_id: id, why })
            }
        });
    let mut answer = Redriven { dry_run: request.dry_run, more, ..Redriven::default() };
    for outcome in outcomes.buffered(AT_ONCE_MAX).collect::<Vec<_>>().await {
        match outcome {
            Ok(id) => answer.redriven.push(id),
            Err(skipped) => answer.skipped.push(skipped),
        }
    }
    Ok(Json(answer))
}

/// The documents asked for, each once, and whether the cause has more.
async fn chosen(api: &Api, person: &Person, request: &Redrive) -> Result<(Vec<String>, bool), Problem> {
    let wrong = |detail: &str| Problem::new(Code::FieldWrong).because(detail);
    match (&request.ids, &request.cause) {
        (Some(ids), None) if ids.len() > REDRIVEN_MAX => {
            Err(wrong(&format!("ids names more than {REDRIVEN_MAX} documents")))
        }
        (Some(ids), None) => {
            let mut met = BTreeSet::new();
            Ok((ids.iter().filter(|id| met.insert(id.as_str())).cloned().collect(), false))
        }
        (None, Some(asked)) if !asked.is_empty() => {
            let walk = Walk::of(&api.catalogue, Index::Cause, cause(asked)?);
            let (rows, more) = walk.take(REDRIVEN_MAX, |row: &Row| concerns(row, person)).await?;
            Ok((rows.into_iter().map(|row| row.document_id.to_string()).collect(), more.is_some()))
        }
        _ => Err(wrong("either ids or cause must be given, and not both")),
    }
}

/// Lets one document go on, or tells why not.
async fn one(api: &Api, person: &Person, id: &str, dry_run: bool) -> Result<DocumentId, String> {
    let unavailable = "it could not be sent on just now; look at it again in a minute";
    let document = api.find(person, id).await.map_err(|problem| match problem.code() {
        "not-found" => "there is no such document".to_owned(),
        _ => unavailable.to_owned(),
    })?;
    if document.status != Status::Failed {
        return Err(format!("it has not failed: its status is {}", document.status));
    }
    if dry_run {
        return Ok(document.document_id);
    }
    let verdict = api.pipeline.apply(document.document_id, &Event::Redriven).await;
    let verdict = verdict.map_err(|trouble| {
        // If it was written and not sent, its deadline sends it.
        tracing::warn!(document_id = %document.document_id, %trouble, "a redrive was not finished");
        unavailable.to_owned()
    })?;
    match verdict.answer {
        Answer::Stale(why) => Err(why.to_owned()),
        _ => Ok(document.document_id),
    }
}
