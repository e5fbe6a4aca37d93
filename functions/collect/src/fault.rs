//! What was wrong with results, in words that a teacher understands.

use document::{Code, Failure, Unusable};

/// Fetched, and wrong: new ones are asked for. `word` is what operators group by.
pub(crate) fn wrong(word: &str, detail: &str) -> Unusable {
    Unusable::Wrong(Failure::new(Code::ResultsWrong).with_detail(detail).caused_by(word))
}

/// Not fetched: the same are tried again.
pub(crate) fn unreachable(word: &str, detail: &str) -> Unusable {
    Unusable::Unreachable(Failure::new(Code::ResultsUnreachable).with_detail(detail).caused_by(word))
}

/// The function's time ran out before everything was fetched.
pub(crate) fn out_of_time() -> Unusable {
    unreachable("out-of-time", "Fetching them took too long.")
}

/// Why something stopped: the results, or something of our own.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The results cannot be used.
    Unusable(Unusable),
    /// Something of ours failed; the message comes again.
    Trouble(edge::Trouble),
}

impl From<Unusable> for Stop {
    fn from(unusable: Unusable) -> Self {
        Self::Unusable(unusable)
    }
}

impl From<edge::Trouble> for Stop {
    fn from(trouble: edge::Trouble) -> Self {
        Self::Trouble(trouble)
    }
}
