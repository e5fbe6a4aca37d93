//! AWS JSON 1.0, as the SDKs speak it to Step Functions.

mod dispatch;
mod requests;
mod responses;

use crate::{StateMachines, StatesError};
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use requests::Fields;
use serde_json::{Value, json};

/// What `X-Amz-Target` begins with.
const TARGET: &str = "AWSStepFunctions.";

const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

impl StateMachines {
    /// Answers a request of the Step Functions API. Signatures are not looked at.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        let operation = target.and_then(|target| target.strip_prefix(TARGET)).unwrap_or_default().to_owned();
        match self.dispatch(&operation, request.body()).await {
            Ok(body) => self.respond(StatusCode::OK, &body),
            Err(error) => self.refuse(&error),
        }
    }

    fn refuse(&self, error: &StatesError) -> Response<Bytes> {
        let status = match error {
            StatesError::Store(store) => {
                tracing::error!(%error, cause = ?std::error::Error::source(store), "a request could not be answered");
                StatusCode::INTERNAL_SERVER_ERROR
            }
            _ => StatusCode::BAD_REQUEST,
        };
        self.respond(status, &json!({"__type": error.code(), "message": error.to_string()}))
    }

    fn respond(&self, status: StatusCode, body: &Value) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(body.to_string()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(CONTENT_TYPE));
        if let Ok(id) = self.fresh_uuid().parse() {
            headers.insert("x-amzn-requestid", id);
        }
        response
    }
}
