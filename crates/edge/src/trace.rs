//! The trace of a document, from its upload to its end: every line of work on it carries its id, and every message and
//! machine carries on whose work it follows from (W3C Trace Context).
//!
//! A trace is called by the document's own id, which has 16 bytes as a trace id has. So what joins the way later, such as
//! a callback or an announcement of S3, joins the same trace although nobody handed it on.

use crate::{Clock, Random, Spans, created, spans::Span};
use document::{DocumentId, Place, Reference};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tracing::Instrument as _;

tokio::task_local! {
    static CURRENT: Step;
}

/// One piece of work on one document.
#[derive(Clone, Copy, Debug)]
struct Step {
    document_id: DocumentId,
    span_id: u64,
}

/// Begins pieces of work on documents.
#[derive(Clone, Debug)]
pub struct Traces {
    random: Arc<dyn Random>,
    clock: Arc<dyn Clock>,
    spans: Spans,
}

impl Traces {
    /// Pieces of work are named at random, timed by the clock and told of to `spans`.
    pub fn new(random: Arc<dyn Random>, clock: Arc<dyn Clock>, spans: Spans) -> Self {
        Self { random, clock, spans }
    }

    /// Does a piece of work on a document, in the trace of that document. `follows` is the `traceparent` of the message or
    /// the machine that asked for it.
    ///
    /// Work inside of work on the same document is a part of it, not a piece of its own.
    pub async fn on<T>(&self, id: DocumentId, follows: Option<&str>, work: impl Future<Output = T>) -> T {
        // It is awaited in two places, and large.
        let work = Box::pin(work);
        if CURRENT.try_with(|step| step.document_id == id).unwrap_or(false) {
            return work.await;
        }
        let step = Step { document_id: id, span_id: self.span_id() };
        let span_id = hex(step.span_id);
        let parent_id = follows.and_then(|follows| parent(follows, id));
        let span = tracing::info_span!("document", document_id = %id, span_id, parent_id);
        let begun = self.clock.now().into();
        let done = CURRENT.scope(step, work).instrument(span).await;
        let ended = self.clock.now().into();
        let parent_id = parent_id.and_then(|parent| u64::from_str_radix(parent, 16).ok());
        let trace_id = u128::from_str_radix(&trace_id(id), 16).unwrap_or_default();
        self.spans.finished(&Span { trace_id, id: step.span_id, parent_id, begun, ended });
        done
    }

    fn span_id(&self) -> u64 {
        let mut bytes = [0; 8];
        self.random.fill(&mut bytes);
        // Zero is not a span's id.
        u64::from_be_bytes(bytes).max(1)
    }
}

/// The `traceparent` of what follows from the work under way, if it is work on a document.
pub fn traceparent() -> Option<String> {
    let of = |step: &Step| format!("00-{}-{}-01", trace_id(step.document_id), hex(step.span_id));
    CURRENT.try_with(of).ok()
}

/// What is sent, with the trace that it belongs to.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Traced<'a, T> {
    #[serde(flatten)]
    what: &'a T,
    #[serde(skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
}

impl<'a, T> Traced<'a, T> {
    pub(crate) fn by_work_under_way(what: &'a T) -> Self {
        Self { what, traceparent: traceparent() }
    }
}

/// What the body of a message says about the work that it asks for, whichever queue it is on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) document_id: Option<DocumentId>,
    pub(crate) traceparent: Option<String>,
}

/// The parts of messages that name a document, and how this one was come to.
#[derive(Default, Deserialize)]
struct Envelope {
    document_id: Option<DocumentId>,
    look: Option<DocumentId>,
    /// A callback's own body.
    body: Option<String>,
    traceparent: Option<String>,
}

#[derive(Deserialize)]
struct CallbackBody {
    data: CallbackData,
}

#[derive(Deserialize)]
struct CallbackData {
    reference: String,
}

impl Subject {
    /// Reads it; of a body that makes no sense, nothing.
    pub(crate) fn of(body: &str) -> Self {
        let Ok(envelope) = serde_json::from_str::<Envelope>(body) else { return Self::default() };
        let named = envelope.document_id.or(envelope.look);
        let called = || envelope.body.as_deref().and_then(of_callback);
        let announced =
            || created(body).ok()?.first().and_then(|object| of_object(&object.bucket, &object.key));
        let document_id = named.or_else(called).or_else(announced);
        Self { document_id, traceparent: envelope.traceparent }
    }
}

fn of_callback(body: &str) -> Option<DocumentId> {
    let callback: CallbackBody = serde_json::from_str(body).ok()?;
    Some(callback.data.reference.parse::<Reference>().ok()?.document_id)
}

fn of_object(bucket: &str, key: &str) -> Option<DocumentId> {
    match Place::of(key) {
        Place::Upload { document_id, .. } => Some(document_id),
        Place::Inbox { .. } => Some(DocumentId::of_object(bucket, key)),
        Place::Folder | Place::Unknown => None,
    }
}

/// The span of a `traceparent`, if it is well-formed and of this document's trace.
fn parent(traceparent: &str, id: DocumentId) -> Option<&str> {
    let mut parts = traceparent.split('-');
    let (version, trace, span) = (parts.next()?, parts.next()?, parts.next()?);
    let is_hex = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let known = version.len() == 2 && is_hex(version) && version != "ff";
    (known && trace == trace_id(id) && span.len() == 16 && is_hex(span) && span != hex(0)).then_some(span)
}

fn trace_id(id: DocumentId) -> String {
    id.to_string().replace('-', "")
}

fn hex(span_id: u64) -> String {
    format!("{span_id:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notification::tests::body;
    use clock::{ManualClock, SeededRandom};

    const ID: &str = "018f2f6e-7c1a-7000-8000-0123456789ab";
    const TRACE: &str = "018f2f6e7c1a700080000123456789ab";

    #[derive(Serialize)]
    struct Message {
        number: u32,
    }

    fn id() -> DocumentId {
        ID.parse().unwrap()
    }

    #[tokio::test]
    async fn what_follows_from_work_on_a_document_is_in_its_trace() {
        let traces = Traces::new(
            Arc::new(SeededRandom::new(1)),
            Arc::new(ManualClock::at(jiff::Timestamp::UNIX_EPOCH)),
            Spans::default(),
        );
        assert_eq!(traceparent(), None);
        let (first, inner, other) = traces
            .on(id(), None, async {
                let first = traceparent().unwrap();
                let inner = traces.on(id(), None, async { traceparent().unwrap() }).await;
                let other: DocumentId = ID.replace("ab", "ac").parse().unwrap();
                let other = traces.on(other, None, async { traceparent().unwrap() }).await;
                (first, inner, other)
            })
            .await;
        assert!(first.starts_with(&format!("00-{TRACE}-")) && first.ends_with("-01"), "{first}");
        assert_eq!(first, inner);
        assert!(!other.contains(TRACE), "{other}");
        assert!(parent(&first, id()).is_some());
        let carried = traces.on(id(), Some(&first), async {
            serde_json::to_value(Traced::by_work_under_way(&Message { number: 1 })).unwrap()
        });
        let carried = carried.await;
        let next = carried["traceparent"].as_str().unwrap();
        assert_eq!(carried["number"], 1);
        assert!(parent(next, id()).is_some_and(|span| Some(span) != parent(&first, id())), "{next}");
    }

    #[test]
    fn a_traceparent_counts_only_if_it_is_well_formed_and_of_this_document() {
        let check = |text: &str, expect: Option<&str>| assert_eq!(parent(text, id()), expect, "{text}");
        check(&format!("00-{TRACE}-00f067aa0ba902b7-01"), Some("00f067aa0ba902b7"));
        check(&format!("01-{TRACE}-00f067aa0ba902b7-01-later"), Some("00f067aa0ba902b7"));
        for broken in [
            String::new(),
            "00".to_owned(),
            format!("ff-{TRACE}-00f067aa0ba902b7-01"),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("00-{TRACE}-00F067AA0BA902B7-01"),
            format!("00-{TRACE}-00f067aa0ba902-01"),
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned(),
        ] {
            check(&broken, None);
        }
    }

    #[test]
    fn every_message_says_which_document_it_is_about() {
        let check = |body: &str, expect: Option<DocumentId>| {
            assert_eq!(Subject::of(body).document_id, expect, "{body}");
        };
        let callback = format!(r#"{{"data":{{"reference":"{ID}.0123456789ab.1.{}"}}}}"#, "0".repeat(32));
        let received = serde_json::json!({ "type": "received", "webhook_id": "w", "body": callback });
        check(&format!(r#"{{"document_id":"{ID}","revision":"v","attempt":1}}"#), Some(id()));
        check(&format!(r#"{{"look":"{ID}"}}"#), Some(id()));
        check(&received.to_string(), Some(id()));
        let announced = |key: &str| body("ObjectCreated:Put", key);
        check(&announced(&format!("uploads/{ID}/plan.md")), Some(id()));
        let inbox = "inbox/school-1/plan.md";
        check(&announced(inbox), Some(DocumentId::of_object("b", inbox)));
        for nothing in ["", "{}", "[]", "null", r#"{"document_id":"x"}"#, r#"{"body":"{"}"#] {
            check(nothing, None);
        }
    }
}
