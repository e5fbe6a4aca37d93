//! Back-pressure: a bounded number of requests is answered at once, and whoever comes beyond is told when to come again.

use crate::{Code, Problem};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Requests answered at once. Each holds a body of up to 64 KiB (`complete` 1 MiB), and up to 200 of them wait for a
/// change. Under Lambda there is one at a time, and API Gateway throttles before it.
pub(crate) const REQUESTS_AT_ONCE_MAX: usize = 512;

/// The places.
pub(crate) fn places() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(REQUESTS_AT_ONCE_MAX))
}

/// Lets a request in if there is a place for it.
pub(crate) async fn admit(
    State(places): State<Arc<Semaphore>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let _place = places.try_acquire().map_err(|_| Code::TooManyRequests)?;
    Ok(next.run(request).await)
}
