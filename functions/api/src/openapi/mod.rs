//! The API described as OpenAPI 3.1, from its handlers and their types.
//!
//! What is served is the file in `schema/`, which a test compares with what the code says (`tests/schema`).

mod refusals;

pub(crate) use refusals::{
    Asked, Away, Checked, Conflicting, Damaged, Found, Gone, Parametrised, Sent, Unchanged, Unsupported,
};

use crate::{
    contents::{self, Link},
    documents, health, lists, notes, operations,
    problem::Told,
    request::tagged,
    sign_in, uploads,
};
use axum::response::Response;
use http::{HeaderMap, header};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::{
    Modify, OpenApi, ToSchema,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

const PUBLISHED: &str = include_str!("../../../../schema/openapi.json");

/// The description. Needs no token.
#[utoipa::path(
    get, path = "/api/openapi.json", operation_id = "description", tag = "service", security(()),
    responses((status = 200, body = serde_json::Value, description = "This document"), Unchanged)
)]
pub(crate) async fn published(headers: HeaderMap) -> Response {
    let tag = hex::encode(&Sha256::digest(PUBLISHED)[..16]);
    tagged(&headers, &tag, ([(header::CONTENT_TYPE, "application/json")], PUBLISHED))
}

/// The description as the code says it.
pub fn description() -> utoipa::openapi::OpenApi {
    Described::openapi()
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Lectern",
        description = "Lesson plans and classroom videos: handed in, proofread, read and annotated. \
            Errors are problem documents (RFC 9457) with a stable code and a next action."
    ),
    paths(
        uploads::declare::declare, uploads::progress::progress, uploads::complete::complete, uploads::cancel::cancel,
        lists::documents::documents, documents::one, documents::timeline, documents::remove,
        contents::normalized, contents::original, contents::media, contents::captions,
        notes::list::list, notes::write::create, notes::write::change, notes::write::remove,
        operations::overview::overview, operations::failed::failed, operations::redrive::redrive,
        sign_in::sign_in, sign_in::me, health::health, published,
    ),
    components(schemas(Told<'_>)),
    security(("bearer" = [])),
    modifiers(&Bearer)
)]
struct Described;

/// How people say who they are.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("An access token of the issuer that GET /api/sign-in names"))
            .build();
        let components = description.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The answer to `…/normalized`: the document up to 1 MB (`schema/lectern.document.json` has all of it), else a link to it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it only describes")]
pub(crate) enum Readable {
    Document(NormalizedDocument),
    Link(Link),
}

/// What every normalized document has.
#[derive(Serialize, ToSchema)]
pub(crate) struct NormalizedDocument {
    /// Always `lectern.document/1`.
    schema: String,
    document_id: String,
    kind: String,
    title: String,
    text: String,
}
