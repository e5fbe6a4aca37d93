use super::{
    Body, BoxFuture, Counters, Gateway, JsonService, S3Service, Services,
    bounds::{
        Bounds, DYNAMODB_BODY_BYTES_MAX, SECRETS_BODY_BYTES_MAX, SQS_BODY_BYTES_MAX, STATES_BODY_BYTES_MAX,
    },
    json::whole,
    json_service, serve,
    serve::serve_within,
};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

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
        secrets: named("secrets"),
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
        (Some("secretsmanager.GetSecretValue"), "secrets 3"),
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
    let machines = Some("AWSStepFunctions.StartExecution");
    assert_eq!(ask(&gateway, machines, Bytes::from(vec![b'x'; STATES_BODY_BYTES_MAX])).await.0, 200);
    assert_eq!(ask(&gateway, machines, Bytes::from(vec![b'x'; STATES_BODY_BYTES_MAX + 1])).await.0, 413);
    let secrets = Some("secretsmanager.GetSecretValue");
    assert_eq!(ask(&gateway, secrets, Bytes::from(vec![b'x'; SECRETS_BODY_BYTES_MAX])).await.0, 200);
    assert_eq!(ask(&gateway, secrets, Bytes::from(vec![b'x'; SECRETS_BODY_BYTES_MAX + 1])).await.0, 413);
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

/// A port with bounds of its own, open as long as the test runs; its address.
async fn port(bounds: Bounds) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve_within(bounds, listener, gateway(), std::future::pending()));
    address.to_string()
}

/// Sends `request` and gives what comes back until the other side closes, or until the head of an answer is there.
async fn exchange(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut chunk).await {
            Ok(read) if read > 0 => answer.extend_from_slice(&chunk[..read]),
            // Closed, or reset.
            _ => break,
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

const POLITE: &str = "GET /bucket/key HTTP/1.1\r\nhost: x\r\n\r\n";

#[tokio::test]
async fn connections_beyond_the_bound_are_told_so_and_then_hung_up_on() {
    let address = port(Bounds { connections_max: 2, refused_connections_max: 1, ..Bounds::default() }).await;
    let mut served = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        assert!(exchange(&mut stream, POLITE).await.starts_with("HTTP/1.1 200"));
        served.push(stream);
    }
    let mut refused = TcpStream::connect(&address).await.unwrap();
    let mut hung_up = TcpStream::connect(&address).await.unwrap();
    assert_eq!(exchange(&mut hung_up, POLITE).await, "");
    let told = exchange(&mut refused, POLITE).await;
    assert!(told.starts_with("HTTP/1.1 503") && told.contains("retry-after: 1"), "{told}");
    // Those that are served go on being served, and a place that is given up is there for the next.
    assert!(exchange(&mut served[0], POLITE).await.starts_with("HTTP/1.1 200"));
    drop((served, refused));
    let next = async {
        loop {
            let mut stream = TcpStream::connect(&address).await.unwrap();
            if exchange(&mut stream, POLITE).await.starts_with("HTTP/1.1 200") {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_mins(1), next).await.expect("the places are free again");
}

#[tokio::test]
async fn requests_beyond_the_bound_are_told_so_in_the_words_of_their_service() {
    let address = port(Bounds { requests_max: 0, ..Bounds::default() }).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for (target, status, code) in [
        (None, 503, "SlowDown"),
        (Some("AmazonSQS.SendMessage"), 403, "RequestThrottled"),
        (Some("DynamoDB_20120810.GetItem"), 400, "ThrottlingException"),
        (Some("AWSStepFunctions.StartExecution"), 400, "ThrottlingException"),
        (Some("secretsmanager.GetSecretValue"), 400, "ThrottlingException"),
    ] {
        let request = client.post(format!("http://{address}/"));
        let request =
            if let Some(target) = target { request.header("x-amz-target", target) } else { request };
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()["retry-after"], "1");
        assert!(answer.text().await.unwrap().contains(code));
    }
    let one = port(Bounds { requests_max: 1, ..Bounds::default() }).await;
    assert_eq!(client.get(format!("http://{one}/b/k")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_header_of_a_request_has_its_bounds() {
    let bounds = Bounds::default();
    let address = port(bounds).await;
    let ask = async |fields: usize, bytes: usize| {
        // Host is a field too.
        let fields = "x-field: y\r\n".repeat(fields - 1);
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let padding = "p".repeat(bytes);
        exchange(&mut stream, &format!("GET /b/k HTTP/1.1\r\nhost: {padding}\r\n{fields}\r\n")).await
    };
    for fields in [bounds.headers_max - 1, bounds.headers_max] {
        assert!(ask(fields, 0).await.starts_with("HTTP/1.1 200"), "{fields}");
    }
    assert!(ask(bounds.headers_max + 1, 0).await.starts_with("HTTP/1.1 431"));
    assert!(ask(1, bounds.header_bytes_max / 2).await.starts_with("HTTP/1.1 200"));
    let long = ask(1, bounds.header_bytes_max + 1).await;
    assert!(!long.starts_with("HTTP/1.1 200"), "{long}");
}

#[tokio::test]
async fn who_begins_a_request_has_to_go_on_with_it() {
    let brief = Duration::from_millis(50);
    let address = port(Bounds { header_time_max: brief, body_pause_max: brief, ..Bounds::default() }).await;
    // The header never ends, and the connection is closed.
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let cut_off = exchange(&mut stream, "GET /b/k HTTP/1.1\r\nhost: x\r\n").await;
    assert!(!cut_off.starts_with("HTTP/1.1 200"), "{cut_off}");
    // The body never ends, and the request is answered.
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let head = "POST / HTTP/1.1\r\nhost: x\r\nx-amz-target: AmazonSQS.SendMessage\r\ncontent-length: 10\r\n\r\nfive!";
    let stalled = exchange(&mut stream, head).await;
    assert!(stalled.starts_with("HTTP/1.1 400"), "{stalled}");
}
