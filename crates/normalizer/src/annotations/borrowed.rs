use serde::Deserialize;
use std::{borrow::Cow, ops::Deref};

/// A string of a vendor's file: a piece of the file itself, unless it has escapes. Serde borrows it inside an `Option` too.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub(super) struct Borrowed<'a>(#[serde(borrow)] Cow<'a, str>);

impl Borrowed<'_> {
    pub(super) fn into_owned(self) -> String {
        self.0.into_owned()
    }
}

impl Deref for Borrowed<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}
