use super::{Host, Processor, Stage};
use serde_json::Value;
use std::sync::LazyLock;

/// Where another implementation of AWS runs the template, as JSON: the addresses `api`, `aws`, `issuer` and `processor`.
/// `tests/referee/run` sets it.
const VARIABLE: &str = "LECTERN_REFEREE";

static STAGE: LazyLock<Option<Stage>> = LazyLock::new(|| {
    let addresses: Value = serde_json::from_str(&std::env::var(VARIABLE).ok()?).unwrap();
    let [api, aws, issuer, processor] =
        ["api", "aws", "issuer", "processor"].map(|name| addresses[name].as_str().unwrap());
    let host: &Host = Box::leak(Box::new(Host::at(api, aws, issuer)));
    Some(Stage { host, processor: Processor::at(processor) })
});

/// The host and the processor of the referee, if it is the one under test.
pub(crate) fn referee() -> Option<&'static Stage> {
    STAGE.as_ref()
}
