/// A document names its character set in its first kibibyte (HTML Living Standard, 4.2.5.4).
const PRESCAN_BYTES: usize = 1024;

/// The character set that a document gives itself in a `meta` element.
pub(super) fn charset(bytes: &[u8]) -> Option<String> {
    let head = bytes[..bytes.len().min(PRESCAN_BYTES)].to_ascii_lowercase();
    let named = memchr::memmem::find_iter(&head, b"<meta").find_map(|at| {
        let tag = head[at..].split(|byte| *byte == b'>').next()?;
        let after = &tag[memchr::memmem::find(tag, b"charset")? + b"charset".len()..];
        let value = after.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
        let value = value
            .trim_ascii_start()
            .strip_prefix(b"\"")
            .or_else(|| value.strip_prefix(b"'"))
            .unwrap_or(value);
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b';' | b'/');
        let name = value.split(ends).next().filter(|name| !name.is_empty())?;
        std::str::from_utf8(name).ok().map(str::to_owned)
    })?;
    // What could be read so far is not UTF-16, whatever it says.
    Some(if named.starts_with("utf-16") { "utf-8".to_owned() } else { named })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_character_set_is_found_where_it_may_stand() {
        let check = |html: &str, expect| assert_eq!(charset(html.as_bytes()).as_deref(), expect, "{html}");
        check("<html><meta charset=\"Windows-1252\">", Some("windows-1252"));
        check("<META charset = utf-8/>", Some("utf-8"));
        check(
            "<meta name=x><meta content='text/html; charset=iso-8859-2' http-equiv=Content-Type>",
            Some("iso-8859-2"),
        );
        check("<meta charset=utf-16>", Some("utf-8"));
        check("<meta charset=>", None);
        check("<meta name=viewport><p>charset=x", None);
        check(&format!("{}<meta charset=x>", " ".repeat(1024)), None);
    }
}
