//! What can be said of a line of Markdown without what stands around it (`CommonMark` 0.31, sections 4 and 5).

/// A line and how far it is indented.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    /// Columns, four for a tab.
    pub(super) indent: usize,
    /// Without its indentation.
    pub(super) content: &'a str,
}

/// What keeps lists apart: bullets of one sign, or numbers with one sign after them, are one list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marker(u8);

/// A fence of code: its sign and how often it stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fence {
    sign: u8,
    length: usize,
}

impl<'a> Line<'a> {
    pub(super) fn of(line: &'a str) -> Self {
        let content = line.trim_start_matches([' ', '\t']);
        let indent = line[..line.len() - content.len()].bytes().map(|b| if b == b'\t' { 4 } else { 1 }).sum();
        Self { indent, content: content.trim_end_matches('\n') }
    }

    pub(super) fn is_blank(self) -> bool {
        self.content.is_empty()
    }

    /// The marker of an item of a list.
    pub(super) fn marker(self) -> Option<Marker> {
        if self.is_break() {
            return None;
        }
        let bytes = self.content.as_bytes();
        let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let sign = *bytes.get(digits)?;
        let fits = match sign {
            b'-' | b'+' | b'*' => digits == 0,
            b'.' | b')' => (1..=9).contains(&digits),
            _ => false,
        };
        let ends = matches!(bytes.get(digits + 1), None | Some(b' ' | b'\t'));
        (fits && ends).then_some(Marker(sign))
    }

    /// A line between themes: at least three of one sign, and blanks.
    fn is_break(self) -> bool {
        let bytes = self.content.as_bytes();
        let Some(sign @ (b'-' | b'*' | b'_')) = bytes.first() else { return false };
        let is_part = |byte: &u8| byte == sign || matches!(byte, b' ' | b'\t');
        bytes.iter().all(is_part) && bytes.iter().filter(|byte| *byte == sign).nth(2).is_some()
    }

    /// The beginning of fenced code.
    pub(super) fn fence(self) -> Option<Fence> {
        let sign = *self.content.as_bytes().first().filter(|byte| matches!(byte, b'`' | b'~'))?;
        let length = self.content.bytes().take_while(|byte| *byte == sign).count();
        let info_has_sign = sign == b'`' && self.content[length..].contains('`');
        (self.indent <= 3 && length >= 3 && !info_has_sign).then_some(Fence { sign, length })
    }

    /// Whether it ends fenced code.
    pub(super) fn closes(self, fence: Fence) -> bool {
        let length = self.content.bytes().take_while(|byte| *byte == fence.sign).count();
        self.indent <= 3 && length >= fence.length && self.content[length..].trim().is_empty()
    }

    /// Whether it may begin a block of HTML.
    pub(super) fn is_html(self) -> bool {
        self.indent <= 3 && self.content.starts_with('<')
    }

    /// What ends the block of HTML that begins here, if that is not the next blank line.
    pub(super) fn html_end(self) -> Option<&'static str> {
        let content = self.content;
        if content.starts_with("<!--") {
            return Some("-->");
        }
        if content.starts_with("<?") {
            return Some("?>");
        }
        if content.starts_with("<![CDATA[") {
            return Some("]]>");
        }
        if content.starts_with("<!") {
            return Some(">");
        }
        let tag = content.get(1..)?;
        let begins = |name: &str| {
            let head = tag.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name));
            head && matches!(tag.as_bytes().get(name.len()), None | Some(b' ' | b'\t' | b'>'))
        };
        let raw = ["</script>", "</pre>", "</style>", "</textarea>"];
        raw.into_iter().find(|end| begins(end.trim_matches(['<', '/', '>'])))
    }
}

/// Whether a line has what ends a block of HTML.
pub(super) fn ends_html(content: &str, end: &str) -> bool {
    content.contains(end) || (end.starts_with("</") && content.to_ascii_lowercase().contains(end))
}
