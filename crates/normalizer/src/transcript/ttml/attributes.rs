use super::{
    agents::Agents,
    interval::Timing,
    names::{Element, Vocabulary},
    time::Rates,
};
use crate::{Fault, error::why};
use quick_xml::{XmlVersion, events::BytesStart, name::NamespaceResolver};
use std::rc::Rc;

/// The most declarations of namespaces that may be in force at a place: names are looked up among all of them.
const NAMESPACES_MAX: usize = 64;

/// What an element's attributes say.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    pub(super) timing: Timing,
    /// Nothing, if the element says nothing.
    pub(super) language: Option<Rc<str>>,
    pub(super) preserves_space: Option<bool>,
    pub(super) speaker: Option<Rc<str>>,
    pub(super) id: Option<String>,
    pub(super) is_full_name: bool,
    pub(super) is_reading: bool,
    /// Namespaces that the element declares.
    pub(super) declarations: usize,
}

/// What the file as a whole says, which attributes are read by and may change.
#[derive(Debug)]
pub(super) struct Parameters {
    pub(super) rates: Rates,
    pub(super) agents: Agents,
}

impl Attributes {
    pub(super) fn of(
        element: Element,
        start: &BytesStart<'_>,
        resolver: &NamespaceResolver,
        declared: usize,
        parameters: &mut Parameters,
    ) -> Result<Self, Fault> {
        let mut found = Self::default();
        found.timing.is_span = element == Element::Span;
        // The rates of the root come before all times, whatever the order of its attributes: it has none.
        for attribute in start.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| malformed(&error))?;
            if attribute.key.as_namespace_binding().is_some() {
                found.declarations += 1;
                if declared + found.declarations > NAMESPACES_MAX {
                    return Err(Fault::TooMany { what: "declared namespaces", most: NAMESPACES_MAX });
                }
                continue;
            }
            let (namespace, name) = resolver.resolve_attribute(attribute.key);
            let vocabulary = Vocabulary::of(&namespace);
            if vocabulary != Vocabulary::Other {
                let value =
                    attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| malformed(&error))?;
                found.take(element, vocabulary, name.as_ref(), &value, parameters)?;
            }
        }
        Ok(found)
    }

    fn take(
        &mut self,
        element: Element,
        vocabulary: Vocabulary,
        name: &[u8],
        value: &str,
        parameters: &mut Parameters,
    ) -> Result<(), Fault> {
        let timed = matches!(element, Element::Division | Element::Paragraph | Element::Span);
        let time = || parameters.rates.time(value).ok_or_else(|| no_time(value)).map(Some);
        match (vocabulary, name) {
            (Vocabulary::Own, b"begin") if timed => self.timing.begin = time()?,
            (Vocabulary::Own, b"end") if timed => self.timing.end = time()?,
            (Vocabulary::Own, b"dur") if timed => self.timing.duration = time()?,
            (Vocabulary::Own, b"timeContainer") if timed => self.timing.is_sequence = value.trim() == "seq",
            (Vocabulary::Own, b"type") => self.is_full_name = value.trim() == "full",
            (Vocabulary::Parameter, name) if element == Element::Root => {
                if name == b"timeBase" && value.trim() != "media" {
                    return Err(Fault::Unsupported {
                        format: "TTML",
                        what: "a time base other than that of the media",
                    });
                }
                parameters.rates.set(name, value).map_err(|_| {
                    let name = String::from_utf8_lossy(name);
                    malformed(&format!("{name} is `{value}`, which is no rate"))
                })?;
            }
            (Vocabulary::Metadata, b"agent") => self.speaker = parameters.agents.speaker(value),
            (Vocabulary::Styling, b"ruby") => {
                self.is_reading = matches!(value.trim(), "text" | "textContainer" | "delimiter");
            }
            (Vocabulary::Xml, b"lang") => self.language = Some(value.trim().into()),
            (Vocabulary::Xml, b"space") => self.preserves_space = Some(value.trim() == "preserve"),
            (Vocabulary::Xml, b"id") if element == Element::Agent => self.id = Some(value.trim().to_owned()),
            _ => {}
        }
        Ok(())
    }
}

fn no_time(value: &str) -> Fault {
    if value.trim_start().starts_with("wallclock") {
        return Fault::Unsupported { format: "TTML", what: "times of day" };
    }
    malformed(&format!("`{value}` is no time"))
}

pub(super) fn malformed(error: &impl std::fmt::Display) -> Fault {
    Fault::Malformed { format: "TTML", why: why(error) }
}
