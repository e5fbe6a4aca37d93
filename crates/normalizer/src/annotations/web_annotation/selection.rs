use super::{
    model::{Selector, Selects, Target},
    resource::Resource,
};
use crate::annotations::{Claim, at_most::OneOrMany};

/// What the selectors of a target say together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Selection {
    pub(super) span: Option<(i64, i64)>,
    pub(super) claim: Option<Claim>,
    /// A part is selected by its time.
    pub(super) time: bool,
    /// A part is selected in a way that is not read.
    pub(super) unread: bool,
}

impl Selection {
    pub(super) fn of(target: &Target<'_>) -> Self {
        match target {
            Resource::Named(iri) => Self::of_fragment(iri.split_once('#').map_or("", |(_, part)| part)),
            Resource::Described(specific) if specific.selector.0.kept.is_empty() => {
                let named = specific.id.as_deref().and_then(|iri| iri.split_once('#'));
                let named = named.map_or_else(Self::default, |(_, part)| Self::of_fragment(part));
                let source = specific.source.as_ref().map_or_else(Self::default, Self::of);
                named.or(source)
            }
            Resource::Described(specific) => Self::of_all(&specific.selector, Within::Whole),
        }
    }

    /// The part of a resource that an IRI names behind its `#`.
    fn of_fragment(part: &str) -> Self {
        // Media Fragments URI 1.0, section 4.2.1: `t=`, alone or among others.
        let time = part.split('&').any(|piece| piece.starts_with("t="));
        Self { time, unread: !time && !part.is_empty(), ..Self::default() }
    }

    fn of_all<const MAX: usize>(selectors: &OneOrMany<Selector<'_>, MAX>, within: Within) -> Self {
        let one = |selector: &Selector<'_>| match selector {
            Resource::Named(_) => Self { unread: true, ..Self::default() },
            Resource::Described(selects) => Self::of_one(selects, within),
        };
        let unread = selectors.0.more;
        selectors.0.kept.iter().map(one).fold(Self { unread, ..Self::default() }, Self::or)
    }

    fn of_one(selects: &Selects<'_>, within: Within) -> Self {
        let kind = selects.kind.as_deref().unwrap_or_default();
        let (outer, inside) = match (kind, selects.start, selects.end, &selects.exact) {
            ("TextPositionSelector", Some(start), Some(end), _) => match within.base() {
                Some(base) => {
                    let span = (base.saturating_add(start), base.saturating_add(end));
                    (Self { span: Some(span), ..Self::default() }, Within::From(span.0))
                }
                None => (Self { unread: true, ..Self::default() }, Within::Unknown),
            },
            ("TextQuoteSelector", _, _, Some(exact)) => {
                let prefix = selects.prefix.as_deref().unwrap_or_default();
                let suffix = selects.suffix.as_deref().unwrap_or_default();
                let claim = Claim::new(exact, prefix, suffix);
                (Self { claim: Some(claim), ..Self::default() }, Within::Unknown)
            }
            ("FragmentSelector", ..) => {
                let part = selects.value.as_deref().unwrap_or_default();
                (Self::of_fragment(part.strip_prefix('#').unwrap_or(part)), Within::Unknown)
            }
            _ => (Self { unread: true, ..Self::default() }, Within::Unknown),
        };
        let inner = Self::of_all(&selects.refined_by, inside);
        if inner.span.is_some() || inner.claim.is_some() {
            // The inner part is what is meant; where it lies in the outer one, it alone tells.
            return Self { time: inner.time || outer.time, unread: inner.unread || outer.unread, ..inner };
        }
        outer.or(inner)
    }

    fn or(self, other: Self) -> Self {
        Self {
            span: self.span.or(other.span),
            claim: self.claim.or(other.claim),
            time: self.time || other.time,
            unread: self.unread || other.unread,
        }
    }
}

/// What a selector's positions count from.
#[derive(Clone, Copy, Debug)]
enum Within {
    Whole,
    /// A part that begins here.
    From(i64),
    /// A part whose beginning is found only when it is anchored.
    Unknown,
}

impl Within {
    const fn base(self) -> Option<i64> {
        match self {
            Self::Whole => Some(0),
            Self::From(start) => Some(start),
            Self::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;
    use serde_json::{Value, json};

    fn check(target: &Value, expect: &Selection) {
        let written = target.to_string();
        let target: Target<'_> = json::read("Web Annotation", written.as_bytes()).unwrap();
        assert_eq!(&Selection::of(&target), expect, "{written}");
    }

    fn specific(selector: &Value) -> Value {
        json!({"source": "plan.md", "selector": selector})
    }

    fn position(start: i64, end: i64) -> Value {
        json!({"type": "TextPositionSelector", "start": start, "end": end})
    }

    fn quote(exact: &str) -> Value {
        json!({"type": "TextQuoteSelector", "exact": exact, "prefix": "a ", "suffix": " b"})
    }

    fn claim(exact: &str) -> Claim {
        Claim::new(exact, "a ", " b")
    }

    fn nothing() -> Selection {
        Selection::default()
    }

    fn refined(mut outer: Value, inner: Value) -> Value {
        outer["refinedBy"] = inner;
        outer
    }

    #[test]
    fn positions_and_quotes_select_together_or_alone() {
        check(&specific(&position(1, 3)), &Selection { span: Some((1, 3)), ..nothing() });
        check(&specific(&quote("q")), &Selection { claim: Some(claim("q")), ..nothing() });
        let both = Selection { span: Some((1, 3)), claim: Some(claim("q")), ..nothing() };
        check(&specific(&json!([quote("q"), position(1, 3)])), &both);
        check(
            &specific(&json!([{"type": "XPathSelector", "value": "/p"}, quote("q")])),
            &Selection { claim: Some(claim("q")), unread: true, ..nothing() },
        );
        check(&json!({"source": "plan.md"}), &nothing());
        check(&json!("plan.md"), &nothing());
    }

    #[test]
    fn refined_positions_count_from_the_part_that_they_refine() {
        let inner = refined(position(10, 20), position(2, 5));
        check(&specific(&inner), &Selection { span: Some((12, 15)), ..nothing() });
        let quoted = refined(position(10, 20), quote("q"));
        check(&specific(&quoted), &Selection { claim: Some(claim("q")), ..nothing() });
        let unknown = refined(quote("q"), position(2, 5));
        check(&specific(&unknown), &Selection { claim: Some(claim("q")), unread: true, ..nothing() });
        let far = refined(position(i64::MAX, i64::MAX), position(2, 5));
        check(&specific(&far), &Selection { span: Some((i64::MAX, i64::MAX)), ..nothing() });
    }

    #[test]
    fn times_and_other_fragments_are_told_apart() {
        let time = Selection { time: true, ..nothing() };
        check(&json!("lesson.mp4#t=10,20"), &time);
        check(&json!({"source": "lesson.mp4#xywh=0,0,1,1&t=npt:10"}), &time);
        for value in ["t=10,20", "#t=10"] {
            check(&specific(&json!({"type": "FragmentSelector", "value": value})), &time);
        }
        check(&json!({"id": "plan.html#start"}), &Selection { unread: true, ..nothing() });
        check(&specific(&json!("http://example.org/selector")), &Selection { unread: true, ..nothing() });
        check(
            &specific(&json!({"type": "TextPositionSelector", "start": 1})),
            &Selection { unread: true, ..nothing() },
        );
    }
}
