use super::{cause, concerns};
use crate::{
    Problem,
    app::Api,
    auth::{Person, Role},
    lists::{self, Index, ROWS_EVALUATED_MAX, Row, Walk},
    openapi::{Asked, Parametrised},
    request::{Parameters, given},
};
use axum::{Json, extract::State};
use document::Status;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Query {
    /// One of the causes that the first page names.
    #[param(max_length = 128)]
    cause: Option<String>,
    /// As the page before gave it.
    #[param(max_length = 1024)]
    cursor: Option<String>,
    /// How many rows at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
}

/// `GET /api/operations/failed`: what failed in the operator's school, latest first, and why.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Failures {
    /// The causes among the latest failures, most frequent first; on the first page only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causes: Option<Vec<Cause>>,
    pub documents: Vec<Row>,
    /// There if there may be more, even when `documents` is short or empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Failures with one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Cause {
    /// What `cause=` and redrive take.
    pub cause: String,
    pub code: String,
    /// Of the latest of them.
    pub message: String,
    pub next_action: String,
    pub count: usize,
    /// Whether there may be more: counting ended at its bound.
    pub at_least: bool,
}

#[utoipa::path(
    get, path = "/api/operations/failed", operation_id = "listFailed", tag = "operations",
    params(Query),
    responses((status = 200, body = Failures, description = "What failed, latest first, and why"), Asked, Parametrised)
)]
pub(crate) async fn failed(
    State(api): State<Arc<Api>>,
    person: Person,
    Parameters(query): Parameters<Query>,
) -> Result<Json<Failures>, Problem> {
    person.must_be(Role::Operator)?;
    let cursor = given(query.cursor.as_ref());
    let walk = match given(query.cause.as_ref()) {
        Some(asked) => Walk::of(&api.catalogue, Index::Cause, cause(asked)?),
        None => Walk::of_status(&api.catalogue, Status::Failed),
    };
    let shown = |row: &Row| concerns(row, &person);
    let (documents, next) = walk.resume(cursor)?.take(lists::limit(query.limit), shown).await?;
    let causes = if cursor.is_none() { Some(causes(&api, &person).await?) } else { None };
    Ok(Json(Failures { causes, documents, cursor: next }))
}

/// The causes among the latest failures, most frequent first.
pub(super) async fn causes(api: &Api, person: &Person) -> Result<Vec<Cause>, Problem> {
    let walk = Walk::of_status(&api.catalogue, Status::Failed);
    let (rows, more) = walk.take(ROWS_EVALUATED_MAX, |row| concerns(row, person)).await?;
    Ok(grouped(rows, more.is_some()))
}

/// Groups rows, latest first, by their cause.
fn grouped(rows: Vec<Row>, at_least: bool) -> Vec<Cause> {
    let mut causes = BTreeMap::<String, Cause>::new();
    for failure in rows.into_iter().filter_map(|row| row.failure) {
        let cause = causes.entry(failure.cause.clone()).or_insert_with(|| Cause {
            cause: failure.cause,
            code: failure.code,
            message: failure.message,
            next_action: failure.next_action,
            count: 0,
            at_least,
        });
        cause.count += 1;
    }
    let mut causes: Vec<_> = causes.into_values().collect();
    causes.sort_by_key(|cause| std::cmp::Reverse(cause.count));
    causes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::row_for_tests as row;
    use document::{Code, Failure};

    #[test]
    fn failures_are_grouped_by_cause_the_most_frequent_first() {
        let failed = |number, failure: Failure| Row { failure: Some(failure), ..row(number, 0, "school-1") };
        let unreachable = Failure::new(Code::ProcessorUnreachable).caused_by("http-503");
        let rows = vec![
            failed(1, Failure::new(Code::ResultsWrong).with_detail("The latest.")),
            failed(2, unreachable.clone()),
            failed(3, Failure::new(Code::ResultsWrong)),
            failed(4, Failure::new(Code::ResultsWrong)),
            row(5, 0, "school-1"),
        ];
        let causes = grouped(rows, true);
        let counts: Vec<_> = causes.iter().map(|cause| (cause.cause.as_str(), cause.count)).collect();
        assert_eq!(counts, [("results-wrong", 3), ("processor-unreachable/http-503", 1)]);
        assert!(causes[0].message.ends_with("The latest.") && causes[0].at_least);
        assert_eq!(causes[1].code, unreachable.code);
    }
}
