use crate::{Role, json};
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// A returned file that is about to be recognised. What several adapters ask about is found out once.
pub(crate) struct Candidate<'a> {
    pub(crate) role: Role,
    /// As announced.
    pub(crate) media_type: &'a str,
    pub(crate) bytes: &'a [u8],
    keys: OnceCell<Option<BTreeSet<String>>>,
}

impl<'a> Candidate<'a> {
    pub(crate) fn new(role: Role, media_type: &'a str, bytes: &'a [u8]) -> Self {
        Self { role, media_type, bytes, keys: OnceCell::new() }
    }

    /// The announced type and subtype in lower case, without parameters.
    pub(crate) fn essence(&self) -> String {
        self.media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The announced `charset` in lower case.
    pub(crate) fn charset(&self) -> Option<String> {
        self.media_type.split(';').skip(1).find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let is_charset = name.trim().eq_ignore_ascii_case("charset");
            is_charset.then(|| value.trim().trim_matches('"').to_ascii_lowercase())
        })
    }

    /// The names in the file's top-level JSON object, if it is one from beginning to end.
    pub(crate) fn json_keys(&self) -> Option<&BTreeSet<String>> {
        self.keys.get_or_init(|| json::top_level_keys(self.bytes)).as_ref()
    }

    pub(crate) fn json_has(&self, keys: &[&str]) -> bool {
        self.json_keys().is_some_and(|found| keys.iter().all(|key| found.contains(*key)))
    }
}
