use super::{
    references::decode,
    tokens::{StartTag, Token, Tokens, whole_timestamp},
};
use std::borrow::Cow;

/// What an element of a cue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Kind {
    Class,
    Italic,
    Bold,
    Underline,
    Ruby,
    RubyText,
    Voice,
    Language,
}

/// An element as it opens.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Element<'a> {
    pub(in super::super) kind: Kind,
    tag: StartTag<'a>,
}

impl<'a> Element<'a> {
    pub(in super::super) fn classes(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.tag.classes()
    }

    /// The name of a voice, the tag of a language.
    pub(in super::super) fn annotation(&self) -> Cow<'a, str> {
        self.tag.annotation()
    }
}

/// A step through the tree of a cue's nodes, in the order of the text.
#[derive(Clone, Debug)]
pub(in super::super) enum Node<'a> {
    Open(Element<'a>),
    Close(Kind),
    Text(Cow<'a, str>),
    /// Milliseconds.
    Timestamp(u64),
}

/// "WebVTT cue text parsing rules". Elements that the cue leaves open are not closed.
pub(in super::super) fn nodes(text: &str) -> impl Iterator<Item = Node<'_>> {
    // The path to the current node. A byte for each element: there may be as many as the cue has tags.
    let mut open: Vec<Kind> = Vec::new();
    let mut tokens = Tokens::of(text);
    let mut closes_ruby = false;
    std::iter::from_fn(move || {
        if std::mem::take(&mut closes_ruby) {
            return open.pop().map(Node::Close);
        }
        loop {
            match tokens.next()? {
                Token::Text(text) => return Some(Node::Text(decode(text))),
                Token::Timestamp(inside) => {
                    if let Some(time_ms) = whole_timestamp(inside) {
                        return Some(Node::Timestamp(time_ms));
                    }
                }
                Token::Start(tag) => {
                    if let Some(kind) = opened(tag.name, open.last()) {
                        open.push(kind);
                        return Some(Node::Open(Element { kind, tag }));
                    }
                }
                Token::End(name) => {
                    closes_ruby = name == "ruby" && open.last() == Some(&Kind::RubyText);
                    if closes_ruby || open.last().is_some_and(|kind| kind.name() == name) {
                        return open.pop().map(Node::Close);
                    }
                }
            }
        }
    })
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Class,
        Self::Italic,
        Self::Bold,
        Self::Underline,
        Self::Ruby,
        Self::RubyText,
        Self::Voice,
        Self::Language,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Class => "c",
            Self::Italic => "i",
            Self::Bold => "b",
            Self::Underline => "u",
            Self::Ruby => "ruby",
            Self::RubyText => "rt",
            Self::Voice => "v",
            Self::Language => "lang",
        }
    }
}

/// The element that a start tag opens inside of another.
fn opened(name: &str, inside: Option<&Kind>) -> Option<Kind> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name)?;
    (kind != Kind::RubyText || inside == Some(&Kind::Ruby)).then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree with elements as `name(children)`, classes and annotations in square brackets, times as `@ms`.
    fn check(text: &str, expect: &str) {
        let mut depth = 0_usize;
        let shown = nodes(text).map(|node| match node {
            Node::Open(element) => {
                depth += 1;
                let classes: Vec<_> = element.classes().collect();
                let about = format!("[{}|{}]", classes.join(" "), element.annotation()).replace("[|]", "");
                format!("{}{about}(", element.kind.name())
            }
            Node::Close(_) => {
                depth -= 1;
                ")".to_owned()
            }
            Node::Text(text) => text.into_owned(),
            Node::Timestamp(time_ms) => format!("@{time_ms}"),
        });
        let shown: String = shown.collect();
        assert_eq!(shown + &")".repeat(depth), expect, "{text:?}");
    }

    #[test]
    fn elements_nest() {
        check("<b>a<i>b</i>c</b>d", "b(ai(b)c)d");
        check("<c.x.y>a</c><u>b</u>", "c[x y|](a)u(b)");
        check("<v.x Anna>a</v><lang en-GB>b</lang>", "v[x|Anna](a)lang[|en-GB](b)");
        check("<v>a</v><lang>b", "v(a)lang(b)");
        check("a<00:01.000>b<00:02.000", "a@1000b@2000");
        check("<c>&lt;b&gt;</c>", "c(<b>)");
        check(&"<i>".repeat(1_000), &("i(".repeat(1_000) + &")".repeat(1_000)));
    }

    #[test]
    fn end_tags_close_only_the_innermost_element() {
        check("<b>a<i>b</b>c</i>d", "b(ai(bc)d)");
        check("</b>a</v></lang></rt></ruby></c></>", "a");
        check("<b>a</b >b", "b(ab)");
        check("<b>a</B>b</b.x>c</i>", "b(abc)");
        check("<lang a><lang b>x</lang>y</lang>z", "lang[|a](lang[|b](x)y)z");
    }

    #[test]
    fn ruby_text_lives_in_ruby_alone() {
        check("<ruby>a<rt>b", "ruby(art(b))");
        check("<ruby>a<rt>b</rt>c", "ruby(art(b)c)");
        check("<ruby>a<rt>b</rt></ruby>c", "ruby(art(b))c");
        check("<ruby>a<rt>b</ruby>c", "ruby(art(b))c");
        check("<ruby>a<rt><b>c</rt></ruby>d", "ruby(art(b(cd)))");
        check("<ruby>a<rt><b>c</rt></ruby></b>d", "ruby(art(b(c)d))");
        check("<ruby>a<rt><b>c</rt></b></ruby>d", "ruby(art(b(c)))d");
        check("<rt>a</rt><ruby><b><rt>c", "aruby(b(c))");
        check("<ruby><ruby>a<rt>b</ruby>c", "ruby(ruby(art(b))c)");
    }

    #[test]
    fn what_is_unknown_is_ignored() {
        check("<x>a</x><B>b</B><>c</><span>d<v2>", "abcd");
        check("<00:01>a<1><00:00:61.000>b<00:01.000 >c", "abc");
        check("a < b", "a ");
    }
}
