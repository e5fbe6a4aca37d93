use clock::{Clock, Random};
use jiff::Timestamp;
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

/// A secret as it is declared.
#[derive(Clone)]
pub struct SecretSpec {
    /// What people call it.
    pub name: String,
    /// What policies and functions call it.
    pub arn: String,
    /// The secret itself.
    pub text: String,
}

impl fmt::Debug for SecretSpec {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("SecretSpec").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The current version of a secret.
#[derive(Clone)]
pub(crate) struct Version {
    pub(crate) spec: SecretSpec,
    pub(crate) id: String,
    pub(crate) created: Timestamp,
}

/// The secrets of one machine. Cheap to clone.
#[derive(Clone)]
pub struct Secrets {
    versions: Arc<RwLock<BTreeMap<String, Version>>>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Secrets").finish_non_exhaustive()
    }
}

impl Secrets {
    /// Without any secret.
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { versions: Arc::default(), clock, random }
    }

    /// Makes the secret, or gives it a new current version if its text is another.
    pub fn put(&self, spec: SecretSpec) {
        let mut versions = self.versions.write().unwrap_or_else(PoisonError::into_inner);
        if versions.get(&spec.arn).is_some_and(|current| current.spec.text == spec.text) {
            return;
        }
        let (id, created) = (self.version_id(), self.clock.now());
        versions.insert(spec.arn.clone(), Version { spec, id, created });
    }

    /// By ARN or name.
    pub(crate) fn find(&self, id: &str) -> Option<Version> {
        let versions = self.versions.read().unwrap_or_else(PoisonError::into_inner);
        let by_name = || versions.values().find(|version| version.spec.name == id);
        versions.get(id).or_else(by_name).cloned()
    }

    /// In the form of a UUID, as AWS's are.
    fn version_id(&self) -> String {
        let mut bytes = [0; 16];
        self.random.fill(&mut bytes);
        let number = u128::from_be_bytes(bytes);
        let hex = format!("{number:032x}");
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }
}
