use super::*;
use crate::text::{Located, rendered::Segment};
use proptest::prelude::*;

fn rendered(markdown: &str) -> Rendered {
    in_portions(markdown, PORTION_BYTES)
}

fn in_portions(markdown: &str, bytes: usize) -> Rendered {
    let builder = render(Source::from_decoded(markdown.to_owned()), bytes);
    builder.and_then(Builder::finish).expect("few blocks")
}

fn check(markdown: &str, text: &str, blocks: &[(BlockKind, Option<u32>, &str)]) {
    let rendered = rendered(markdown);
    assert_eq!(*rendered.text, text);
    let found: Vec<_> =
        rendered.blocks.iter().map(|b| (b.kind, b.level, &rendered.text[b.span.clone()])).collect();
    assert_eq!(found, blocks);
}

#[test]
fn markup_becomes_blocks() {
    use BlockKind::{Code, Heading, ListItem, Paragraph, Quote};
    check(
        "# A *big* title\n\nOne `two` **three**\nfour &amp; \\*five\\*.\n\n> said\n\n```\n  let x\n```\n",
        "A big title\n\nOne two three\nfour & *five*.\n\nsaid\n\n  let x",
        &[
            (Heading, Some(1), "A big title"),
            (Paragraph, None, "One two three\nfour & *five*."),
            (Quote, None, "said"),
            (Code, None, "  let x"),
        ],
    );
    check(
        "3. three\n4. four\n   - inner\n\n   more\n",
        "three\nfour\ninner\n\nmore",
        &[
            (ListItem, Some(1), "three"),
            (ListItem, Some(1), "four"),
            (ListItem, Some(2), "inner"),
            (ListItem, Some(1), "more"),
        ],
    );
    let ordinals: Vec<_> = rendered("3. three\n4. four\n").blocks.iter().map(|block| block.ordinal).collect();
    assert_eq!(ordinals, [Some(3), Some(4)]);
}

#[test]
fn tables_keep_their_grid() {
    use BlockKind::{Paragraph, TableCell};
    check(
        "| Time | Do |\n|---|---|\n| 5 min |  |\n| `a\\|b` | x<br>y |\n\nend",
        "Time\tDo\n5 min\t\na|b\tx\ny\n\nend",
        &[
            (TableCell, None, "Time"),
            (TableCell, None, "Do"),
            (TableCell, None, "5 min"),
            (TableCell, None, ""),
            (TableCell, None, "a|b"),
            (TableCell, None, "x\ny"),
            (Paragraph, None, "end"),
        ],
    );
}

#[test]
fn html_is_reduced_to_its_text() {
    let Rendered { text, .. } = rendered(
        "<div onclick=\"x()\">\nHi <b>there</b>\n</div>\n\n<script>\nbad()\n</script>\n\nok <i>now</i>",
    );
    assert_eq!(*text, "Hi there\n\nok now");
}

#[test]
fn ranges_of_the_source_are_found_in_the_text() {
    let markdown = "## The **very** good &amp; `old` idea\n\n---\n\n- [link](http://x)\n";
    let rendered = rendered(markdown);
    let locate = |part: &str| {
        let start = markdown.find(part).expect("part of the source");
        match rendered.locate(&(start..start + part.len())) {
            Located::At(range) => format!("at {}", &rendered.text[range]),
            Located::Near(range) => format!("near {}", &rendered.text[range]),
            Located::Nowhere => "nowhere".to_owned(),
        }
    };
    assert_eq!(locate("very"), "at very");
    assert_eq!(locate("**very** good"), "at very good");
    assert_eq!(locate("y** g"), "at y g");
    assert_eq!(locate("&amp;"), "at &");
    assert_eq!(locate("mp"), "at &");
    assert_eq!(locate("`old`"), "at old");
    assert_eq!(locate("ol"), "at ol");
    assert_eq!(locate("##"), "near The ");
    assert_eq!(locate("---"), "nowhere");
    assert_eq!(locate("http"), "near link");
    let point = markdown.find("good").expect("there");
    assert_eq!(rendered.locate(&(point..point)), Located::At(9..9));
}

/// Pieces of Markdown that decide where a portion may end.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "word\n",
        "\n",
        "\n\n",
        "- item\n",
        "1. one\n",
        "1. again\n",
        "7) seven\n",
        "* star\n",
        "-\n",
        "  - inner\n",
        " 1. shifted\n",
        "  more\n",
        "    code\n",
        "```\n",
        "  ```\n",
        "~~~\n",
        "````\n",
        "- ```\n",
        "> said\n",
        "> ```\n",
        "<div>\n",
        "<b>x</b>\n",
        "<!--\n",
        "-->\n",
        "<script>\n",
        "</script>\n",
        " <pre>\n",
        "</pre>\n",
        "<?\n",
        "?>\n",
        "| a | b |\n",
        "|---|---|\n",
        "# title\n",
        "---\n",
        "===\n",
        "* * *\n",
        "[word]: x\n",
        "[word]\n",
        "[Other  label][]\n",
        "[other label]: <y> 'title'\n",
        "\tcode\n",
        "![image][word]\n",
        "`code`\n",
        "**bold\n",
        "lazy",
    ])
}

proptest! {
    /// Reading in portions changes nothing but what is kept in memory.
    #[test]
    fn portions_say_what_the_whole_says(pieces in proptest::collection::vec(piece(), 0..40)) {
        let markdown = pieces.concat();
        let (whole, portions) = (in_portions(&markdown, usize::MAX), in_portions(&markdown, 1));
        prop_assert_eq!(&whole.text, &portions.text, "{}", markdown);
        prop_assert_eq!(whole.blocks, portions.blocks, "{}", markdown);
        prop_assert_eq!(whole.segments, portions.segments, "{}", markdown);
    }

    /// Whatever the markup, pieces keep their order, lie inside, and verbatim ones are the same on both sides.
    #[test]
    fn pieces_lie_where_they_say(markdown in "([#>*_`|<&;\\-!\\[\\]() 0-9a-cé👍\n\t.~]|<p>|<!--|-->|1\\. |\\|--\\|\n){0,120}") {
        let rendered = rendered(&markdown);
        let (mut text_end, mut source_end) = (0, 0);
        for segment in rendered.segments.iter().map(|packed| Segment::from(*packed)) {
            prop_assert!(segment.text.start >= text_end && segment.source.start >= source_end, "{:?}", rendered);
            (text_end, source_end) = (segment.text.end, segment.source.end);
            if segment.verbatim {
                prop_assert_eq!(&rendered.text[segment.text.clone()], &rendered.source.text[segment.source.clone()]);
            }
        }
        let mut end = 0;
        for block in &rendered.blocks {
            prop_assert!(block.span.start >= end && block.span.end <= rendered.text.len());
            end = block.span.end;
        }
        prop_assert!(text_end <= rendered.text.len());
        let bounds: Vec<usize> = rendered.source.text.char_indices().map(|(at, _)| at).collect();
        for pair in bounds.windows(3) {
            if let Located::At(range) | Located::Near(range) = rendered.locate(&(pair[0]..pair[2])) {
                prop_assert!(rendered.text.get(range).is_some());
            }
        }
    }
}
