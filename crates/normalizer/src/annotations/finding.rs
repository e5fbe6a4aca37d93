use crate::{
    NormalizeError, Role,
    candidate::Candidate,
    limits::{CONTEXT_CLAIMED_BYTES_MAX, SUGGESTIONS_KEPT_MAX},
    offsets::Unit,
    schema::{Repair, Severity},
};
use std::{collections::HashSet, fmt, ops::Range, sync::Arc};

/// What a vendor found, in its own unit and its own text.
#[derive(Debug)]
pub(crate) struct Findings {
    pub(crate) unit: Unit,
    /// The language that the vendor took the text for.
    pub(crate) language: Option<String>,
    /// The text that the offsets count, where the file brings its own: for another text its quotes alone hold.
    pub(crate) text: Option<Arc<String>>,
    pub(crate) all: FindingList,
    /// What was not taken over as it came.
    pub(crate) repairs: Vec<Repair>,
}

impl Findings {
    /// The findings for a text that counts as `source` and brought findings of its `own`: what both say is said once, and
    /// offsets into another text are dropped.
    pub(crate) fn fitted(mut self, own: &[Box<Finding>], source: &str) -> Self {
        let Some(counted) = self.text.take() else { return self };
        if *counted == source {
            let said: HashSet<_> = own.iter().map(|finding| finding.said()).collect();
            self.all.retain(|finding| !said.contains(&finding.said()));
        } else {
            self.all.iter_mut().for_each(|finding| finding.span = None);
        }
        self
    }
}

/// Each finding by itself: a list that grows holds what is in it three times for a moment, and findings are large.
pub(crate) type FindingList = Vec<Box<Finding>>;

/// One finding, before it is anchored.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) place: Place,
    /// Start and end in the vendor's unit; without one, the claim alone says where.
    pub(crate) span: Option<(i64, i64)>,
    /// What the vendor says stands there.
    pub(crate) claim: Option<Claim>,
    pub(crate) severity: Severity,
    pub(crate) category: String,
    pub(crate) rule: Option<String>,
    pub(crate) message: String,
    pub(crate) suggestions: Vec<String>,
}

impl Finding {
    fn said(&self) -> (Option<(i64, i64)>, &str, &str) {
        (self.span, &self.category, &self.message)
    }
}

/// The vendor's path of a finding, for errors and repairs. It is written out for the few that need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// What the file is for.
    pub(crate) role: Role,
    /// The path of the list that it is in.
    pub(crate) list: &'static str,
    pub(crate) index: usize,
    /// Which of the targets of one annotation it is about.
    pub(crate) target: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}{}", self.role, self.list, self.index)?;
        if self.target > 0 { write!(out, "/target/{}", self.target) } else { Ok(()) }
    }
}

/// A quote with what stands around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    /// The quote and what stands around it.
    shown: String,
    quote: Range<usize>,
}

impl Claim {
    /// Of what stands around the quote, the nearest part is kept.
    pub(crate) fn new(exact: &str, prefix: &str, suffix: &str) -> Self {
        let near = prefix.ceil_char_boundary(prefix.len().saturating_sub(CONTEXT_CLAIMED_BYTES_MAX));
        let far = suffix.floor_char_boundary(CONTEXT_CLAIMED_BYTES_MAX);
        let prefix = &prefix[near..];
        let quote = prefix.len()..prefix.len() + exact.len();
        Self { shown: [prefix, exact, &suffix[..far]].concat(), quote }
    }

    pub(crate) fn exact(&self) -> &str {
        &self.shown[self.quote.clone()]
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.shown[..self.quote.start]
    }

    pub(crate) fn suffix(&self) -> &str {
        &self.shown[self.quote.end..]
    }
}

/// The unit in which a file counts: its format's, unless its media type announces another in the parameter `offsets`.
pub(super) fn unit(file: &Candidate<'_>, of_format: Unit) -> Result<Unit, NormalizeError> {
    let Some(word) = file.parameter("offsets") else { return Ok(of_format) };
    Unit::announced(&word).map_err(|fault| NormalizeError::new(file.role.as_str(), fault))
}

/// Collects repairs, and counts suggestions that were left away.
#[derive(Default)]
pub(super) struct Losses {
    repairs: Vec<Repair>,
    cut: usize,
}

impl Losses {
    pub(super) fn repair(&mut self, place: impl fmt::Display, code: &str, note: &str) {
        self.repairs.push(Repair { code: code.to_owned(), place: place.to_string(), note: note.to_owned() });
    }

    /// Counts a finding with more suggestions than are kept.
    pub(super) fn cut(&mut self, more: bool) {
        self.cut += usize::from(more);
    }

    pub(super) fn into_repairs(mut self) -> Vec<Repair> {
        if self.cut > 0 {
            let note = format!(
                "Of {} findings only the first {SUGGESTIONS_KEPT_MAX} suggestions are kept.",
                self.cut
            );
            self.repair(Role::Annotations, "suggestions-cut", &note);
        }
        self.repairs
    }
}
