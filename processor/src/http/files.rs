use super::answer::refusal;
use crate::{
    app::App,
    jobs::{Job, Record, Stored},
    mischief::{PRIVATE_URL, Trick},
};
use axum::{
    body::Body,
    extract::{Path, State},
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, X_CONTENT_TYPE_OPTIONS},
    },
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use std::{io, sync::Arc};

/// `GET /files/{token}/{name}`: one result. They are small enough to be held, which tampering needs.
pub(super) async fn serve(
    State(app): State<Arc<App>>,
    Path((token, name)): Path<(String, String)>,
) -> Response {
    let missing = || refusal(StatusCode::NOT_FOUND, "not-found", "There is no such file");
    let Some(record) = app.jobs.by_token(&token).map(|job| Job::record(&job)) else { return missing() };
    let Some(stored) = record.files.iter().chain(&record.second).find(|stored| stored.name == name) else {
        return missing();
    };
    let path = app.store.result(&record.submission.reference, &stored.name);
    let Ok(content) = tokio::fs::read(path).await else { return missing() };
    let trick = trick(&app, &record, stored, &token);
    tampered(trick, content, stored)
}

fn trick(app: &App, record: &Record, stored: &Stored, token: &str) -> Option<Trick> {
    let file_name = &record.submission.file_name;
    let trick =
        app.mischief.on_fetch(&record.behaviour, &record.job_id, file_name, &stored.role, &stored.name);
    // Fresh addresses have not expired.
    trick.filter(|trick| *trick != Trick::Expired || token == record.token)
}

fn tampered(trick: Option<Trick>, mut content: Vec<u8>, stored: &Stored) -> Response {
    match trick {
        Some(Trick::Gone) => refusal(StatusCode::NOT_FOUND, "not-found", "There is no such file"),
        Some(Trick::Expired) => refusal(StatusCode::FORBIDDEN, "expired", "This address has expired"),
        Some(Trick::ServerError) => {
            refusal(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Try again later")
        }
        Some(Trick::Redirect) => (StatusCode::FOUND, [(LOCATION, PRIVATE_URL)]).into_response(),
        Some(Trick::Cut) => {
            let length = content.len();
            content.truncate(length / 2);
            let broken = async {
                // The first half goes out while this waits.
                tokio::task::yield_now().await;
                Err(io::Error::from(io::ErrorKind::ConnectionReset))
            };
            let half = stream::iter([Ok(Bytes::from(content))]).chain(stream::once(broken));
            let mut response = whole(Body::from_stream(half), stored);
            response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
            response
        }
        Some(Trick::Truncated) => {
            content.truncate(content.len() / 2);
            whole(Body::from(content), stored)
        }
        Some(Trick::Corrupt) => {
            let middle = content.len() / 2;
            content.get_mut(middle).into_iter().for_each(|byte| *byte ^= 1);
            whole(Body::from(content), stored)
        }
        _ => whole(Body::from(content), stored),
    }
}

fn whole(body: Body, stored: &Stored) -> Response {
    let media_type = HeaderValue::from_str(&stored.media_type);
    let headers = [
        (CONTENT_TYPE, media_type.unwrap_or(HeaderValue::from_static("application/octet-stream"))),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    (headers, body).into_response()
}
