use super::super::timestamp::timestamp;
use super::references::decode;
use memchr::{memchr, memchr_iter};
use std::borrow::Cow;

/// What a cue's text is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// With its character references.
    Text(&'a str),
    Start(StartTag<'a>),
    /// The name.
    End(&'a str),
    /// What stands in the tag.
    Timestamp(&'a str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StartTag<'a> {
    pub(super) name: &'a str,
    /// Class names, with a dot before each.
    classes: &'a str,
    /// What follows the first white space.
    annotation: &'a str,
}

impl<'a> StartTag<'a> {
    fn of(inside: &'a str) -> Self {
        let is_space = |c| matches!(c, '\t' | '\n' | '\x0C' | ' ');
        let (head, annotation) = inside.split_at(inside.find(is_space).unwrap_or(inside.len()));
        let (name, classes) = head.split_at(head.find('.').unwrap_or(head.len()));
        Self { name, classes, annotation }
    }

    pub(super) fn classes(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.classes.split('.').filter(|class| !class.is_empty())
    }

    /// The annotation with its character references decoded and its white space collapsed.
    pub(super) fn annotation(&self) -> Cow<'a, str> {
        match decode(self.annotation) {
            Cow::Borrowed(text) => collapse(text),
            Cow::Owned(text) => Cow::Owned(collapse(&text).into_owned()),
        }
    }
}

fn collapse(text: &str) -> Cow<'_, str> {
    let text = text.trim_ascii();
    let is_space = |byte: u8| byte.is_ascii_whitespace();
    let mut pairs = text.as_bytes().windows(2);
    if !pairs.any(|pair| is_space(pair[0]) && (pair[0] != b' ' || is_space(pair[1]))) {
        return Cow::Borrowed(text);
    }
    let mut collapsed = String::with_capacity(text.len());
    for word in text.split_ascii_whitespace() {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    Cow::Owned(collapsed)
}

/// "WebVTT cue text tokenizer". A character reference reaches over neither `<` nor `>`, so tokens are cut out first and
/// decoded afterwards.
pub(super) struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { rest: text }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let input = self.rest;
        let Some(tag) = input.strip_prefix('<') else {
            let length = memchr(b'<', input.as_bytes()).unwrap_or(input.len());
            let text;
            (text, self.rest) = input.split_at(length);
            return (!text.is_empty()).then_some(Token::Text(text));
        };
        let end = memchr(b'>', tag.as_bytes());
        let inside = &tag[..end.unwrap_or(tag.len())];
        self.rest = end.map_or("", |end| &tag[end + 1..]);
        Some(match inside.as_bytes().first() {
            Some(b'/') => Token::End(&inside[1..]),
            Some(b'0'..=b'9') => Token::Timestamp(inside),
            _ => Token::Start(StartTag::of(inside)),
        })
    }
}

/// The times in a cue's text, in milliseconds: one for each tag that holds a time and nothing else.
pub(in super::super) fn timestamps(text: &str) -> Vec<u64> {
    let bytes = text.as_bytes();
    let may_be_time = |at: &usize| bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
    let count = memchr_iter(b'<', bytes).filter(may_be_time).count();
    let mut found = Vec::new();
    if count > 0 {
        // A tag with a time has at least eleven characters.
        // And one for the end of the cue, which callers add.
        found.reserve_exact(count.min(bytes.len() / 11) + 1);
        let times = Tokens::of(text).filter_map(|token| match token {
            Token::Timestamp(inside) => whole_timestamp(inside),
            _ => None,
        });
        found.extend(times);
    }
    found
}

/// A time, if nothing follows it.
pub(super) fn whole_timestamp(inside: &str) -> Option<u64> {
    timestamp(inside).filter(|(_, rest)| rest.is_empty()).map(|(time_ms, _)| time_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens as `"text"`, `name|class class|annotation`, `/name` and `@time`.
    fn check(text: &str, expect: &[&str]) {
        let shown = Tokens::of(text).map(|token| match token {
            Token::Text(text) => format!("\"{text}\""),
            Token::Start(tag) => {
                format!("{}|{}|{}", tag.name, tag.classes().collect::<Vec<_>>().join(" "), tag.annotation())
            }
            Token::End(name) => format!("/{name}"),
            Token::Timestamp(inside) => format!("@{inside}"),
        });
        assert_eq!(shown.collect::<Vec<_>>(), expect, "{text:?}");
    }

    #[test]
    fn start_tags_have_classes_and_annotations() {
        check("<c>", &["c||"]);
        check("<c.a.b>x", &["c|a b|", "\"x\""]);
        check("<c..a...b.>", &["c|a b|"]);
        check("<v.loud  The \t teacher >", &["v|loud|The teacher"]);
        check("<v\nA\n\nB\x0C>", &["v||A B"]);
        check("<v.a\nB.c>", &["v|a|B.c"]);
        check("<v A<B>", &["v||A<B"]);
        check("<v A\u{A0} B>", &["v||A\u{A0} B"]);
        check("<v R&amp;D &lt;x&gt; &#32; &>", &["v||R&D <x> &"]);
        check("<v &gt;>", &["v||>"]);
        check("<v a&amp>", &["v||a&"]);
        check("<.a>< a><\ta><>", &["|a|", "||a", "||a", "||"]);
    }

    #[test]
    fn tags_end_with_the_cue() {
        check("<", &["||"]);
        check("<c", &["c||"]);
        check("<c.a", &["c|a|"]);
        check("<c.a b", &["c|a|b"]);
        check("</", &["/"]);
        check("</c", &["/c"]);
        check("<0", &["@0"]);
        check("a<", &["\"a\"", "||"]);
    }

    #[test]
    fn end_tags_and_timestamps_are_taken_whole() {
        check("</c.a b></c ></ c></>", &["/c.a b", "/c ", "/ c", "/"]);
        check("<00:01.000>a<9x>", &["@00:01.000", "\"a\"", "@9x"]);
        check("a > b --> &amp;", &["\"a > b --> &amp;\""]);
        check("", &[]);
    }

    #[test]
    fn timestamps_are_found() {
        assert_eq!(timestamps("<00:01.000>a<v 1><100:00:02.000><00:03.000 >b<1><"), [1_000, 360_002_000]);
        assert!(timestamps("1 < 2").is_empty());
    }
}
