use memchr::{memchr, memchr2};

/// Elements that players of `SubRip` understand.
const TAGS: [&str; 8] = ["b", "i", "u", "s", "em", "strong", "font", "span"];

/// Adds a line without its tags (`<i>`, `<font …>`) and overrides (`{\an8}`) to a text; says how many those were. `<br>` begins a
/// new line. Everything else between angle brackets is text.
pub(super) fn push_plain(line: &str, text: &mut String) -> usize {
    let mut removed = 0;
    let mut rest = line;
    // Once a bracket is never closed, no other of its kind is.
    let (mut angles_close, mut braces_close) = (true, true);
    while let Some(at) = memchr2(b'<', b'{', rest.as_bytes()) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = if rest.starts_with('<') {
            tag_length(rest, &mut angles_close)
        } else {
            override_length(rest, &mut braces_close)
        };
        if let Some(length) = length {
            if is_line_break(&rest[..length]) {
                text.push('\n');
            }
            removed += 1;
            rest = &rest[length..];
        } else {
            text.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    text.push_str(rest);
    removed
}

fn tag_length(rest: &str, closes: &mut bool) -> Option<usize> {
    let (name, after) = name(rest);
    let known = name.eq_ignore_ascii_case("br") || TAGS.iter().any(|tag| tag.eq_ignore_ascii_case(name));
    let ends = after.starts_with(['>', '/', ' ', '\t', '=']);
    if !known || !ends || !*closes {
        return None;
    }
    let end = memchr(b'>', after.as_bytes());
    *closes = end.is_some();
    end.map(|end| rest.len() - after.len() + end + 1)
}

fn is_line_break(tag: &str) -> bool {
    name(tag).0.eq_ignore_ascii_case("br")
}

/// The name in a tag, and what follows it.
fn name(tag: &str) -> (&str, &str) {
    let inside = tag.get(1..).unwrap_or_default();
    let inside = inside.strip_prefix('/').unwrap_or(inside);
    inside.split_at(inside.bytes().take_while(u8::is_ascii_alphanumeric).count())
}

fn override_length(rest: &str, closes: &mut bool) -> Option<usize> {
    if !rest.starts_with("{\\") || !*closes {
        return None;
    }
    let end = memchr(b'}', rest.as_bytes());
    *closes = end.is_some();
    end.map(|end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expect: &str, removed: usize) {
        let mut text = String::new();
        assert_eq!((push_plain(line, &mut text), text.as_str()), (removed, expect), "{line:?}");
    }

    #[test]
    fn tags_and_overrides_vanish() {
        check("plain", "plain", 0);
        check("<i>a</i> <B>b</B> <font color=\"#fff\">c</font>", "a b c", 6);
        check("{\\an8}top {\\i1}x{\\i0}", "top x", 3);
        check("a<br>b<br/>c<BR />d", "a\nb\nc\nd", 3);
        check("<i/>x", "x", 1);
    }

    #[test]
    fn other_brackets_are_text() {
        for line in [
            "1 < 2 > 1",
            "<laughs>",
            "{laughs}",
            "<item>",
            "<>",
            "</>",
            "<",
            "{",
            "<i",
            "{\\an8",
            "<é>",
            "a <font b",
            "<bold>x</bold>",
        ] {
            check(line, line, 0);
        }
        check("<i <i <i>x", "x", 1);
    }
}
