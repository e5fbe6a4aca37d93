//! The text of a WebVTT cue (W3C, sections 6.4 and 6.5): tags, classes, voices, timestamps and character references.

use super::web_vtt::timestamp;
use crate::limits::SPEAKER_CHARS_MAX;
use pulldown_cmark::{Event, Parser};

/// What one voice says in a cue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Voice {
    pub(super) speaker: Option<String>,
    pub(super) text: String,
}

/// An open element.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    /// `c`, `i`, `b`, `u`, `lang`: nothing of them is kept.
    Span(&'static str),
    Ruby,
    RubyText,
    Voice(String),
}

enum Token {
    Text(String),
    Start {
        name: String,
        annotation: String,
    },
    End(String),
    /// A time inside the cue, or nothing that counts.
    Other,
}

/// Deepest nesting that is followed; deeper tags are ignored, as if they were unknown.
const DEPTH_MAX: usize = 64;

/// The plain text of a cue, in the order in which the voices speak. White space around a voice's words goes, and so do
/// voices without words.
pub(super) fn voices(cue: &str) -> Vec<Voice> {
    let mut voices: Vec<Voice> = Vec::new();
    let mut nodes: Vec<Node> = Vec::new();
    let mut rest = cue;
    while !rest.is_empty() {
        let (token, after) = token(rest);
        rest = after;
        match token {
            Token::Text(text) => say(&mut voices, speaker(&nodes), &text),
            Token::Start { name, annotation } => start(&mut nodes, &name, &annotation),
            Token::End(name) => end(&mut nodes, &name),
            Token::Other => {}
        }
    }
    for voice in &mut voices {
        voice.text = voice.text.trim().to_owned();
    }
    voices.retain(|voice| !voice.text.is_empty());
    voices
}

fn speaker(nodes: &[Node]) -> Option<&str> {
    nodes.iter().rev().find_map(|node| match node {
        Node::Voice(name) if !name.is_empty() => Some(name.as_str()),
        _ => None,
    })
}

fn say(voices: &mut Vec<Voice>, speaker: Option<&str>, text: &str) {
    match voices.last_mut() {
        // White space between two voices belongs to nobody.
        Some(last) if last.speaker.as_deref() == speaker || text.trim().is_empty() => {
            last.text.push_str(text);
        }
        _ => voices.push(Voice { speaker: speaker.map(str::to_owned), text: text.to_owned() }),
    }
}

fn start(nodes: &mut Vec<Node>, name: &str, annotation: &str) {
    let node = match name {
        "c" => Node::Span("c"),
        "i" => Node::Span("i"),
        "b" => Node::Span("b"),
        "u" => Node::Span("u"),
        "lang" => Node::Span("lang"),
        "ruby" => Node::Ruby,
        "rt" if nodes.last() == Some(&Node::Ruby) => Node::RubyText,
        "v" => Node::Voice(name_of(annotation)),
        _ => return,
    };
    if nodes.len() < DEPTH_MAX {
        nodes.push(node);
    }
}

/// A voice's annotation with its white space collapsed, as long as names are.
fn name_of(annotation: &str) -> String {
    let words: Vec<_> = annotation.split_ascii_whitespace().take(SPEAKER_CHARS_MAX).collect();
    words.join(" ").chars().take(SPEAKER_CHARS_MAX).collect()
}

/// An end tag closes the innermost element if it is its own, and `</ruby>` an open `rt` with it.
fn end(nodes: &mut Vec<Node>, name: &str) {
    let closes = match nodes.last() {
        Some(Node::Span(open)) => *open == name,
        Some(Node::Ruby) => name == "ruby",
        Some(Node::RubyText) if name == "ruby" => {
            nodes.pop();
            true
        }
        Some(Node::RubyText) => name == "rt",
        Some(Node::Voice(_)) => name == "v",
        None => false,
    };
    if closes {
        nodes.pop();
    }
}

/// The next token and what follows it.
fn token(input: &str) -> (Token, &str) {
    let Some(tag) = input.strip_prefix('<') else {
        let length = input.find('<').unwrap_or(input.len());
        return (Token::Text(decode(&input[..length])), &input[length..]);
    };
    let (inside, after) = tag.split_once('>').unwrap_or((tag, ""));
    let token = match inside.as_bytes().first() {
        Some(b'/') => Token::End(inside[1..].to_owned()),
        Some(b'0'..=b'9') if timestamp(inside).is_some_and(|(_, rest)| rest.is_empty()) => Token::Other,
        Some(b'0'..=b'9') | None => Token::Other,
        Some(_) => {
            let name_length = inside.find(['.', ' ', '\t', '\n', '\x0C']).unwrap_or(inside.len());
            let annotation = inside.find([' ', '\t', '\n', '\x0C']).map_or("", |at| &inside[at..]);
            Token::Start { name: inside[..name_length].to_owned(), annotation: decode(annotation) }
        }
    };
    (token, after)
}

/// Longest name of a character reference in HTML, with room for `&` and `;`.
const REFERENCE_BYTES_MAX: usize = 34;
/// Names that HTML also takes without their semicolon and that occur in captions.
const WITHOUT_SEMICOLON: [(&str, &str); 5] =
    [("&amp", "&"), ("&lt", "<"), ("&gt", ">"), ("&quot", "\""), ("&nbsp", "\u{A0}")];

/// Replaces HTML character references.
fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let (character, length) = reference(rest).unwrap_or_else(|| ("&".to_owned(), 1));
        decoded.push_str(&character);
        rest = &rest[length..];
    }
    decoded.push_str(rest);
    decoded
}

/// The reference at the beginning of `text`, and its length. `CommonMark` knows the names of HTML, so its parser is asked.
fn reference(text: &str) -> Option<(String, usize)> {
    let window = &text.as_bytes()[..text.len().min(REFERENCE_BYTES_MAX)];
    let end = window
        .iter()
        .position(|byte| *byte == b';')
        .filter(|end| window[1..*end].iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'#'));
    if let Some(end) = end {
        let written = &text[..=end];
        let found = Parser::new(written).find_map(|event| match event {
            Event::Text(found) => Some(found.into_string()),
            _ => None,
        });
        if let Some(found) = found.filter(|found| found != "&" || written == "&amp;" || written == "&AMP;") {
            return Some((found, written.len()));
        }
    }
    let short = WITHOUT_SEMICOLON.into_iter().find(|(name, _)| text.starts_with(name));
    short.map(|(name, character)| (character.to_owned(), name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cue: &str, expect: &[(Option<&str>, &str)]) {
        let found = voices(cue);
        let found: Vec<_> =
            found.iter().map(|voice| (voice.speaker.as_deref(), voice.text.as_str())).collect();
        assert_eq!(found, expect, "{cue:?}");
    }

    #[test]
    fn tags_vanish_and_voices_are_kept() {
        check("plain", &[(None, "plain")]);
        check("<b>bold</b> <c.yellow.bg_blue>classy</c> <00:01.000>timed", &[(None, "bold classy timed")]);
        check("<v Teacher>Open your books", &[(Some("Teacher"), "Open your books")]);
        check("<v.loud  The   teacher >Quiet</v>\nbell", &[(Some("The teacher"), "Quiet"), (None, "bell")]);
        check("<v A>- Yes?</v>\n<v B>- I know!</v>", &[(Some("A"), "- Yes?"), (Some("B"), "- I know!")]);
        check("<v A><i>in</i> and on</i>", &[(Some("A"), "in and on")]);
        check("<ruby>漢<rt>kan</rt></ruby>字", &[(None, "漢kan字")]);
        check("<unknown x>kept</unknown>", &[(None, "kept")]);
        check("<v A>", &[]);
        let (long, kept) = ("n".repeat(5_000), "n".repeat(100));
        check(&format!("<v {long}>x"), &[(Some(&kept), "x")]);
    }

    #[test]
    fn character_references_are_decoded() {
        check("a &lt; b &amp;&amp; c &gt; d", &[(None, "a < b && c > d")]);
        check("&eacute;&#233;&#xE9;&lrm;x", &[(None, "ééé\u{200E}x")]);
        check("&amp x & y &nosuch; &;&", &[(None, "& x & y &nosuch; &;&")]);
        check("<v R&amp;D>hi", &[(Some("R&D"), "hi")]);
    }

    #[test]
    fn broken_markup_is_not_an_error() {
        check("a < b", &[(None, "a")]);
        check("a <", &[(None, "a")]);
        check("</v></rt>a<>b</>c", &[(None, "abc")]);
        check(&format!("{}x", "<b>".repeat(10_000)), &[(None, "x")]);
    }
}
