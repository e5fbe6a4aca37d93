use crate::{
    Options,
    app::App,
    fault::Fault,
    http,
    jobs::{self, Job, Jobs, Store, StoreError},
    mischief::Mischief,
    proofread::Proofreader,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clock::{Clock, Random};
use sha2::{Digest as _, Sha256};
use std::{
    fmt,
    fs::OpenOptions,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    sync::Arc,
    time::Duration,
};
use thiserror::Error;
use tokio::{net::TcpListener, sync::Semaphore, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use url::Url;

/// How many jobs are worked on at once: one big video does not hold up the rest, and memory stays bounded.
const WORKERS: usize = 4;
/// Callbacks and sources that cannot even be connected to.
const CONNECT_WAIT: Duration = Duration::from_secs(10);
/// The bytes of a secret that is made here (Standard Webhooks: 24 to 64).
const SECRET_BYTES: usize = 32;

/// Why the processor does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The data directory cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file or the listening socket says no.
    #[error("{what}: {source}")]
    Io { what: &'static str, source: io::Error },
    /// The secret is not one of Standard Webhooks.
    #[error("the webhook secret: {0}")]
    Secret(#[from] webhook::SecretError),
    /// The HTTP client cannot be made.
    #[error("the HTTP client: {0}")]
    Client(#[from] reqwest::Error),
    /// No thread for the proofreader.
    #[error("the proofreader could not be started: {0}")]
    Proofreader(String),
}

/// A processor that runs.
pub struct Running {
    /// Where customers reach it.
    pub url: Url,
    /// The bearer token that customers show.
    pub token: String,
    /// The secret that signs callbacks, as `whsec_…`.
    pub secret: String,
    stop: CancellationToken,
    server: JoinHandle<()>,
}

/// Shows neither token nor secret.
impl fmt::Debug for Running {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Running").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

impl Running {
    /// Stops at once: what was acknowledged is on disk and goes on at the next start. Returns when the port is free.
    pub async fn shutdown(self) {
        self.stop.cancel();
        if let Err(error) = self.server.await {
            tracing::error!(%error, "the server ended badly");
        }
    }
}

/// Starts a processor, takes up the jobs that it finds on disk, and returns once it listens.
///
/// # Errors
/// When the data directory, the port or the secret cannot be used.
pub async fn start(
    options: Options,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<Running, StartError> {
    let io = |what| move |source| StartError::Io { what, source };
    let store = Store::open(&options.data_dir)?;
    let token = kept(&options, "token", options.token.as_deref(), || hex::encode(drawn(&*random)));
    let token = token.map_err(io("the token cannot be kept"))?;
    let secret = kept(&options, "secret", options.secret.as_deref(), || {
        format!("whsec_{}", STANDARD.encode(drawn(&*random)))
    });
    let secret = secret.map_err(io("the secret cannot be kept"))?;
    let listener =
        TcpListener::bind((options.host, options.port)).await.map_err(io("the port cannot be used"))?;
    let own = listener.local_addr().map_err(io("the port cannot be told"))?;
    let url = match &options.public_url {
        Some(url) => url.clone(),
        None => {
            format!("http://{own}").parse().map_err(|error| io("the address")(io::Error::other(error)))?
        }
    };
    let stop = CancellationToken::new();
    let app = Arc::new(App {
        store,
        jobs: Jobs::default(),
        mischief: Mischief::new(&options, &*random),
        proofreader: Proofreader::shared()
            .map_err(|fault: Fault| StartError::Proofreader(fault.to_string()))?,
        client: client()?,
        pace: options.pace,
        token_digest: Sha256::digest(token.as_bytes()).into(),
        secret: webhook::Secret::parse(&secret)?,
        wrong_secret: webhook::Secret::from_bytes(&drawn(&*random))?,
        public_url: url.as_str().trim_end_matches('/').to_owned(),
        scriptable: options.scriptable,
        workers: Semaphore::new(WORKERS),
        stop: stop.clone(),
        clock,
        random,
    });
    take_up(&app).map_err(io("the jobs cannot be read"))?;
    let server = tokio::spawn(http::serve(listener, http::router(app), stop.clone()));
    tracing::info!(url = url.as_str(), "the processor listens");
    Ok(Running { url, token, secret, stop, server })
}

fn take_up(app: &Arc<App>) -> io::Result<()> {
    for record in app.store.records()? {
        let job = Arc::new(Job::new(record));
        job.admitted.send_replace(true);
        if app.jobs.add(job.clone()).is_ok() {
            jobs::start(app, job);
        }
    }
    Ok(())
}

/// No proxies, no redirects, no retries of its own: what is sent is what a test can count.
fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_WAIT)
        .user_agent(concat!("lectern-processor/", env!("CARGO_PKG_VERSION")))
        .build()
}

fn drawn(random: &dyn Random) -> [u8; SECRET_BYTES] {
    let mut bytes = [0; SECRET_BYTES];
    random.fill(&mut bytes);
    bytes
}

/// What the options say, else what the data directory holds, else something new that it will hold.
fn kept(
    options: &Options,
    name: &str,
    said: Option<&str>,
    make: impl FnOnce() -> String,
) -> io::Result<String> {
    if let Some(said) = said {
        return Ok(said.to_owned());
    }
    let path = options.data_dir.join(name);
    match std::fs::read_to_string(&path) {
        Ok(held) if !held.trim().is_empty() => return Ok(held.trim().to_owned()),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let fresh = make();
    write_private(&path, &fresh)?;
    Ok(fresh)
}

/// Readable by its owner only.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
