//! The host as those outside see it: there, or not.

use crate::faults::{Fault, Faults, When};
use axum::{Router, body::Body};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use lectern::gateway::{self, Gateway};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tower::ServiceExt as _;

/// How often somebody looks whether the host is there.
const LOOK: Duration = Duration::from_millis(100);

/// Nobody answered, or the answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Down;

/// The way to the host that lives now.
#[derive(Debug)]
pub struct Host {
    faults: Faults,
    doors: Mutex<Option<Doors>>,
}

#[derive(Clone, Debug)]
struct Doors {
    api: Router,
    aws: Gateway,
}

impl Host {
    pub(crate) fn new(faults: Faults) -> Self {
        Self { faults, doors: Mutex::default() }
    }

    pub(crate) fn open(&self, api: Router, aws: Gateway) {
        *self.doors.lock().unwrap_or_else(PoisonError::into_inner) = Some(Doors { api, aws });
    }

    pub(crate) fn close(&self) {
        *self.doors.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Waits until nobody is there.
    pub(crate) async fn closed(&self) {
        while self.doors().is_ok() {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits until somebody is there.
    pub(crate) async fn opened(&self) {
        while self.doors().is_err() {
            tokio::time::sleep(LOOK).await;
        }
    }

    fn doors(&self) -> Result<Doors, Down> {
        self.doors.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(Down)
    }

    /// Sends a request to the HTTP API.
    pub async fn api(&self, request: Request<Body>) -> Result<Response<Bytes>, Down> {
        let (doors, life) = (self.doors()?, self.faults.life());
        let answered = async {
            let Ok(answer) = doors.api.oneshot(request).await;
            let (parts, body) = answer.into_parts();
            let body = body.collect().await.map_err(|_| Down)?.to_bytes();
            Ok(Response::from_parts(parts, body))
        };
        tokio::select! {
            biased;
            () = life.cancelled() => Err(Down),
            answer = answered => answer,
        }
    }

    /// Sends a request to the AWS services, as a person's client does; `point` is its name among the faults.
    pub async fn aws(&self, point: &str, request: Request<gateway::Body>) -> Result<Response<Bytes>, Down> {
        let (doors, life) = (self.doors()?, self.faults.life());
        let answered = async {
            self.faults.meet(point, When::Before).await.map_err(|_: Fault| Down)?;
            let (parts, body) = doors.aws.answer(request).await.into_parts();
            let body = body.collect().await.map_err(|_| Down)?.to_bytes();
            self.faults.meet(point, When::After).await.map_err(|_: Fault| Down)?;
            Ok(Response::from_parts(parts, body))
        };
        tokio::select! {
            biased;
            () = life.cancelled() => Err(Down),
            answer = answered => answer,
        }
    }
}
