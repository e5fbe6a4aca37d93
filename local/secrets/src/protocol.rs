//! AWS JSON 1.1, as far as it is spoken here.

use crate::{Secrets, secrets::Version};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE};
use serde::Deserialize;
use serde_json::{Value, json};

const TARGET_PREFIX: &str = "secretsmanager.";
const MEDIA_TYPE: &str = "application/x-amz-json-1.1";
/// The one stage that a version has here: no older one is kept.
const CURRENT: &str = "AWSCURRENT";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetSecretValue {
    secret_id: String,
    version_id: Option<String>,
    version_stage: Option<String>,
}

/// A refusal in AWS's words.
struct Refusal {
    kind: &'static str,
    message: String,
}

impl Secrets {
    /// Answers one request. Signatures are not checked: whoever reaches the port may read the secrets of this machine.
    #[expect(clippy::unused_async, reason = "services are asked alike, and others wait for a disk")]
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        let operation = target.and_then(|target| target.strip_prefix(TARGET_PREFIX)).unwrap_or_default();
        let outcome = match operation {
            "GetSecretValue" => self.get_secret_value(request.body()),
            _ => Err(Refusal { kind: "UnknownOperationException", message: String::new() }),
        };
        let (status, body) = match outcome {
            Ok(body) => (StatusCode::OK, body),
            Err(Refusal { kind, message }) => {
                (StatusCode::BAD_REQUEST, json!({ "__type": kind, "Message": message }))
            }
        };
        let mut answer = Response::new(Bytes::from(body.to_string()));
        *answer.status_mut() = status;
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        answer
    }

    fn get_secret_value(&self, body: &[u8]) -> Result<Value, Refusal> {
        let asked: GetSecretValue = serde_json::from_slice(body)
            .map_err(|error| Refusal { kind: "SerializationException", message: error.to_string() })?;
        let not_found = |what: &str| Refusal {
            kind: "ResourceNotFoundException",
            message: format!("Secrets Manager can't find the specified {what}"),
        };
        let Version { spec, id, created } =
            self.find(&asked.secret_id).ok_or_else(|| not_found("secret."))?;
        if let Some(stage) = asked.version_stage.filter(|stage| stage != CURRENT) {
            return Err(not_found(&format!("secret value for staging label: {stage}")));
        }
        if let Some(version) = asked.version_id.filter(|version| *version != id) {
            return Err(not_found(&format!("secret value for VersionId: {version}")));
        }
        Ok(json!({
            "ARN": spec.arn,
            "Name": spec.name,
            "VersionId": id,
            "SecretString": spec.text,
            "VersionStages": [CURRENT],
            "CreatedDate": created.as_second(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SecretSpec;
    use clock::{ManualClock, SeededRandom};
    use std::sync::Arc;

    const ARN: &str = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:key-000000";

    fn secrets() -> Secrets {
        let clock = Arc::new(ManualClock::at(jiff::Timestamp::UNIX_EPOCH));
        Secrets::new(clock, Arc::new(SeededRandom::new(1)))
    }

    fn spec(text: &str) -> SecretSpec {
        SecretSpec { name: "key".to_owned(), arn: ARN.to_owned(), text: text.to_owned() }
    }

    async fn ask(secrets: &Secrets, operation: &str, body: Value) -> (u16, Value) {
        let request = Request::post("/").header("x-amz-target", format!("secretsmanager.{operation}"));
        let answer = secrets.handle(request.body(body.to_string().into()).unwrap()).await;
        (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap())
    }

    #[tokio::test]
    async fn a_secret_is_read_by_its_arn_and_by_its_name() {
        let secrets = secrets();
        secrets.put(spec("open sesame"));
        for id in [ARN, "key"] {
            let (status, answer) = ask(&secrets, "GetSecretValue", json!({ "SecretId": id })).await;
            assert_eq!((status, &answer["SecretString"]), (200, &json!("open sesame")), "{answer}");
            assert_eq!((&answer["ARN"], &answer["Name"]), (&json!(ARN), &json!("key")));
        }
        assert!(!format!("{:?} {secrets:?}", spec("open sesame")).contains("sesame"));
    }

    #[tokio::test]
    async fn a_new_text_is_a_new_version_and_the_same_one_is_not() {
        let secrets = secrets();
        let version = async |text: &str| {
            secrets.put(spec(text));
            let (_, answer) = ask(&secrets, "GetSecretValue", json!({ "SecretId": ARN })).await;
            assert_eq!(answer["SecretString"], text);
            answer["VersionId"].as_str().unwrap().to_owned()
        };
        let first = version("one").await;
        assert_eq!(version("one").await, first);
        let second = version("two").await;
        assert_ne!(second, first);
        let old = json!({ "SecretId": ARN, "VersionId": first });
        assert_eq!(ask(&secrets, "GetSecretValue", old).await.0, 400);
    }

    #[tokio::test]
    async fn what_is_not_there_is_refused_in_the_words_of_aws() {
        let secrets = secrets();
        secrets.put(spec("text"));
        for (operation, body, kind) in [
            ("GetSecretValue", json!({ "SecretId": "other" }), "ResourceNotFoundException"),
            (
                "GetSecretValue",
                json!({ "SecretId": ARN, "VersionStage": "AWSPREVIOUS" }),
                "ResourceNotFoundException",
            ),
            ("GetSecretValue", json!({}), "SerializationException"),
            ("DeleteSecret", json!({ "SecretId": ARN }), "UnknownOperationException"),
        ] {
            let (status, answer) = ask(&secrets, operation, body).await;
            assert_eq!((status, &answer["__type"]), (400, &json!(kind)), "{operation}");
        }
    }
}
