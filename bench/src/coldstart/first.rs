//! The first event of each function: one that it answers for real, over AWS, and that changes nothing that counts.

use anyhow::bail;
use serde_json::{Value, json};

/// A document that nobody knows.
pub(super) const UNKNOWN: &str = "018f2f6e-7c1a-7000-8000-0123456789ab";

/// An event, and what its answer must have.
pub(super) type First = (Value, Value);

/// What the function in this folder is invoked with first. A teacher with this token asks the API.
pub(super) fn of(function: &str, token: &str) -> anyhow::Result<First> {
    let work = json!({ "document_id": UNKNOWN, "revision": "v1", "attempt": 1 });
    let reference = format!("{UNKNOWN}.0123456789ab.1.{}", "0".repeat(32));
    Ok(match function {
        // Each of these reads the register and does not find the document.
        "ingest" => message("uploads", &json!({ "look": UNKNOWN })),
        "transfer" => message("lesson-plans", &work),
        "normalize" => message("normalization", &work),
        "collect" => {
            let stored = json!({
                "type": "stored", "document_id": UNKNOWN, "revision": "v1", "attempt": 1,
                "reference": reference, "callback_key": "none",
            });
            message("results", &stored)
        }
        // It keeps the dead letter before it reads the register.
        "park" => message("lesson-plans-dead", &work),
        "sweep" => (json!({}), json!({ "claimed": 0 })),
        // The processor's token is fetched, and the processor knows no such job.
        "ask" => {
            let kind = "lesson_plan";
            let input = json!({
                "document_id": UNKNOWN, "revision": "v1", "kind": kind, "attempt": 1, "reference": reference,
            });
            (input, json!({ "status": "unknown" }))
        }
        "forget" => {
            let machine = json!({
                "document_id": UNKNOWN, "revision": "v1", "kind": "lesson_plan", "attempt": 1, "cycle": 1,
                "status": "deleted", "give_up_at": "2100-01-01T00:00:00Z", "everything": true,
            });
            (json!({ "step": "remove", "machine": machine }), json!({ "outcome": "done" }))
        }
        // The secrets are fetched, and nobody has signed.
        "callback" => (request("POST", "/callbacks/processor", &json!({})), json!({ "statusCode": 401 })),
        // The issuer's keys are fetched and the register's index is read.
        "api" => {
            let authorization = json!({ "authorization": format!("Bearer {token}") });
            (request("GET", "/api/documents", &authorization), json!({ "statusCode": 200 }))
        }
        _ => bail!("no first event is known for {function}; add one in bench/src/coldstart/first.rs"),
    })
}

/// One message of a queue, as its event source mapping hands it over.
fn message(queue: &str, body: &Value) -> First {
    let record = json!({
        "messageId": "00000000-0000-4000-8000-000000000002",
        "receiptHandle": "none",
        "body": body.to_string(),
        "attributes": { "ApproximateReceiveCount": "1" },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:eu-central-1:000000000000:lectern-{queue}"),
        "awsRegion": "eu-central-1",
    });
    (json!({ "Records": [record] }), json!({ "batchItemFailures": [] }))
}

/// A request as an HTTP API hands it over (payload format 2.0).
fn request(method: &str, path: &str, headers: &Value) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "api",
            "domainName": "api.execute-api.eu-central-1.amazonaws.com",
            "domainPrefix": "api",
            "http": {
                "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "bench",
            },
            "requestId": "1",
            "routeKey": "$default",
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1_767_225_600_000_u64,
        },
        "isBase64Encoded": false,
    })
}
