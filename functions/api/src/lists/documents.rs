use super::{Row, filter::Filter, limit};
use crate::{
    Problem,
    app::Api,
    auth::Person,
    request::{Parameters, given},
};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Hexadecimal digits of a fingerprint: enough that two lists of one person differ.
const FINGERPRINT_DIGITS: usize = 32;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Query {
    status: Option<String>,
    kind: Option<String>,
    teacher: Option<String>,
    q: Option<String>,
    cursor: Option<String>,
    limit: Option<u32>,
    /// Seconds to wait for a change, at most 20.
    wait: Option<u32>,
    /// The fingerprint that the caller has.
    since: Option<String>,
}

/// `GET /api/documents`: newest first.
///
/// `cursor` is there if there may be more, even when `documents` is short or empty: a request looks at a bounded number of
/// rows. `fingerprint` (also the `ETag`) changes with the list; give it back as `since=` with `wait=` to hear of a change.
#[derive(Clone, Debug, Serialize)]
pub struct Listing {
    pub documents: Vec<Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    pub fingerprint: String,
}

pub(crate) async fn documents(
    State(api): State<Arc<Api>>,
    person: Person,
    headers: HeaderMap,
    Parameters(query): Parameters<Query>,
) -> Result<Response, Problem> {
    let filter =
        Filter::read(query.status.as_ref(), query.kind.as_ref(), query.teacher.as_ref(), query.q.as_ref())?;
    let look = async || {
        let walk = filter.walk(&api.catalogue, &person).resume(given(query.cursor.as_ref()))?;
        let (documents, cursor) =
            walk.take(limit(query.limit), |row| filter.lets_through(row, &person)).await?;
        let fingerprint = fingerprint(&documents, cursor.as_deref());
        Ok(Listing { documents, cursor, fingerprint })
    };
    let known =
        headers.get(header::IF_NONE_MATCH).and_then(|tag| tag.to_str().ok()).map(|tag| tag.trim_matches('"'));
    let since = given(query.since.as_ref()).or(known).map(str::to_owned);
    let listing = api
        .waits
        .until_changed(query.wait, since, |listing: &Listing| listing.fingerprint.clone(), look)
        .await?;
    let unchanged = known == Some(listing.fingerprint.as_str());
    let tag = HeaderValue::try_from(format!("\"{}\"", listing.fingerprint)).ok();
    let mut response =
        if unchanged { StatusCode::NOT_MODIFIED.into_response() } else { Json(listing).into_response() };
    response.headers_mut().extend(tag.map(|tag| (header::ETAG, tag)));
    Ok(response)
}

fn fingerprint(rows: &[Row], cursor: Option<&str>) -> String {
    let mut hash = Sha256::new();
    for row in rows {
        hash.update(format!("{} {}\n", row.document_id, row.version));
    }
    hash.update(cursor.unwrap_or_default());
    let mut digits = hex::encode(hash.finalize());
    digits.truncate(FINGERPRINT_DIGITS);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::walk::tests::row;

    #[test]
    fn a_fingerprint_changes_with_what_is_listed() {
        let rows = [row(1, 0, "school-1"), row(2, 0, "school-1")];
        let of = |rows: &[Row], cursor| fingerprint(rows, cursor);
        let changed = Row { version: 2, ..rows[0].clone() };
        assert_eq!(of(&rows, None), of(&rows.clone(), None));
        assert_ne!(of(&rows, None), of(&rows[..1], None));
        assert_ne!(of(&rows, None), of(&rows, Some("c")));
        assert_ne!(of(&rows[..1], None), of(&[changed], None));
    }
}
