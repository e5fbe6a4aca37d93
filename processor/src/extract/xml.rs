use crate::fault::Fault;
use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesStart, Event},
};
use std::collections::HashMap;

/// Deeper nesting than this is a bomb; Word's deepest real nesting is some fifty elements.
const DEPTH_MAX: usize = 512;

/// One step through an XML document. Names are without their prefix.
#[derive(Debug)]
pub(super) enum Step<'a> {
    Start(&'a str, &'a Attributes),
    End(&'a str),
    Text(&'a str),
}

/// An element's attributes, by name with the prefix it was written with.
#[derive(Debug, Default)]
pub(super) struct Attributes(HashMap<String, String>);

impl Attributes {
    /// By local name, whatever the prefix.
    pub(super) fn get(&self, local: &str) -> Option<&str> {
        let fits = |name: &str| name == local || name.rsplit_once(':').is_some_and(|(_, own)| own == local);
        self.0.iter().find(|(name, _)| fits(name)).map(|(_, value)| value.as_str())
    }

    /// By name with its prefix.
    pub(super) fn exact(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// Walks through a document. Entities other than XML's own five are dropped, never expanded.
pub(super) fn walk(bytes: &[u8], mut visit: impl FnMut(Step<'_>)) -> Result<(), Fault> {
    let (text, _) = encoding_rs::UTF_8.decode_with_bom_removal(bytes);
    let utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    let text = if utf16 { encoding_rs::UTF_16LE.decode(bytes).0 } else { text };
    let mut reader = Reader::from_str(&text);
    reader.config_mut().expand_empty_elements = true;
    let mut depth = 0_usize;
    loop {
        match reader.read_event().map_err(Fault::malformed)? {
            Event::Start(start) => {
                depth += 1;
                if depth > DEPTH_MAX {
                    return Err(Fault::Malformed(format!("its XML is nested deeper than {DEPTH_MAX}")));
                }
                let attributes = attributes(&start)?;
                visit(Step::Start(&local(start.local_name().as_ref()), &attributes));
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                visit(Step::End(&local(end.local_name().as_ref())));
            }
            Event::Text(text) => visit(Step::Text(&text.xml10_content().map_err(Fault::malformed)?)),
            Event::CData(text) => visit(Step::Text(&text.xml10_content().map_err(Fault::malformed)?)),
            Event::GeneralRef(reference) => {
                if let Some(c) = reference.resolve_char_ref().map_err(Fault::malformed)? {
                    visit(Step::Text(c.encode_utf8(&mut [0; 4])));
                } else if let Some(text) =
                    reference.decode().ok().and_then(|name| resolve_predefined_entity(&name))
                {
                    visit(Step::Text(text));
                }
            }
            Event::Eof if depth > 0 => return Err(Fault::Truncated("its XML ends in the middle")),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn local(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

fn attributes(start: &BytesStart<'_>) -> Result<Attributes, Fault> {
    let mut found = HashMap::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(Fault::malformed)?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(Fault::malformed)?;
        found.insert(local(attribute.key.as_ref()), value.into_owned());
    }
    Ok(Attributes(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(xml: &[u8]) -> Result<String, &'static str> {
        let mut out = String::new();
        walk(xml, |step| match step {
            Step::Start(name, attributes) => {
                out.extend(["<", name, " ", attributes.get("v").unwrap_or_default(), ">"]);
            }
            Step::End(name) => out.extend(["</", name, ">"]),
            Step::Text(text) => out.push_str(text),
        })
        .map_err(|fault| fault.code())?;
        Ok(out)
    }

    #[test]
    fn steps_come_in_order_and_entities_are_never_expanded() {
        assert_eq!(
            walked(b"<w:a w:v='1 &lt;'>x &amp; &#228;<b/></w:a>").unwrap(),
            "<a 1 <>x & \u{e4}<b ></b></a>"
        );
        let laughs = b"<!DOCTYPE a [<!ENTITY l 'ha'><!ENTITY m '&l;&l;'>]><a>&m;.</a>";
        assert_eq!(walked(laughs).unwrap(), "<a >.</a>");
        assert_eq!(walked(b"<a><b></a>"), Err("file-damaged"));
        assert_eq!(walked(b"<a>cut"), Err("file-damaged"));
        assert_eq!(walked("<a>".repeat(600).as_bytes()), Err("file-damaged"));
    }

    #[test]
    fn utf16_is_understood() {
        let bytes: Vec<u8> = "\u{FEFF}<a>\u{e4}</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(walked(&bytes).unwrap(), "<a >\u{e4}</a>");
    }
}
