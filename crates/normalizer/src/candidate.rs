use crate::{Role, outline::Outline};
use std::cell::OnceCell;

/// A returned file that is about to be recognised. What several adapters ask about is found out once.
pub(crate) struct Candidate<'a> {
    pub(crate) role: Role,
    /// As announced.
    pub(crate) media_type: &'a str,
    pub(crate) bytes: &'a [u8],
    outline: OnceCell<Option<Outline<'a>>>,
}

impl<'a> Candidate<'a> {
    pub(crate) fn new(role: Role, media_type: &'a str, bytes: &'a [u8]) -> Self {
        Self { role, media_type, bytes, outline: OnceCell::new() }
    }

    /// The announced type and subtype in lower case, without parameters.
    pub(crate) fn essence(&self) -> String {
        self.media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The announced `charset` in lower case.
    pub(crate) fn charset(&self) -> Option<String> {
        self.parameter("charset")
    }

    /// A parameter of the announced media type, in lower case.
    pub(crate) fn parameter(&self, wanted: &str) -> Option<String> {
        self.media_type.split(';').skip(1).find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let is_wanted = name.trim().eq_ignore_ascii_case(wanted);
            is_wanted.then(|| value.trim().trim_matches('"').to_ascii_lowercase())
        })
    }

    /// The names in the file, if it begins as JSON.
    pub(crate) fn outline(&self) -> Option<&Outline<'a>> {
        self.outline.get_or_init(|| Outline::of(self.bytes)).as_ref()
    }

    /// Whether the file begins as JSON and has all of these names ([`Outline`]).
    pub(crate) fn json_has(&self, paths: &[&str]) -> bool {
        self.outline().is_some_and(|outline| outline.has(paths))
    }
}
