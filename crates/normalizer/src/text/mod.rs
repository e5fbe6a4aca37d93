//! Formats of the role `text`.

pub(crate) mod docx;
mod html_text;
mod layout;
mod markdown;
mod plain;
mod rendered;

pub(crate) use layout::RenderedBlock;
pub(crate) use rendered::{Located, Rendered};

use crate::{adapter::Adapters, candidate::Candidate, charset};

pub(crate) const ADAPTERS: Adapters<Rendered> = &[&docx::Docx, &markdown::Markdown, &plain::Plain];

/// Beginnings of files that are not what a person calls text, although some of them are made of characters.
const OTHER_BEGINNINGS: [&[u8]; 8] =
    [b"%PDF-", b"PK\x03\x04", b"{\\rtf", b"<!doctype", b"<html", b"<?xml", b"\x1F\x8B", b"\x7FELF"];

/// Whether the content is text as far as can be told: no NUL but in UTF-16, and not another format that we know.
fn is_text(file: &Candidate<'_>) -> bool {
    let bytes = file.bytes;
    let utf16 = matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..])
        || charset::utf16(bytes).is_some()
        || file.charset().is_some_and(|charset| charset.starts_with("utf-16"));
    let start = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let other = OTHER_BEGINNINGS
        .iter()
        .any(|magic| start.get(..magic.len()).is_some_and(|head| head.eq_ignore_ascii_case(magic)));
    let binary = !utf16 && bytes.contains(&0);
    let json = file.outline().is_some();
    !binary && !other && !json
}
