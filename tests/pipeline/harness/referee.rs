use super::{Host, Processor, Stage};
use serde_json::Value;
use std::sync::OnceLock;

static STAGE: OnceLock<Stage> = OnceLock::new();

/// From now on the hosts under test are another implementation of AWS on which the template was deployed, found at these
/// addresses, with durations divided by a scale: JSON with `api`, `aws`, `issuer`, `processor` and `scale`.
pub(crate) fn appoint(addresses: &str) {
    let addresses: Value = serde_json::from_str(addresses).unwrap();
    let [api, aws, issuer, processor] =
        ["api", "aws", "issuer", "processor"].map(|name| addresses[name].as_str().unwrap());
    let host = Box::leak(Box::new(Host::at(api, aws, issuer)));
    let scale = u32::try_from(addresses["scale"].as_u64().unwrap()).unwrap();
    STAGE.get_or_init(|| Stage { host, processor: Processor::at(processor), scale });
}

/// The host and the processor of the referee, if there is one.
pub(crate) fn referee() -> Option<&'static Stage> {
    STAGE.get()
}
