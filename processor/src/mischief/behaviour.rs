use super::script::Answer;
use serde::{Deserialize, Serialize};

/// How one accepted job goes. The default is how it should.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Behaviour {
    #[serde(default)]
    pub(crate) way: Way,
    /// The callback comes before the submission is answered.
    #[serde(default)]
    pub(crate) early: bool,
    /// Seconds.
    #[serde(default)]
    pub(crate) delay_seconds: u64,
    #[serde(default)]
    pub(crate) files: Vec<FileTrick>,
    /// Answers to the first questions about the job.
    #[serde(default)]
    pub(crate) asks: Vec<Answer>,
}

/// What becomes of the callback.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Way {
    /// As it should; `late` says the same to a reader of `delay_seconds`.
    #[default]
    #[serde(alias = "late")]
    Once,
    /// Once, before the submission is answered.
    Early,
    /// Twice with the same id.
    Twice,
    /// Twice with different ids.
    TwiceNewId,
    Never,
    /// Signed with a wrong secret, and no other comes.
    Forged,
    /// A forged failure, then the true one.
    ForgedFirst,
    /// Dated ten minutes back, rightly signed, and no other comes.
    Stale,
    /// A byte was changed after signing, and no other comes.
    Tampered,
    /// A rightly signed one about a reference that nobody gave out, then the true one.
    UnknownReference,
    /// Rightly signed nonsense, then the true one.
    Malformed,
    /// Rightly signed and far too long, then the true one.
    Oversized,
    /// The true one, then a second with another result.
    DifferentSecond,
    /// The job fails for good.
    Failed,
    /// The job fails and may be sent again.
    FailedRetryable,
    /// The true one, then a failure.
    FailedAfter,
}

/// What is done to files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileTrick {
    pub(crate) how: Trick,
    /// Every role unless said.
    pub(crate) role: Option<String>,
    /// How many fetches a trick on the way lasts.
    pub(crate) fetches: Option<u32>,
}

/// One way in which returned files can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Trick {
    // What the callback announces.
    WrongHash,
    WrongSize,
    Missing,
    /// One more, of a role that nobody knows.
    Extra,
    Duplicate,
    /// An address inside the customer's own network.
    Private,
    // What is in the file.
    Empty,
    /// HTML, announced as what it should be.
    WrongType,
    /// JSON nested ten thousand deep.
    DeepJson,
    /// An annotation beyond the end of the text.
    OutOfRange,
    /// An annotation that quotes other words than it points at.
    Misquote,
    // What happens on the way.
    Truncated,
    /// The connection breaks in the middle.
    Cut,
    Corrupt,
    /// 404.
    Gone,
    /// 403 until the job is asked about again, which gives fresh addresses.
    Expired,
    /// 503.
    ServerError,
    /// To an address inside the customer's own network.
    Redirect,
}

impl Trick {
    const fn on_the_way(self) -> bool {
        matches!(
            self,
            Self::Truncated
                | Self::Cut
                | Self::Corrupt
                | Self::Gone
                | Self::Expired
                | Self::ServerError
                | Self::Redirect
        )
    }
}

/// One message to the callback's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sending {
    pub(crate) body: Body,
    pub(crate) signature: Signature,
    pub(crate) id: Id,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    True,
    Failed,
    OtherReference,
    Nonsense,
    Oversized,
    OtherResult,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    Right,
    WrongSecret,
    Stale,
    Tampered,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Id {
    /// The job's own: the same at every repetition.
    Own,
    Fresh,
}

impl Sending {
    pub(crate) const TRUE: Self = Self { body: Body::True, signature: Signature::Right, id: Id::Own };

    const fn other(body: Body) -> Self {
        Self { body, signature: Signature::Right, id: Id::Fresh }
    }

    const fn signed(signature: Signature) -> Self {
        Self { body: Body::True, signature, id: Id::Own }
    }
}

impl Behaviour {
    /// The messages, in order.
    pub(crate) fn sendings(&self) -> Vec<Sending> {
        let own = Sending::TRUE;
        match self.way {
            Way::Once | Way::Early | Way::Failed | Way::FailedRetryable => vec![own],
            Way::Twice => vec![own, own],
            Way::TwiceNewId => vec![own, Sending::other(Body::True)],
            Way::Never => vec![],
            Way::Forged => vec![Sending::signed(Signature::WrongSecret)],
            Way::ForgedFirst => {
                vec![Sending { signature: Signature::WrongSecret, ..Sending::other(Body::Failed) }, own]
            }
            Way::Stale => vec![Sending::signed(Signature::Stale)],
            Way::Tampered => vec![Sending::signed(Signature::Tampered)],
            Way::UnknownReference => vec![Sending::other(Body::OtherReference), own],
            Way::Malformed => vec![Sending::other(Body::Nonsense), own],
            Way::Oversized => vec![Sending::other(Body::Oversized), own],
            Way::DifferentSecond => vec![own, Sending::other(Body::OtherResult)],
            Way::FailedAfter => vec![own, Sending::other(Body::Failed)],
        }
    }

    /// Whether the job is to fail, and if so whether it may be sent again.
    pub(crate) const fn fails(&self) -> Option<bool> {
        match self.way {
            Way::Failed => Some(false),
            Way::FailedRetryable => Some(true),
            _ => None,
        }
    }

    /// Whether a second result is needed.
    pub(crate) const fn contradicts(&self) -> bool {
        matches!(self.way, Way::DifferentSecond)
    }

    /// The trick that befalls this role's file on the way.
    pub(crate) fn serving(&self, role: &str) -> Option<&FileTrick> {
        self.tricks(role).find(|trick| trick.how.on_the_way())
    }

    /// The tricks that befall this role.
    pub(crate) fn tricks(&self, role: &str) -> impl Iterator<Item = &FileTrick> {
        self.files.iter().filter(move |trick| trick.role.as_deref().is_none_or(|wanted| wanted == role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_sends_what_it_says() {
        let check = |word: &str, expect: &[(Body, Signature)]| {
            let way = serde_json::from_value(word.into()).unwrap();
            let sent = Behaviour { way, ..Behaviour::default() }.sendings();
            let sent: Vec<_> = sent.iter().map(|sending| (sending.body, sending.signature)).collect();
            assert_eq!(sent, expect, "{word}");
        };
        check("late", &[(Body::True, Signature::Right)]);
        check("never", &[]);
        check("forged-first", &[(Body::Failed, Signature::WrongSecret), (Body::True, Signature::Right)]);
        check("different-second", &[(Body::True, Signature::Right), (Body::OtherResult, Signature::Right)]);
    }
}
