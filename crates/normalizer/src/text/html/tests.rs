use super::*;
use crate::{
    Role,
    schema::BlockKind::{self, Code, Heading, ListItem, Paragraph, Quote, TableCell},
};
use proptest::prelude::*;

type Expected<'a> = (BlockKind, Option<u32>, Option<u64>, &'a str);

fn rendered(html: &str) -> Rendered {
    let file = Candidate::new(Role::Text, "text/html", html.as_bytes());
    Html.read(&file).expect("few blocks")
}

fn check(html: &str, expect: &[Expected<'_>]) {
    let rendered = rendered(html);
    let found: Vec<_> = rendered
        .blocks
        .iter()
        .map(|b| (b.kind, b.level, b.ordinal, &rendered.text[b.span.clone()]))
        .collect();
    assert_eq!(found, expect, "{html}");
}

fn plain(html: &str, expect: &str) {
    assert_eq!(*rendered(html).text, expect, "{html}");
}

#[test]
fn markup_becomes_blocks() {
    check(
        "<!DOCTYPE html><html><head><title>t</title></head><body><h2>A <i>big</i>\n title</h2><p>One<p>Two<div>three<blockquote>said</blockquote></div>four",
        &[
            (Heading, Some(2), None, "A big title"),
            (Paragraph, None, None, "One"),
            (Paragraph, None, None, "Two"),
            (Paragraph, None, None, "three"),
            (Quote, None, None, "said"),
            (Paragraph, None, None, "four"),
        ],
    );
    check(
        "<ol start=3><li>three<li value='7'>seven<ul><li><p>inner</p><p>more</p></li></ul></li><li>eight</ol>after",
        &[
            (ListItem, Some(1), Some(3), "three"),
            (ListItem, Some(1), Some(7), "seven"),
            (ListItem, Some(2), None, "inner"),
            (ListItem, Some(2), None, "more"),
            (ListItem, Some(1), Some(8), "eight"),
            (Paragraph, None, None, "after"),
        ],
    );
    check(
        "<ol reversed start=2><li>b<li>a</ol><ol reversed><li>x</ol><ol start=-1><li>y</ol>",
        &[
            (ListItem, Some(1), Some(2), "b"),
            (ListItem, Some(1), Some(1), "a"),
            (ListItem, Some(1), None, "x"),
            (ListItem, Some(1), None, "y"),
        ],
    );
    plain("<ul><li>a</li><li>b</li></ul><p>c", "a\nb\n\nc");
}

#[test]
fn tables_keep_their_grid() {
    let html = "<table><caption>about</caption><tr><th>Time<th>Do<tr><td><p>5</p><p>min</p><td></table>end";
    check(
        html,
        &[
            (Paragraph, None, None, "about"),
            (TableCell, None, None, "Time"),
            (TableCell, None, None, "Do"),
            (TableCell, None, None, "5\nmin"),
            (TableCell, None, None, ""),
            (Paragraph, None, None, "end"),
        ],
    );
    plain(html, "about\n\nTime\tDo\n5\nmin\t\n\nend");
    plain("<table><tr><td><table><tr><td>i</table>rest<td>last</table>", "\n\ni\n\nrest\tlast");
}

#[test]
fn white_space_collapses_but_in_code() {
    plain("<p> one \n <b> two</b> <i>\tthree </i>.", "one two three .");
    plain("a<br> b <br/>c", "a\nb\nc");
    plain("a&nbsp; b&#x1F331;&copy;&lt;", "a\u{A0} b🌱©<");
    plain("a\r\nb\rc", "a b c");
    check(
        "<pre>\n  let x\n\n    y  \n</pre>after",
        &[(Code, None, None, "  let x\n\n    y"), (Paragraph, None, None, "after")],
    );
}

#[test]
fn what_is_not_text_vanishes() {
    plain("a<script>document.write('<p>b')</script>c<style>p{}</style>d", "acd");
    plain(
        "<p onclick=\"x()\" style='a>b'>a<!-- b --><img src=http://x alt=y><a href=\"javascript:z\">c</a>",
        "ac",
    );
    plain(
        "a<template><template>b</template>c</template>d<svg/><svg><text>e</text></svg><noscript>f</noscript>g",
        "adg",
    );
    plain("a<textarea><b></textarea><iframe>c</iframe><xmp><b></xmp>", "a\n\n<b>");
    plain("<title>t</title>a<script>unclosed", "a");
}

#[test]
fn the_character_set_is_declared_or_detected() {
    let read = |media_type, bytes: &[u8]| {
        let rendered = Html.read(&Candidate::new(Role::Text, media_type, bytes)).unwrap();
        (rendered.text.to_string(), rendered.source.repairs.len())
    };
    assert_eq!(read("text/html", b"<meta charset=windows-1252>caf\xE9"), ("café".to_owned(), 0));
    assert_eq!(read("text/html", b"<p>caf\xE9"), ("café".to_owned(), 1));
    assert_eq!(read("text/html; charset=iso-8859-2", b"<meta charset=utf-8>\xE8"), ("č".to_owned(), 0));
    assert_eq!(read("text/html", b"\xEF\xBB\xBF<p>\xC3\xA9"), ("é".to_owned(), 0));
}

#[test]
fn attributes_and_depth_without_end_are_read_in_linear_time() {
    let attributes: String = (0..100_000).fold(String::from("<p"), |html, n| format!("{html} a{n}"));
    plain(&format!("{attributes}>a"), "a");
    plain(&format!("{}a{}b", "<ul><li>".repeat(50_000), "</ul>".repeat(50_000)), "a\n\nb");
    let deep = rendered(&format!("{}a", "<table><tr><td>".repeat(1_000)));
    assert_eq!(deep.text.trim(), "a");
}

proptest! {
    #[test]
    fn any_markup_is_text(html in "(</?(p|li|ul|ol|td|tr|table|pre|blockquote|h1|br|script|template|svg|textarea|b)>|[a-cé🌱 \n<>&;/=\"'!-]|&amp;|<!--|-->|<p a=){0,80}") {
        let rendered = rendered(&html);
        let mut end = 0;
        for block in &rendered.blocks {
            prop_assert!(block.span.start >= end && rendered.text.get(block.span.clone()).is_some());
            end = block.span.end;
        }
        prop_assert_eq!(&rendered.source.decoded, &rendered.text);
    }
}
