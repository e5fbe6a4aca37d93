//! TTML and its profile IMSC (<https://www.w3.org/TR/ttml2/>): what is said, and when. How it looks is left out.

mod agents;
mod attributes;
mod interval;
mod names;
mod paragraph;
mod reading;
#[cfg(test)]
mod tests;
mod time;

use super::Spoken;
use crate::{NormalizeError, adapter::Adapter, candidate::Candidate, charset, source::BOM};
use names::Element;
use quick_xml::{NsReader, events::Event};
use reading::Reading;

/// Reads TTML, without document types and with the five entities of XML alone, so that nothing in it can grow.
pub(crate) struct Ttml;

/// How far an XML declaration reaches.
const DECLARATION_BYTES_MAX: usize = 200;

impl Adapter for Ttml {
    type Output = Spoken;

    fn name(&self) -> &'static str {
        "ttml"
    }

    fn looked_for(&self) -> &'static str {
        "TTML (XML whose root element is `tt`)"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/ttml+xml", "application/xml", "text/xml"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        let head = charset::decode_head(file.bytes, charset_of(file).as_deref());
        let head = head.trim_start_matches(BOM).trim_start();
        head.starts_with('<') && has_root(head)
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Spoken, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        let decoded = charset::decode(file.bytes, charset_of(file).as_deref()).map_err(wrong)?;
        let text = decoded.text.strip_prefix(BOM).unwrap_or(&decoded.text);
        let mut spoken = Reading::of(text, file.role).read()?;
        if let Some(guessed) = decoded.guessed {
            spoken.repairs.insert(0, charset::repair(guessed, file.role));
        }
        Ok(spoken)
    }
}

/// Whether the first element is TTML's.
fn has_root(head: &str) -> bool {
    let mut reader = NsReader::from_str(head);
    loop {
        match reader.read_event() {
            Ok(Event::Start(start) | Event::Empty(start)) => {
                let (namespace, name) = reader.resolver().resolve_element(start.name());
                return Element::of(&namespace, name.as_ref()) == Element::Root;
            }
            Ok(Event::Eof) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

/// The character set that was announced, else that of the XML declaration. Who can read there that it is UTF-16 knows that it
/// is not.
fn charset_of(file: &Candidate<'_>) -> Option<String> {
    file.charset().or_else(|| {
        let head = &file.bytes[..file.bytes.len().min(DECLARATION_BYTES_MAX)];
        let head = String::from_utf8_lossy(head.strip_prefix(b"<?xml")?);
        let (_, value) = head.split("?>").next()?.split_once("encoding")?;
        let value = value.trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let label = value[1..].split(quote).next()?.trim().to_ascii_lowercase();
        (!label.starts_with("utf-16")).then_some(label)
    })
}
