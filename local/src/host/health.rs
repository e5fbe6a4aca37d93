//! What `/healthz` says on one machine: the API's own answer, unless the disk below it takes nothing.

use axum::{
    Json, Router,
    extract::Request,
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use serde_json::json;
use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::Mutex;

/// The file that is written to find out.
const PROBE: &str = "probe";
/// As much as a file system hands out at once.
const PROBE_BYTES: usize = 4096;

/// Lets `/healthz` try the disk first: a file is written, synced and removed.
pub(super) fn watched(router: Router, folder: PathBuf) -> Router {
    // One probe at a time, whoever asks how often.
    let folder = Arc::new(Mutex::new(folder));
    router.layer(middleware::from_fn(move |request: Request, next: Next| {
        let folder = Arc::clone(&folder);
        async move {
            if request.uri().path() == "/healthz" {
                let folder = folder.lock().await;
                let path = folder.clone();
                if let Ok(Err(error)) = tokio::task::spawn_blocking(move || probe(&path)).await {
                    return refusal(&error);
                }
            }
            next.run(request).await
        }
    }))
}

fn probe(folder: &Path) -> std::io::Result<()> {
    let path = folder.join(PROBE);
    let mut file = File::create(&path)?;
    let written = file.write_all(&[b'.'; PROBE_BYTES]).and_then(|()| file.sync_all());
    fs::remove_file(path)?;
    written
}

fn refusal(error: &std::io::Error) -> Response {
    let problem = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "the disk is full: nothing new is accepted until there is room again".to_owned()
        }
        _ => format!("the disk cannot be written ({error}): check it and start again"),
    };
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "failing", "problem": problem })))
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{body::Body, routing::get};
    use tower::ServiceExt;

    async fn ask(folder: &Path, path: &str) -> StatusCode {
        let api =
            Router::new().route("/healthz", get(|| async { "ok" })).route("/else", get(|| async { "ok" }));
        let request = Request::get(path).body(Body::empty()).unwrap();
        watched(api, folder.to_owned()).oneshot(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn a_disk_that_takes_nothing_is_told_and_nothing_stays_behind() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(ask(folder.path(), "/healthz").await, StatusCode::OK);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let gone = folder.path().join("gone");
        assert_eq!(ask(&gone, "/healthz").await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(ask(&gone, "/else").await, StatusCode::OK, "only who asks for it is told");
    }
}
