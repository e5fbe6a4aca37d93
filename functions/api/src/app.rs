use crate::{
    Code, Problem,
    allowance::Allowances,
    auth::{Expected, Keys, Person},
    contents, crowd, documents,
    download::Buckets,
    front_door::{self, FrontDoor},
    health::health,
    lists::{self, Catalogue},
    notes, openapi, operations,
    pages::{self, Policy},
    sign_in, uploads,
    wait::Waits,
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    response::Response,
    routing::{delete, get, post, put},
};
use document::{Document, DocumentId};
use edge::{Clock, Misconfigured, Pipeline, Random, Runtime};
use http::{HeaderValue, header};
use std::sync::Arc;

/// Longest body taken, in bytes, where nothing longer is said: requests are a few fields.
pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024;

/// What every handler is given.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) pipeline: Pipeline,
    pub(crate) catalogue: Catalogue,
    pub(crate) buckets: Buckets,
    pub(crate) queues: operations::Queues,
    pub(crate) machines: operations::Machines,
    pub(crate) notes: notes::Store,
    pub(crate) keys: Keys,
    pub(crate) expected: Expected,
    pub(crate) allowances: Allowances,
    pub(crate) policy: Policy,
    pub(crate) front_door: FrontDoor,
    pub(crate) upload_bytes_max: u64,
    pub(crate) waits: Waits,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
}

impl Api {
    fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        let issuer = runtime.variables.required("OIDC_ISSUER")?;
        let pipeline = Pipeline::new(runtime)?;
        Ok(Self {
            catalogue: Catalogue::new(&pipeline.register),
            pipeline,
            buckets: Buckets::new(runtime)?,
            queues: operations::Queues::new(runtime)?,
            machines: operations::Machines::new(runtime)?,
            notes: notes::Store::new(runtime)?,
            keys: Keys::new(runtime, issuer),
            expected: Expected {
                issuer: issuer.to_owned(),
                client_id: runtime.variables.required("OIDC_CLIENT_ID")?.to_owned(),
            },
            allowances: Allowances::new(&runtime.variables)?,
            policy: Policy::default(),
            front_door: FrontDoor::new(&runtime.variables)?,
            upload_bytes_max: uploads::upload_bytes_max(&runtime.variables)?,
            waits: Waits::new(runtime.pace()?),
            clock: Arc::clone(&runtime.clock),
            random: Arc::clone(&runtime.random),
        })
    }

    /// The document with this id, if the person may know of it: what one may not see is not there.
    pub(crate) async fn find(&self, person: &Person, id: &str) -> Result<Document, Problem> {
        let id: DocumentId = id.parse().map_err(|_| Code::NotFound)?;
        let document = self.pipeline.register.read(id).await?.ok_or(Code::NotFound)?;
        if !person.may_see(document.school.as_deref(), document.teacher.as_deref()) {
            return Err(Code::NotFound.into());
        }
        Ok(document)
    }
}

/// The API's routes, for AWS Lambda and for one machine alike.
///
/// Settings: `DOCUMENTS_TABLE`, `NOTES_TABLE`, `UPLOADS_BUCKET`, `RESULTS_BUCKET`, `NORMALIZED_BUCKET`, `OIDC_ISSUER`, `OIDC_CLIENT_ID`;
/// the queues, their dead-letter queues and the machines; optional `UPLOAD_BYTES_MAX`, `REQUESTS_PER_SECOND`, `TIME_SCALE`,
/// `EDGE_KEY_SHA256`.
pub async fn router(runtime: Runtime) -> Result<Router, Misconfigured> {
    Ok(routes(Arc::new(Api::new(&runtime)?)))
}

fn routes(api: Arc<Api>) -> Router {
    let complete = post(uploads::complete).layer(DefaultBodyLimit::max(uploads::COMPLETE_BYTES_MAX));
    Router::new()
        .route("/api/uploads", post(uploads::declare))
        .route("/api/uploads/{id}", get(uploads::progress).delete(uploads::cancel))
        .route("/api/uploads/{id}/complete", complete)
        .route("/api/documents", get(lists::documents))
        .route("/api/documents/{id}", get(documents::one).merge(delete(documents::remove)))
        .route("/api/documents/{id}/timeline", get(documents::timeline))
        .route("/api/documents/{id}/normalized", get(contents::normalized))
        .route("/api/documents/{id}/original", get(contents::original))
        .route("/api/documents/{id}/media", get(contents::media))
        .route("/api/documents/{id}/captions.vtt", get(contents::captions))
        .route("/api/documents/{id}/notes", get(notes::list).post(notes::create))
        .route("/api/documents/{id}/notes/{note_id}", put(notes::change).delete(notes::remove))
        .route("/api/operations/overview", get(operations::overview))
        .route("/api/operations/failed", get(operations::failed))
        .route("/api/operations/redrive", post(operations::redrive))
        .route("/api/sign-in", get(sign_in::sign_in))
        .route("/api/me", get(sign_in::me))
        .route("/api/openapi.json", get(openapi::published))
        .route("/healthz", get(health))
        .fallback(pages::page)
        .method_not_allowed_fallback(async || Problem::new(Code::MethodNotAllowed))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(crowd::places(), crowd::admit))
        .layer(middleware::from_fn_with_state(api.front_door, front_door::pass))
        .layer(middleware::map_response(guard))
        .with_state(api)
}

/// Answers are for the person who asked, are what they say they are, and run nothing; the pages say more of themselves.
async fn guard(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let answers = [
        (header::CACHE_CONTROL, "private, no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in answers {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
