use crate::{Spans, Traces, Transport, TransportError, Variables};
use clock::{ManualClock, SeededRandom};
use std::sync::{Arc, Mutex};

const ID: &str = "018f2f6e-7c1a-7000-8000-0123456789ab";
const TRACE: u128 = 0x018f_2f6e_7c1a_7000_8000_0123_4567_89ab;

/// A collector that keeps what it is sent, and answers with a status.
#[derive(Debug)]
struct Collector {
    status: u16,
    got: Mutex<Vec<(String, Vec<u8>)>>,
}

#[async_trait::async_trait]
impl Transport for Collector {
    async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, TransportError> {
        let body = request.body().and_then(|body| body.as_bytes()).unwrap_or_default().to_vec();
        self.got.lock().unwrap().push((request.url().to_string(), body));
        Ok(axum::http::Response::builder().status(self.status).body(Vec::new()).unwrap().into())
    }
}

async fn one_piece_of_work(collector: &Arc<Collector>, settings: &[(&str, &str)]) {
    let own = |text: &&str| (*text).to_owned();
    let variables = Variables::new(settings.iter().map(|(name, value)| (own(name), own(value))));
    let transport: Arc<dyn Transport> = Arc::<Collector>::clone(collector);
    let spans = Spans::new(&variables, &transport).unwrap();
    let clock = Arc::new(ManualClock::at(jiff::Timestamp::UNIX_EPOCH));
    let traces = Traces::new(Arc::new(SeededRandom::new(1)), clock, spans.clone());
    traces.on(ID.parse().unwrap(), None, async {}).await;
    spans.hand_over().await;
    spans.hand_over().await;
}

#[tokio::test]
async fn finished_work_is_handed_over_once_in_the_documents_trace() {
    let collector = Arc::new(Collector { status: 200, got: Mutex::default() });
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318/"),
        ("AWS_LAMBDA_FUNCTION_NAME", "lectern-collect"),
    ];
    one_piece_of_work(&collector, &settings).await;
    let got = collector.got.lock().unwrap();
    let [(url, body)] = &got[..] else { panic!("{got:?}") };
    assert_eq!(url, "http://127.0.0.1:4318/v1/traces");
    let has = |part: &[u8]| body.windows(part.len()).any(|window| window == part);
    assert!(has(&TRACE.to_be_bytes()) && has(b"lectern-collect") && has(b"service.name"));
}

#[tokio::test]
async fn a_collector_that_takes_nothing_is_no_trouble() {
    let collector = Arc::new(Collector { status: 400, got: Mutex::default() });
    one_piece_of_work(&collector, &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")]).await;
    assert_eq!(collector.got.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_collector_nothing_is_sent() {
    let collector = Arc::new(Collector { status: 200, got: Mutex::default() });
    one_piece_of_work(&collector, &[("OTEL_EXPORTER_OTLP_ENDPOINT", "")]).await;
    assert!(collector.got.lock().unwrap().is_empty());
}
