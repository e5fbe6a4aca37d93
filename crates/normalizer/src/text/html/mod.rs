//! HTML, parsed and never rendered: scripts, styles, handlers and remote references vanish, text and block structure
//! survive. Styles are not evaluated, so what they would hide stays.
//!
//! Vendors are sent the text of such a file, not its markup, so offsets into it count the text as it is published here.
//! Those of a vendor that took the text out in its own way are put right by its quotes.

mod elements;
mod meta;
mod walk;

use super::{beginning, is_characters, rendered::Rendered};
use crate::{
    Fault, NormalizeError,
    adapter::Adapter,
    candidate::Candidate,
    source::{self, BOM},
};
use elements::Element;
use html5gum::{
    Span, Tokenizer,
    emitters::callback::{CallbackEmitter, CallbackEvent},
};
use walk::{Numbers, Walk};

/// Bytes at the beginning of XML in which an `html` element makes it HTML.
const HEAD_BYTES: usize = 1024;

/// HTML, as documents or as parts of them.
pub(crate) struct Html;

impl Adapter for Html {
    type Output = Rendered;

    fn name(&self) -> &'static str {
        "html"
    }

    fn looked_for(&self) -> &'static str {
        "HTML"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["text/html", "application/xhtml+xml"]
    }

    /// What begins as HTML, and what is announced as HTML and could be a part of it.
    fn recognises(&self, file: &Candidate<'_>) -> bool {
        let start = beginning(file);
        let head = start[..start.len().min(HEAD_BYTES)].to_ascii_lowercase();
        let is_whole = head.starts_with(b"<!doctype html")
            || head.starts_with(b"<html")
            || (head.starts_with(b"<?xml") && memchr::memmem::find(&head, b"<html").is_some());
        let is_announced = self.media_types().contains(&file.essence().as_str());
        let is_other =
            [&b"%pdf-"[..], b"pk\x03\x04", b"{\\rtf", b"<?xml"].iter().any(|other| head.starts_with(other));
        (is_whole || (is_announced && !is_other)) && is_characters(file)
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Rendered, NormalizeError> {
        read(file).map_err(|fault| NormalizeError::new(file.role.as_str(), fault))
    }
}

fn read(file: &Candidate<'_>) -> Result<Rendered, Fault> {
    let declared = file.charset().or_else(|| meta::charset(file.bytes));
    let (html, repairs) = source::decode(file, declared.as_deref())?;
    let walk = walk(html.strip_prefix(BOM).unwrap_or(&html));
    drop(html);
    Rendered::own(walk.grid.layout, repairs)
}

fn walk(html: &str) -> Walk {
    let mut reader = Reader::default();
    let on_event = |event: CallbackEvent<'_>, _: Span<()>| {
        reader.see(&event);
        // What is said ends the reading.
        reader.walk.grid.layout.is_full().then_some(())
    };
    let mut emitter = CallbackEmitter::new(on_event);
    // Between the tags of scripts and the like there is no markup.
    emitter.naively_switch_states(true);
    let _full = Tokenizer::new_with_emitter(html, emitter).next();
    reader.walk.end_block();
    reader.walk
}

/// Puts tags together from what the tokenizer sees, and leaves out what is no text.
#[derive(Default)]
struct Reader {
    walk: Walk,
    tag: Tag,
    skipped: Option<Skipped>,
}

/// The start tag under way.
struct Tag {
    element: Element,
    name: Vec<u8>,
    attribute: Attribute,
    numbers: Numbers,
}

/// An attribute whose value matters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Attribute {
    Start,
    Value,
    Other,
}

impl Default for Tag {
    fn default() -> Self {
        let (element, attribute) = (Element::Inline, Attribute::Other);
        Self { element, name: Vec::new(), attribute, numbers: Numbers::default() }
    }
}

/// An element whose content is left out, and how many of its name are open.
struct Skipped {
    name: Vec<u8>,
    open: usize,
}

impl Reader {
    fn see(&mut self, event: &CallbackEvent<'_>) {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag.element = Element::of(name);
                self.tag.numbers = Numbers::default();
                self.tag.attribute = Attribute::Other;
                self.tag.name.clear();
                // Names of elements that matter are short.
                self.tag.name.extend_from_slice(&name[..name.len().min(16)]);
            }
            CallbackEvent::AttributeName { name } => self.attribute(name),
            CallbackEvent::AttributeValue { value } => self.value(value),
            CallbackEvent::CloseStartTag { self_closing } => self.start(*self_closing),
            CallbackEvent::EndTag { name } => self.end(name),
            CallbackEvent::String { value } if self.skipped.is_none() => {
                self.walk.text(&String::from_utf8_lossy(value));
            }
            CallbackEvent::String { .. }
            | CallbackEvent::Comment { .. }
            | CallbackEvent::Doctype { .. }
            | CallbackEvent::Error(_) => {}
        }
    }

    fn attribute(&mut self, name: &[u8]) {
        self.tag.attribute = match (self.tag.element, name) {
            (Element::List(true), b"start") => Attribute::Start,
            (Element::Item, b"value") => Attribute::Value,
            _ => Attribute::Other,
        };
        self.tag.numbers.reversed |= self.tag.element == Element::List(true) && name == b"reversed";
    }

    fn value(&mut self, value: &[u8]) {
        let number = || std::str::from_utf8(value).ok()?.trim().parse().ok();
        match self.tag.attribute {
            Attribute::Start => self.tag.numbers.start = number(),
            Attribute::Value => self.tag.numbers.value = number(),
            Attribute::Other => {}
        }
    }

    fn start(&mut self, self_closing: bool) {
        if let Some(skipped) = &mut self.skipped {
            skipped.open += usize::from(skipped.name == self.tag.name);
            return;
        }
        // Of these elements only pictures may end with their start tag.
        let is_whole = self_closing && self.tag.name == b"svg";
        if self.tag.element == Element::Skipped && !is_whole {
            self.skipped = Some(Skipped { name: self.tag.name.clone(), open: 1 });
        }
        self.walk.start(self.tag.element, self.tag.numbers);
    }

    fn end(&mut self, name: &[u8]) {
        match &mut self.skipped {
            Some(skipped) if skipped.name == name => {
                skipped.open -= 1;
                if skipped.open == 0 {
                    self.skipped = None;
                }
            }
            Some(_) => {}
            None => self.walk.end(Element::of(name)),
        }
    }
}

#[cfg(test)]
mod tests;
