//! A processor that takes no time: it answers 202, and at once calls back with files that it serves itself.
//!
//! It speaks the contract of the real one and makes valid results of what it was given, so that everything after it does
//! its real work. It keeps nothing on disk.

mod deliver;
mod receive;
mod results;
mod shelf;

use crate::processor::{receive::Broken, shelf::Shelf};
use anyhow::Context as _;
use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use clap::Args;
use clock::{Clock, SystemClock};
use contract::processor::{JobAccepted, JobState, JobStatus, Reason, Refusal};
use http_body_util::BodyExt as _;
use serde::Serialize;
use serde_json::Value;
use std::{
    io::Write as _,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{net::TcpListener, sync::Semaphore, time::Instant};
use webhook::Secret;

/// Callbacks under way at once. The endpoint has places for twenty; a fair sender leaves some.
const SENDERS: usize = 16;

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The bearer token that customers show.
    #[arg(long)]
    token: String,
    /// What signs callbacks (`whsec_…`).
    #[arg(long)]
    secret: String,
}

/// The processor's state, all of it in memory.
struct App {
    bearer: String,
    secret: Secret,
    url: String,
    client: reqwest::Client,
    clock: Arc<dyn Clock>,
    shelf: Mutex<Shelf>,
    senders: Semaphore,
    passed: Mutex<Passed>,
}

/// Large files that were only let through: how many, and the last one's bytes and seconds from its first byte to its last.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Passed {
    files: u64,
    bytes: u64,
    seconds: f64,
}

/// Serves on a free port until the process is killed.
pub(crate) async fn serve(options: &Options) -> anyhow::Result<Value> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let app = Arc::new(App {
        bearer: format!("Bearer {}", options.token),
        secret: Secret::parse(&options.secret)?,
        url: url.clone(),
        client: reqwest::Client::builder().no_proxy().build()?,
        clock: Arc::new(SystemClock),
        shelf: Mutex::default(),
        senders: Semaphore::new(SENDERS),
        passed: Mutex::default(),
    });
    writeln!(std::io::stdout(), "ready {url}").context("standard output is closed")?;
    axum::serve(listener, router(app)).await?;
    Ok(Value::Null)
}

fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/jobs", post(submit))
        .route("/jobs/{reference}", get(status))
        .route("/files/{reference}/{role}", get(file))
        .route("/sink", put(sink))
        .route("/passed", get(passed))
        .with_state(app)
}

async fn submit(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Response {
    if headers.get(header::AUTHORIZATION).is_none_or(|given| given.as_bytes() != app.bearer.as_bytes()) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let received = match receive::receive(body).await {
        Ok(received) => received,
        Err(broken) => return refusal(&broken),
    };
    let job_id = format!("job-{}", received.job.reference);
    match received.file {
        Some(file) => {
            let results = results::make(&received.job, &file);
            let told = results.told(&received.job.reference, &job_id, &app.url);
            app.shelf().keep(received.job.reference, results, told.clone());
            tokio::spawn(deliver::deliver(app, received.job.callback_url, told));
        }
        // What is measured of a large file is its way here.
        None => app.passed(received.size, received.seconds),
    }
    (StatusCode::ACCEPTED, Json(JobAccepted { job_id })).into_response()
}

fn refusal(broken: &Broken) -> Response {
    let reason = Reason { code: "malformed".to_owned(), message: broken.to_string() };
    (StatusCode::BAD_REQUEST, Json(Refusal { error: reason })).into_response()
}

async fn status(State(app): State<Arc<App>>, Path(reference): Path<String>) -> Json<JobStatus> {
    let result = app.shelf().told(&reference);
    let status = if result.is_some() { JobState::Finished } else { JobState::Unknown };
    Json(JobStatus { status, result })
}

async fn file(State(app): State<Arc<App>>, Path((reference, role)): Path<(String, String)>) -> Response {
    match app.shelf().file(&reference, &role) {
        Some((media_type, bytes)) => ([(header::CONTENT_TYPE, media_type)], bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Takes anything as fast as it comes: what `curl -T` sends to.
async fn sink(State(app): State<Arc<App>>, request: Request) -> Response {
    let (mut bytes, mut begun, mut body) = (0_u64, None, request.into_body());
    while let Some(frame) = body.frame().await {
        begun.get_or_insert_with(Instant::now);
        match frame {
            Ok(frame) => bytes += frame.data_ref().map_or(0, |data| data.len() as u64),
            Err(_) => return StatusCode::BAD_REQUEST.into_response(),
        }
    }
    app.passed(bytes, begun.map_or(0.0, |begun| begun.elapsed().as_secs_f64()));
    StatusCode::OK.into_response()
}

async fn passed(State(app): State<Arc<App>>) -> Json<Passed> {
    Json(*app.passed.lock().unwrap_or_else(PoisonError::into_inner))
}

impl App {
    fn shelf(&self) -> std::sync::MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn passed(&self, bytes: u64, seconds: f64) {
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        *passed = Passed { files: passed.files + 1, bytes, seconds };
    }
}
