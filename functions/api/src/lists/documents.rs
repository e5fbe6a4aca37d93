use super::{Row, filter::Filter, limit};
use crate::{
    Problem,
    app::Api,
    auth::Person,
    fingerprint::fingerprint,
    openapi::{Asked, Parametrised, Unchanged},
    request::{Parameters, given, known_tag, tagged},
};
use axum::{Json, extract::State, response::Response};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Query {
    /// One status or several, with commas.
    pub(super) status: Option<String>,
    #[param(pattern = "^(lesson_plan|video)?$")]
    pub(super) kind: Option<String>,
    /// The teacher's subject.
    #[param(max_length = 300)]
    pub(super) teacher: Option<String>,
    /// The whole subject, in any case.
    #[param(max_length = 300)]
    pub(super) subject: Option<String>,
    /// Uploaded on this date (UTC), at this instant, or later.
    pub(super) from: Option<String>,
    /// Uploaded on this date (UTC), at this instant, or earlier.
    pub(super) to: Option<String>,
    /// What title, subject, file name or teacher must hold.
    #[param(max_length = 300)]
    pub(super) q: Option<String>,
    /// As the page before gave it.
    #[param(max_length = 1024)]
    pub(super) cursor: Option<String>,
    /// How many rows at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub(super) limit: Option<u32>,
    /// Seconds to wait for a change, at most 20.
    #[param(maximum = 20)]
    pub(super) wait: Option<u32>,
    /// The fingerprint that the caller has.
    pub(super) since: Option<String>,
}

/// `GET /api/documents`: newest first.
///
/// `cursor` is there if there may be more, even when `documents` is short or empty: a request looks at a bounded number of
/// rows. `fingerprint` (also the `ETag`) changes with the list; give it back as `since=` with `wait=` to hear of a change.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Listing {
    pub documents: Vec<Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    pub fingerprint: String,
}

#[utoipa::path(
    get, path = "/api/documents", operation_id = "listDocuments", tag = "documents",
    params(Query),
    responses(
    (status = 200, body = Listing, description = "The documents, newest first"),
    Unchanged, Asked, Parametrised,
    )
)]
pub(crate) async fn documents(
    State(api): State<Arc<Api>>,
    person: Person,
    headers: HeaderMap,
    Parameters(query): Parameters<Query>,
) -> Result<Response, Problem> {
    let filter = Filter::read(&query)?;
    let look = async || {
        let walk = filter.walk(&api.catalogue, &person).resume(given(query.cursor.as_ref()))?;
        let (documents, cursor) =
            walk.take(limit(query.limit), |row| filter.lets_through(row, &person)).await?;
        let seen = documents.iter().map(|row| format!("{} {}", row.document_id, row.version));
        let fingerprint = fingerprint(seen.chain(cursor.clone()));
        Ok(Listing { documents, cursor, fingerprint })
    };
    let since = given(query.since.as_ref()).or_else(|| known_tag(&headers)).map(str::to_owned);
    let listing = api
        .waits
        .until_changed(query.wait, since, |listing: &Listing| listing.fingerprint.clone(), look)
        .await?;
    let tag = listing.fingerprint.clone();
    Ok(tagged(&headers, &tag, Json(listing)))
}
