//! Formats of the role `text`.

pub(crate) mod docx;
mod grid;
mod html;
mod layout;
mod markdown;
mod plain;
mod rendered;
mod tables;

pub(crate) use layout::RenderedBlock;
pub(crate) use rendered::{Located, Rendered};

use crate::{adapter::Adapters, candidate::Candidate, charset};

pub(crate) const ADAPTERS: Adapters<Rendered> =
    &[&docx::Docx, &html::Html, &markdown::Markdown, &plain::Plain];

/// Beginnings of files that are not what a person calls text, although some of them are made of characters.
const OTHER_BEGINNINGS: [&[u8]; 8] =
    [b"%PDF-", b"PK\x03\x04", b"{\\rtf", b"<!doctype", b"<html", b"<?xml", b"\x1F\x8B", b"\x7FELF"];

/// Whether the content is text as far as can be told: characters, and not another format that we know.
fn is_text(file: &Candidate<'_>) -> bool {
    let start = beginning(file);
    let other = OTHER_BEGINNINGS
        .iter()
        .any(|magic| start.get(..magic.len()).is_some_and(|head| head.eq_ignore_ascii_case(magic)));
    !other && is_characters(file)
}

/// What a file begins with, after a byte order mark and white space.
fn beginning<'a>(file: &Candidate<'a>) -> &'a [u8] {
    file.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file.bytes).trim_ascii_start()
}

/// Whether the content is made of characters: no NUL but in UTF-16, and no JSON.
fn is_characters(file: &Candidate<'_>) -> bool {
    let bytes = file.bytes;
    let utf16 = matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..])
        || charset::utf16(bytes).is_some()
        || file.charset().is_some_and(|charset| charset.starts_with("utf-16"));
    (utf16 || memchr::memchr(0, bytes).is_none()) && file.outline().is_none()
}
