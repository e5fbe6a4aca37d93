use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// `GET /healthz`.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    status: &'static str,
}

/// Says that requests are answered; it asks nobody else, so it says nothing of what lies behind.
#[utoipa::path(
    get, path = "/healthz", operation_id = "health", tag = "service", security(()),
    responses((status = 200, body = Health, description = "Requests are answered"))
)]
pub(crate) async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}
