//! The names in a JSON file down to the second level, by which vendors' formats are told apart.

use memchr::memchr2;
use std::{cell::RefCell, collections::BTreeSet};

/// Paths remembered of one file: formats are told by a few of them.
const PATHS_KEPT_MAX: usize = 256;
/// Names that are looked at one by one before the paths are asked: elements of a list have few.
const INNER_KEPT_MAX: usize = 32;
/// Deepest nesting that is followed: as deep as the reader of JSON goes.
const DEPTH_MAX: usize = 128;
/// Names longer than this tell nothing.
const NAME_BYTES_MAX: usize = 64;

/// The names at the first two levels of a JSON file. An array stands for all of its elements, so that `results/items` is the
/// name `items` in an object `results`, or in an object in an array `results`; so does an array around the whole.
///
/// What breaks the rules of JSON ends the outline, and what was seen before it counts: the adapter that recognises its names
/// is the one that can say what is wrong. The file is gone through once, and only as far as it takes to answer.
pub(crate) struct Outline<'a> {
    /// The whole is an array.
    pub(crate) is_array: bool,
    walk: RefCell<Walk<'a>>,
}

impl<'a> Outline<'a> {
    /// The outline of what begins as an object or an array with a name in it. Linear, and never an error.
    pub(crate) fn of(bytes: &'a [u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
        let is_array = match bytes.first()? {
            b'{' => false,
            b'[' => true,
            _ => return None,
        };
        let mut walk = Walk {
            bytes,
            at: 0,
            open: Vec::new(),
            objects: 0,
            outer: "",
            inner: Vec::new(),
            next: 0,
            path: String::new(),
            paths: BTreeSet::new(),
            ended: false,
        };
        walk.finds_more().then_some(Self { is_array, walk: RefCell::new(walk) })
    }

    /// Whether all of these paths are there.
    pub(crate) fn has(&self, paths: &[&str]) -> bool {
        let mut walk = self.walk.borrow_mut();
        paths.iter().all(|path| {
            loop {
                if walk.paths.contains(*path) {
                    return true;
                }
                if !walk.finds_more() {
                    return false;
                }
            }
        })
    }
}

/// Bytes of a text that are looked at one by one before it is searched for its end.
const SHORT_BYTES: usize = 12;

/// What stands between brackets and texts and means nothing here: white space, separators, numbers, `true`, `false`, `null`.
const IS_PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < plain.len() {
        #[expect(clippy::cast_possible_truncation, reason = "counts the values of a byte")]
        let sign = byte as u8;
        plain[byte] = sign.is_ascii_whitespace()
            || sign.is_ascii_digit()
            || sign.is_ascii_lowercase()
            || matches!(sign, b',' | b':' | b'-' | b'+' | b'.' | b'E');
        byte += 1;
    }
    plain
};

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The open brackets, outermost first.
    open: Vec<u8>,
    /// How many of them are objects'.
    objects: usize,
    /// The last name at the first level.
    outer: &'a str,
    /// The first names below it, in the order in which they came, and where the next is expected: elements of a list repeat
    /// their names in order.
    inner: Vec<&'a str>,
    next: usize,
    /// The path that is looked at, kept for its memory.
    path: String,
    paths: BTreeSet<String>,
    ended: bool,
}

impl<'a> Walk<'a> {
    /// Goes on to the next path that was not seen before, if there is one.
    fn finds_more(&mut self) -> bool {
        let seen = self.paths.len();
        while self.paths.len() == seen && !self.ended {
            self.ended = self.step().is_none();
        }
        self.paths.len() > seen
    }

    /// The next sign; nothing at the end of the outermost value, or of what is JSON.
    fn step(&mut self) -> Option<()> {
        while IS_PLAIN[usize::from(*self.bytes.get(self.at)?)] {
            self.at += 1;
        }
        let byte = self.bytes[self.at];
        self.at += 1;
        match byte {
            b'{' | b'[' => {
                if self.open.len() == DEPTH_MAX {
                    return None;
                }
                self.open.push(byte);
                self.objects += usize::from(byte == b'{');
            }
            b'}' | b']' => {
                let opened = self.open.pop()?;
                self.objects -= usize::from(opened == b'{');
                if self.open.is_empty() || (opened == b'{') != (byte == b'}') {
                    return None;
                }
            }
            b'"' => self.string()?,
            _ => return None,
        }
        Some(())
    }

    fn string(&mut self) -> Option<()> {
        let start = self.at;
        loop {
            // Most names and values are shorter than what it takes to begin a search.
            let short = self.bytes.iter().skip(self.at).take(SHORT_BYTES);
            let near = short.take_while(|byte| !matches!(byte, b'"' | b'\\')).count();
            self.at += near;
            if near == SHORT_BYTES {
                self.at += memchr2(b'"', b'\\', &self.bytes[self.at..])?;
            } else if self.at == self.bytes.len() {
                return None;
            }
            if self.bytes[self.at] == b'"' {
                break;
            }
            self.at += 2;
            if self.at > self.bytes.len() {
                return None;
            }
        }
        let written = &self.bytes[start..self.at];
        self.at += 1;
        if self.objects <= 2 && self.open.last() == Some(&b'{') {
            let follows = self.bytes[self.at..].iter().find(|byte| !byte.is_ascii_whitespace());
            if follows == Some(&b':') {
                self.name(written);
            }
        }
        Some(())
    }

    /// Whether a name at the second level is one of the first below the last name at the first level.
    fn is_known(&mut self, name: &'a str) -> bool {
        let expected = self.inner.get(self.next) == Some(&name);
        let at = if expected { Some(self.next) } else { self.inner.iter().position(|known| *known == name) };
        if at.is_none() && self.inner.len() < INNER_KEPT_MAX {
            self.inner.push(name);
        }
        self.next = at.map_or(self.inner.len(), |at| at + 1);
        at.is_some()
    }

    fn name(&mut self, written: &'a [u8]) {
        let Ok(name) = std::str::from_utf8(written) else { return };
        if name.len() > NAME_BYTES_MAX {
            return;
        }
        if self.objects == 1 {
            self.outer = name;
            self.inner.clear();
        } else if self.is_known(name) {
            return;
        }
        self.path.clear();
        if self.objects > 1 {
            self.path.push_str(self.outer);
            self.path.push('/');
        }
        self.path.push_str(name);
        if self.paths.len() < PATHS_KEPT_MAX && !self.paths.contains(&self.path) {
            self.paths.insert(self.path.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(json: &str, expect: Option<(bool, &[&str])>) {
        let found = Outline::of(json.as_bytes());
        let paths = |outline: &Outline<'_>| {
            assert!(!outline.has(&["no such path"]));
            outline.walk.borrow().paths.iter().cloned().collect::<Vec<_>>()
        };
        let found = found.as_ref().map(|outline| (outline.is_array, paths(outline)));
        let expect = expect.map(|(is_array, paths)| {
            (is_array, paths.iter().map(|&path| path.to_owned()).collect::<Vec<_>>())
        });
        assert_eq!(found, expect, "{json}");
    }

    #[test]
    fn names_of_two_levels_are_found() {
        check(
            r#"{"a":{"b":{"c":1}},"d":[{"e":[{"f":1}]},{"g":""}]}"#,
            Some((false, &["a", "a/b", "d", "d/e", "d/g"])),
        );
        check("\u{FEFF} [ {\"a\" : {\"b\":1}} , {\"c\":[]} ]", Some((true, &["a", "a/b", "c"])));
        check(r#"{"a\"b":"c:","d":"\\"}"#, Some((false, &["a\\\"b", "d"])));
        check("{}", None);
        check("[1,2]", None);
        check("text", None);
        check("{curly} text", None);
    }

    #[test]
    fn what_is_broken_is_outlined_up_to_there() {
        check(r#"{"a":1}}garbage {"b":1}"#, Some((false, &["a"])));
        check(r#"{"a":1,"b":?,"c":1}"#, Some((false, &["a", "b"])));
        check(r#"{"a":[1},"c":1}"#, Some((false, &["a"])));
        check("{\"a\":\"raw\u{1}control\",\"b", Some((false, &["a"])));
        let deep = format!("{{\"a\":{}", "[".repeat(1_000_000));
        check(&deep, Some((false, &["a"])));
    }

    proptest! {
        #[test]
        fn any_bytes_have_an_outline_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Outline::of(&[b"{\"a\":".as_slice(), &bytes].concat());
        }

        #[test]
        fn any_signs_have_an_outline_or_none(text in "[{}\\[\\]\",:\\\\a1 ]{0,60}") {
            let _ = Outline::of(text.as_bytes());
        }
    }
}
