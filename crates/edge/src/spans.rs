//! Hands finished pieces of work to a collector of traces, if one is configured: by OpenTelemetry's protocol, over HTTP.

use crate::{Misconfigured, Transport, Variables};
use async_trait::async_trait;
use document::Moment;
use opentelemetry::{
    InstrumentationScope,
    trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState},
};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter as Otlp, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    trace::{SpanData, SpanEvents, SpanExporter as _, SpanLinks},
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// The setting with the collector's address, as OpenTelemetry calls it.
const SETTING: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// Pieces of work that are kept until they are handed over: a batch has ten, a sweep some hundreds.
const SPANS_MAX: usize = 1024;
/// How long handing over may take: it is waited for before an invocation ends, and matters less than what comes next.
const HAND_OVER_TIME: Duration = Duration::from_secs(2);
/// The longest answer of a collector that is read, in bytes: it says how many spans it did not take.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// A finished piece of work on a document.
pub(crate) struct Span {
    pub(crate) trace_id: u128,
    pub(crate) id: u64,
    pub(crate) parent_id: Option<u64>,
    pub(crate) begun: Moment,
    pub(crate) ended: Moment,
}

/// Where finished pieces of work go; by default nowhere.
#[derive(Clone, Debug, Default)]
pub struct Spans(Option<Arc<Collector>>);

#[derive(Debug)]
struct Collector {
    name: String,
    // One batch is handed over after the other.
    otlp: tokio::sync::Mutex<Otlp>,
    finished: Mutex<Vec<SpanData>>,
}

impl Spans {
    /// To the collector that the settings name, if they name one.
    pub fn new(variables: &Variables, transport: &Arc<dyn Transport>) -> Result<Self, Misconfigured> {
        let Some(endpoint) = variables.optional(SETTING) else { return Ok(Self::default()) };
        transport.prepare();
        let name = variables.optional("AWS_LAMBDA_FUNCTION_NAME").unwrap_or("lectern").to_owned();
        let otlp = Otlp::builder()
            .with_http()
            .with_http_client(Through(Arc::clone(transport)))
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .with_timeout(HAND_OVER_TIME)
            .build();
        let mut otlp = otlp.map_err(|_| Misconfigured::Malformed {
            name: SETTING.to_owned(),
            value: endpoint.to_owned(),
            expected: "the address of a collector of traces",
        })?;
        otlp.set_resource(&Resource::builder_empty().with_service_name(name.clone()).build());
        let (otlp, finished) = (tokio::sync::Mutex::new(otlp), Mutex::default());
        Ok(Self(Some(Arc::new(Collector { name, otlp, finished }))))
    }

    pub(crate) fn finished(&self, span: &Span) {
        let Some(collector) = &self.0 else { return };
        let mut finished = collector.finished.lock().unwrap_or_else(PoisonError::into_inner);
        if finished.len() < SPANS_MAX {
            finished.push(collector.data(span));
        }
    }

    /// Hands over what was finished since. What cannot be handed over is lost: nothing waits for it.
    pub async fn hand_over(&self) {
        let Some(collector) = &self.0 else { return };
        let finished =
            std::mem::take(&mut *collector.finished.lock().unwrap_or_else(PoisonError::into_inner));
        if finished.is_empty() {
            return;
        }
        let spans = finished.len();
        let handing = async { collector.otlp.lock().await.export(finished).await };
        match tokio::time::timeout(HAND_OVER_TIME, handing).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, spans, "the collector of traces took nothing"),
            Err(_) => tracing::warn!(spans, "the collector of traces was too slow"),
        }
    }
}

impl Collector {
    fn data(&self, span: &Span) -> SpanData {
        let context = SpanContext::new(
            TraceId::from(span.trace_id),
            SpanId::from(span.id),
            TraceFlags::SAMPLED,
            false,
            TraceState::default(),
        );
        SpanData {
            span_context: context,
            parent_span_id: SpanId::from(span.parent_id.unwrap_or_default()),
            parent_span_is_remote: span.parent_id.is_some(),
            span_kind: SpanKind::Consumer,
            name: self.name.clone().into(),
            start_time: span.begun.timestamp().into(),
            end_time: span.ended.timestamp().into(),
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: InstrumentationScope::builder("lectern").build(),
        }
    }
}

/// The runtime's own way to the world.
#[derive(Debug)]
struct Through(Arc<dyn Transport>);

#[async_trait]
impl HttpClient for Through {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let mut answer = self.0.send(request.try_into()?).await?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > ANSWER_BYTES_MAX {
                return Err("the collector's answer is too long".into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response::builder().status(answer.status()).body(body.into())?)
    }
}
