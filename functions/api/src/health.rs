//! What somebody meets who opens the address without knowing what it is.

use axum::{Json, response::Html};
use serde_json::{Value, json};

pub(crate) async fn page() -> Html<&'static str> {
    Html(concat!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Lectern</title>",
        "<h1>Lectern</h1>",
        "<p>Takes lesson plans and classroom videos, has them proofread and processed, and lets evaluators read them.</p>",
        "<p>This is its HTTP API; programs find documents at <code>/api/documents</code> and hand files in at ",
        "<code>/api/uploads</code>, with an access token. On the command line: <code>lectern submit FILE</code>, ",
        "<code>lectern documents</code>.</p></html>",
    ))
}

/// Says that requests are answered; it asks nobody else, so it says nothing of what lies behind.
pub(crate) async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}
