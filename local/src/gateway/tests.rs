use super::{
    Body, BoxFuture, Counters, Gateway, JsonService, S3Service, Services,
    json::{DYNAMODB_BODY_BYTES_MAX, SQS_BODY_BYTES_MAX, whole},
    json_service, serve,
};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use std::sync::Arc;
use tokio::{net::TcpListener, sync::oneshot};

/// A service that answers with its name and the length of what it was given.
fn named(name: &'static str) -> JsonService {
    json_service(name, |name, request| async move {
        Response::new(Bytes::from(format!("{name} {}", request.body().len())))
    })
}

/// An S3 that answers with what it was given, as a stream, and with the host it was asked by.
fn echoing_s3() -> S3Service {
    Arc::new(|request: Request<Body>| -> BoxFuture<Response<Body>> {
        Box::pin(async move {
            let mut response = Response::builder();
            if let Some(host) = request.headers().get("host") {
                response = response.header("x-asked-by", host);
            }
            response.body(request.into_body()).expect("the header is allowed")
        })
    })
}

pub(super) fn gateway() -> Gateway {
    Gateway::new(Services {
        s3: echoing_s3(),
        sqs: named("sqs"),
        dynamodb: named("dynamodb"),
        states: named("states"),
        counters: Counters::default(),
    })
}

async fn ask(gateway: &Gateway, target: Option<&str>, body: Bytes) -> (u16, String) {
    let request = Request::post("/");
    let request = if let Some(target) = target { request.header("x-amz-target", target) } else { request };
    let answer = gateway.answer(request.body(whole(body)).unwrap()).await;
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn each_request_goes_to_the_service_that_its_target_names() {
    let gateway = gateway();
    for (target, expected) in [
        (Some("AmazonSQS.SendMessage"), "sqs 3"),
        (Some("DynamoDB_20120810.GetItem"), "dynamodb 3"),
        (Some("AWSStepFunctions.StartExecution"), "states 3"),
        (None, "abc"),
    ] {
        assert_eq!(ask(&gateway, target, Bytes::from("abc")).await, (200, expected.to_owned()), "{target:?}");
    }
    for target in ["AWSSecurityTokenService.GetCallerIdentity", "AmazonSQS", ""] {
        let (status, body) = ask(&gateway, Some(target), Bytes::new()).await;
        assert_eq!(status, 400);
        assert!(body.contains("UnknownOperationException"), "{target}: {body}");
    }
}

#[tokio::test]
async fn a_body_over_the_services_limit_is_refused() {
    let gateway = gateway();
    let sqs = Some("AmazonSQS.SendMessage");
    let (status, body) = ask(&gateway, sqs, Bytes::from(vec![b'x'; SQS_BODY_BYTES_MAX])).await;
    assert_eq!((status, body), (200, format!("sqs {SQS_BODY_BYTES_MAX}")));
    assert_eq!(ask(&gateway, sqs, Bytes::from(vec![b'x'; SQS_BODY_BYTES_MAX + 1])).await.0, 413);
    let dynamodb = Some("DynamoDB_20120810.PutItem");
    assert_eq!(ask(&gateway, dynamodb, Bytes::from(vec![b'x'; DYNAMODB_BODY_BYTES_MAX])).await.0, 200);
    assert_eq!(ask(&gateway, dynamodb, Bytes::from(vec![b'x'; DYNAMODB_BODY_BYTES_MAX + 1])).await.0, 413);
}

#[tokio::test]
async fn the_port_serves_the_same_until_it_is_stopped() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(serve(listener, gateway(), async {
        let _ = stopped.await;
    }));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://{address}/bucket/key%20with%2Bsigns");
    let sent =
        client.post(&url).header("x-amz-target", "AmazonSQS.SendMessage").body("plan").send().await.unwrap();
    assert_eq!(sent.text().await.unwrap(), "sqs 4");
    let large = "x".repeat(3 << 20);
    let put = client.put(&url).body(large.clone()).send().await.unwrap();
    assert_eq!(put.headers()["x-asked-by"], address.to_string().as_str());
    assert_eq!(put.text().await.unwrap(), large);
    let counted = client.get(format!("http://{address}/_lectern/counters")).send().await.unwrap();
    let counted: serde_json::Value = serde_json::from_str(&counted.text().await.unwrap()).unwrap();
    assert_eq!(counted["calls"]["S3"], serde_json::json!({ "PutObject": 1 }));
    assert_eq!(counted["calls"]["SQS"], serde_json::json!({ "SendMessage": 1 }));
    stop.send(()).unwrap();
    server.await.unwrap();
    assert!(client.get(&url).send().await.is_err());
}
