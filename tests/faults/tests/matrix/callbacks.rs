//! Callbacks as strangers and the processor send them, header by header.

use axum::body::Body;
use clock::Clock as _;
use faults::{Acknowledged, Behaviour, Handout, Simulation};
use http::Request;
use serde_json::Value;

use crate::story::{is, put};

/// A document that the processor has, and what it will call back with.
pub(crate) struct Awaited {
    pub(crate) upload: Acknowledged,
    pub(crate) reference: String,
    pub(crate) body: Vec<u8>,
}

/// Lets the processor have a lesson plan that it never calls back about by itself.
pub(crate) async fn awaited(simulation: &Simulation, number: u64) -> Awaited {
    simulation.processor.next(Behaviour::Silent);
    let upload = put(simulation, &Handout::plan(number)).await;
    let document = is(simulation, &upload, "processing").await;
    let reference = document["attempts"][0]["reference"].as_str().expect("it was sent").to_owned();
    let body = simulation.processor.callback_body(&reference).expect("the job is known");
    Awaited { upload, reference, body }
}

/// The processor's secret.
pub(crate) fn secret() -> webhook::Secret {
    webhook::Secret::parse(faults::processor::SECRET).expect("it is a secret")
}

/// Now, in seconds since 1970.
pub(crate) fn now(simulation: &Simulation) -> i64 {
    simulation.clock.now().as_second()
}

/// Sends a callback with these headers; the status of the answer.
pub(crate) async fn knock(simulation: &Simulation, headers: &[(&str, &str)], body: impl Into<Body>) -> u16 {
    let mut request = Request::post("/callbacks/processor").header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.into()).expect("the request is well-formed");
    simulation.people.send(request).await.expect("the host is there").status
}

/// Sends a callback that is signed for this id and time; the status of the answer.
pub(crate) async fn signed(simulation: &Simulation, id: &str, timestamp: i64, body: &[u8]) -> u16 {
    let signature = secret().sign(id, timestamp, body);
    let timestamp = timestamp.to_string();
    let headers = [(webhook::ID, id), (webhook::TIMESTAMP, &timestamp), (webhook::SIGNATURE, &signature)];
    knock(simulation, &headers, body.to_vec()).await
}

/// What must not change when something is refused: the register, and what lies on the queue of results.
pub(crate) async fn state(simulation: &Simulation) -> (Vec<Value>, u64) {
    (simulation.items().await, simulation.faults.passages("SQS SendMessage"))
}
