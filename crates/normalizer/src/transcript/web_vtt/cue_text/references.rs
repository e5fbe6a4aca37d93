use encoding_rs::WINDOWS_1252;
use entities::ENTITIES;
use memchr::memchr;
use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

/// HTML's named character references, without `&` but with their semicolon where they have one.
static NAMED: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    ENTITIES.iter().map(|named| (named.entity.trim_start_matches('&'), named.characters)).collect()
});

/// The longest name that HTML also takes without its semicolon.
const WITHOUT_SEMICOLON_BYTES_MAX: usize = 6;
/// The longest name of all, with its semicolon.
const NAME_BYTES_MAX: usize = 32;

/// Replaces character references ("consume a character reference" of HTML, outside of attributes).
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    let mut decoded = String::new();
    let mut taken = 0;
    let mut from = 0;
    while let Some(found) = memchr(b'&', &text.as_bytes()[from..]) {
        let at = from + found;
        from = at + 1;
        if let Some((character, length)) = reference(&text[from..]) {
            decoded.push_str(&text[taken..at]);
            decoded.push_str(&character);
            from += length;
            taken = from;
        }
    }
    if taken == 0 {
        return Cow::Borrowed(text);
    }
    decoded.push_str(&text[taken..]);
    Cow::Owned(decoded)
}

/// The characters that a reference stands for, and its length after the `&`.
fn reference(text: &str) -> Option<(Cow<'static, str>, usize)> {
    if let Some(number) = text.strip_prefix('#') {
        let (character, length) = numeric(number)?;
        return Some((Cow::Owned(character.to_string()), 1 + length));
    }
    let window = &text.as_bytes()[..text.len().min(NAME_BYTES_MAX)];
    let length = window.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let lengths = (1..=length.min(WITHOUT_SEMICOLON_BYTES_MAX)).rev();
    let whole = (length > 0 && window.get(length) == Some(&b';')).then_some(length + 1);
    whole.into_iter().chain(lengths).find_map(|length| {
        let characters = NAMED.get(&text[..length])?;
        Some((Cow::Borrowed(*characters), length))
    })
}

/// The character of a number, and the length of the number with its `x` and its semicolon.
fn numeric(text: &str) -> Option<(char, usize)> {
    let (radix, prefix) = if text.starts_with(['x', 'X']) { (16, 1) } else { (10, 0) };
    let (mut code, mut digits) = (0_u32, 0);
    for digit in text[prefix..].chars().map_while(|c| c.to_digit(radix)) {
        code = code.saturating_mul(radix).saturating_add(digit);
        digits += 1;
    }
    if digits == 0 {
        return None;
    }
    let length = prefix + digits;
    let semicolon = usize::from(text[length..].starts_with(';'));
    Some((character(code), length + semicolon))
}

/// HTML gives the codes of control characters from 0x80 the meaning that they have in Windows-1252.
fn character(code: u32) -> char {
    match u8::try_from(code) {
        Ok(0) => char::REPLACEMENT_CHARACTER,
        Ok(byte @ 0x80..=0x9F) => {
            let byte = [byte];
            let (decoded, _) = WINDOWS_1252.decode_without_bom_handling(&byte);
            decoded.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        _ => char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        assert_eq!(decode(text), expect, "{text:?}");
    }

    #[test]
    fn names_are_decoded_with_and_without_semicolon() {
        check("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d");
        check("&eacute;&lrm;&nbsp;&AMP;&copy;&quot;&NotEqualTilde;", "é\u{200E}\u{A0}&©\"≂\u{338}");
        check("&CounterClockwiseContourIntegral;", "∳");
        check("&amp x&ampx &notit; &notin; &copy2", "& x&x ¬it; ∉ ©2");
        check("&hearts &hearts; &Amp; &nosuch; &;& &é;", "&hearts ♥ &Amp; &nosuch; &;& &é;");
        check("&&lt;&", "&<&");
        check("&<&1&1;", "&<&1&1;");
    }

    #[test]
    fn numbers_are_decoded() {
        check("&#233;&#xE9;&#XE9x&#233x", "éééxéx");
        check("&#32;&#x20;&#128077;", "  👍");
        check("&#0;&#xD800;&#x110000;&#99999999999999999999;", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}");
        check("&#128;&#x9f;&#x81;", "€Ÿ\u{81}");
        check("&#;&#x;&#xg;&#é", "&#;&#x;&#xg;&#é");
    }

    #[test]
    fn every_name_of_html_is_known() {
        for named in &ENTITIES {
            check(named.entity, named.characters);
            let length = named.entity.len() - 1;
            assert!(length <= NAME_BYTES_MAX, "{}", named.entity);
            assert!(named.entity.ends_with(';') || length <= WITHOUT_SEMICOLON_BYTES_MAX, "{}", named.entity);
        }
    }

    #[test]
    fn text_without_references_is_not_copied() {
        assert!(matches!(decode("R & D"), Cow::Borrowed("R & D")));
    }
}
