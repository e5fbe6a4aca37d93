use super::{
    limits::{DEPTH_MAX, NAMESPACES_MAX},
    names::Space,
    package::malformed,
};
use crate::{Fault, error};
use quick_xml::{
    Reader,
    escape::{resolve_predefined_entity, unescape},
    events::{BytesStart, Event},
};
use std::borrow::Cow;

/// Reads one part: names without their prefixes, depth bounded, document types and foreign entities refused.
pub(super) struct Xml<'a> {
    part: &'a str,
    reader: Reader<&'a [u8]>,
    /// Names of the open elements, outermost first.
    open: Vec<&'static str>,
    spaces: Vec<Declared>,
    marks_namespaces: memchr::memmem::Finder<'static>,
}

/// A prefix that stands for a vocabulary from this depth on.
struct Declared {
    depth: usize,
    prefix: Box<[u8]>,
    space: Space,
}

/// What comes next in a part.
pub(super) enum Node<'a> {
    /// An element begins. Names that nobody asks for are empty.
    Start(Element<'a>),
    /// An element ends.
    End(&'static str),
    /// Characters, of which there may be several pieces in a row.
    Text(Cow<'a, str>),
}

/// The beginning of an element.
pub(super) struct Element<'a> {
    pub(super) name: &'static str,
    start: BytesStart<'a>,
}

impl Element<'_> {
    /// The attribute of this name, whatever its prefix: no vocabulary used here gives two of the same name to one element.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let mut attributes = self.start.attributes();
        // Every attribute is looked at once: looking for duplicates would take the square of their number.
        let mut named = attributes.with_checks(false).flatten().filter(|attribute| {
            attribute.key.local_name().as_ref() == name.as_bytes()
                && attribute.key.as_namespace_binding().is_none()
        });
        let value = named.next()?.value;
        let value = std::str::from_utf8(&value).ok()?;
        unescape(value).ok().map(Cow::into_owned)
    }

    pub(super) fn value(&self) -> Option<String> {
        self.attribute("val")
    }

    /// A number in the attribute `val`.
    pub(super) fn number(&self) -> Option<i64> {
        self.value()?.trim().parse().ok()
    }

    /// A switch is on unless it says that it is off (ECMA-376, part 1, 17.17.4).
    pub(super) fn is_on(&self) -> bool {
        !matches!(self.value().as_deref(), Some("0" | "false" | "off"))
    }
}

impl<'a> Xml<'a> {
    pub(super) fn new(part: &'a str, text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        let marks_namespaces = memchr::memmem::Finder::new(b"xmlns");
        Self { part, reader, open: Vec::new(), spaces: Vec::new(), marks_namespaces }
    }

    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The name of the innermost open element.
    pub(super) fn inside(&self) -> &'static str {
        self.open.last().copied().unwrap_or_default()
    }

    pub(super) fn wrong(&self, why: &str) -> Fault {
        malformed(format!("{} {why}", self.part))
    }

    /// The next beginning, end or text; nothing at the end of the part.
    pub(super) fn next(&mut self) -> Result<Option<Node<'a>>, Fault> {
        loop {
            let event = self.reader.read_event();
            let event = event.map_err(|e| self.wrong(&format!("is not XML: {}", error::why(&e))))?;
            let text = match event {
                Event::Start(start) => return self.start(start).map(Some),
                Event::End(_) => return Ok(Some(self.end())),
                Event::Text(text) => text.xml10_content().map_err(|e| e.to_string()),
                Event::CData(text) => text.xml10_content().map_err(|e| e.to_string()),
                Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                    Ok(Some(c)) => Ok(Cow::Owned(c.to_string())),
                    Ok(None) => {
                        let name = reference.decode().unwrap_or_default();
                        let known = resolve_predefined_entity(&name).map(Cow::Borrowed);
                        known.ok_or_else(|| "uses an entity of its own".to_owned())
                    }
                    Err(e) => Err(error::why(&e)),
                },
                Event::DocType(_) => Err("declares a document type, which is refused".to_owned()),
                Event::Eof if self.open.is_empty() => return Ok(None),
                Event::Eof => Err("ends in the middle".to_owned()),
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
            };
            return text.map(|text| Some(Node::Text(text))).map_err(|why| self.wrong(&why));
        }
    }

    /// The outermost element.
    pub(super) fn root(&mut self) -> Result<Element<'a>, Fault> {
        while let Some(node) = self.next()? {
            if let Node::Start(element) = node {
                return Ok(element);
            }
        }
        Err(self.wrong("has no element"))
    }

    fn start(&mut self, start: BytesStart<'a>) -> Result<Node<'a>, Fault> {
        if self.open.len() == DEPTH_MAX {
            return Err(Fault::TooMany { what: "elements inside one another", most: DEPTH_MAX });
        }
        if self.marks_namespaces.find(start.attributes_raw()).is_some() {
            self.declare(&start)?;
        }
        let prefix = start.name().prefix();
        let space = self.space(prefix.as_ref().map_or(&[], |prefix| prefix.as_ref()));
        let name = space.name(start.local_name().as_ref());
        self.open.push(name);
        Ok(Node::Start(Element { name, start }))
    }

    fn end(&mut self) -> Node<'a> {
        let depth = self.open.len();
        while self.spaces.last().is_some_and(|declared| declared.depth >= depth) {
            self.spaces.pop();
        }
        Node::End(self.open.pop().unwrap_or_default())
    }

    fn space(&self, prefix: &[u8]) -> Space {
        let declared = self.spaces.iter().rev().find(|declared| *declared.prefix == *prefix);
        declared.map_or(Space::Other, |declared| declared.space)
    }

    /// Remembers the prefixes that an element declares, if they stand for what matters or hide what does.
    fn declare(&mut self, start: &BytesStart<'_>) -> Result<(), Fault> {
        let depth = self.open.len() + 1;
        for attribute in start.attributes().with_checks(false).flatten() {
            let prefix = match attribute.key.as_ref() {
                b"xmlns" => &[][..],
                key => match key.strip_prefix(b"xmlns:") {
                    Some(prefix) => prefix,
                    None => continue,
                },
            };
            let space = Space::of(&attribute.value);
            if space == self.space(prefix) {
                continue;
            }
            if self.spaces.len() == NAMESPACES_MAX {
                return Err(Fault::TooMany { what: "namespaces", most: NAMESPACES_MAX });
            }
            self.spaces.push(Declared { depth, prefix: prefix.into(), space });
        }
        Ok(())
    }

    /// Passes over the rest of the element that began last.
    pub(super) fn skip(&mut self) -> Result<(), Fault> {
        self.each(|_, _| {})
    }

    /// Shows every element inside the one that began last, with the name of the element around it, except what it was
    /// before a tracked change.
    pub(super) fn each(&mut self, mut see: impl FnMut(&'static str, &Element<'a>)) -> Result<(), Fault> {
        let depth = self.depth();
        let mut before_change = usize::MAX;
        while self.depth() >= depth {
            match self.next()? {
                Some(Node::Start(element)) => {
                    if self.depth() <= before_change {
                        before_change = usize::MAX;
                    }
                    if before_change == usize::MAX && element.name.ends_with("Change") {
                        before_change = self.depth();
                    }
                    if before_change == usize::MAX {
                        let around = self.open.iter().rev().nth(1).copied().unwrap_or_default();
                        see(around, &element);
                    }
                }
                Some(_) => {}
                None => break,
            }
        }
        Ok(())
    }
}
