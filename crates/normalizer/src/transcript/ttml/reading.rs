use super::{
    agents::Agents,
    attributes::{Attributes, Parameters, malformed},
    interval::Interval,
    names::Element,
    paragraph::{Paragraph, Said},
    time::Rates,
};
use crate::{
    Fault, NormalizeError, Role,
    schema::{Repair, Transcript},
    transcript::{Spoken, left_out, said_in::Language, speech::Speech},
};
use memchr::memmem;
use quick_xml::{
    NsReader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesRef, BytesStart, Event},
};
use std::{borrow::Cow, rc::Rc};

/// Deepest nesting of elements; captions need a dozen.
const DEPTH_MAX: usize = 64;

/// An open element, with what it takes over from those around it.
#[derive(Clone, Debug)]
struct Frame {
    element: Element,
    interval: Interval,
    language: Option<Rc<str>>,
    speaker: Option<Rc<str>>,
    preserves_space: bool,
    /// Nothing in it is speech.
    is_ignored: bool,
    in_paragraph: bool,
    /// Namespaces in force.
    declared: usize,
}

/// A file being read, element by element.
pub(super) struct Reading<'a> {
    reader: NsReader<&'a [u8]>,
    role: Role,
    parameters: Parameters,
    frames: Vec<Frame>,
    seen_root: bool,
    root_language: Option<Rc<str>>,
    paragraph: Paragraph,
    /// The name of an agent, while its element is open.
    name: String,
    name_is_full: bool,
    speech: Speech,
    language: Language,
    styles: usize,
    regions: usize,
    animations: usize,
    readings: usize,
    stray: usize,
    never_shown: usize,
}

impl<'a> Reading<'a> {
    pub(super) fn of(text: &'a str, role: Role) -> Self {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        let count = |what: &str| memmem::find_iter(text.as_bytes(), what).count();
        let segments = count("p>") + count("agent=");
        Self {
            reader,
            role,
            parameters: Parameters { rates: Rates::DEFAULT, agents: Agents::default() },
            frames: Vec::new(),
            seen_root: false,
            root_language: None,
            paragraph: Paragraph::default(),
            name: String::new(),
            name_is_full: false,
            speech: Speech::of(text.len(), segments),
            language: Language::default(),
            styles: 0,
            regions: 0,
            animations: 0,
            readings: 0,
            stray: 0,
            never_shown: 0,
        }
    }

    pub(super) fn read(mut self) -> Result<Spoken, NormalizeError> {
        loop {
            match self.step() {
                Ok(true) => {}
                Ok(false) => return Ok(self.finish()),
                Err(fault) => {
                    let place = format!("{}/byte {}", self.role, self.reader.buffer_position());
                    return Err(NormalizeError::new(place, fault));
                }
            }
        }
    }

    /// The next piece of the file; false at its end.
    fn step(&mut self) -> Result<bool, Fault> {
        match self.reader.read_event().map_err(|error| malformed(&error))? {
            Event::Start(start) => self.open(&start)?,
            Event::End(_) => self.close()?,
            Event::Text(text) => {
                let text = text.xml10_content().map_err(|error| malformed(&error))?;
                self.text(&text);
            }
            Event::CData(text) => {
                let text = text.xml10_content().map_err(|error| malformed(&error))?;
                self.text(&text);
            }
            Event::GeneralRef(reference) => {
                let text = resolved(&reference)?;
                self.text(&text);
            }
            Event::DocType(_) => {
                return Err(Fault::Unsupported { format: "TTML", what: "a document type declaration" });
            }
            Event::Eof if self.frames.is_empty() && self.seen_root => return Ok(false),
            Event::Eof => return Err(malformed(&"it ends inside of an element")),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        Ok(true)
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), Fault> {
        let (namespace, name) = self.reader.resolver().resolve_element(start.name());
        let mut element = Element::of(&namespace, name.as_ref());
        let parent = self.frames.last();
        if parent.is_none() && (element != Element::Root || self.seen_root) {
            return Err(malformed(&"it has not one root element `tt`"));
        }
        if self.frames.len() == DEPTH_MAX {
            return Err(Fault::TooMany { what: "levels of elements", most: DEPTH_MAX });
        }
        self.seen_root = true;
        if element == Element::Paragraph && parent.is_some_and(|parent| parent.in_paragraph) {
            element = Element::Span;
        }
        let declared = parent.map_or(0, |parent| parent.declared);
        let resolver = self.reader.resolver();
        let attributes = Attributes::of(element, start, resolver, declared, &mut self.parameters)?;
        let frame = Frame::of(element, &attributes, self.frames.last());
        match element {
            Element::Root => self.root_language.clone_from(&frame.language),
            Element::Agent => self.parameters.agents.open(attributes.id.as_deref())?,
            Element::AgentName => {
                self.name.clear();
                self.name_is_full = attributes.is_full_name;
            }
            Element::LineBreak if frame.in_paragraph && !frame.is_ignored => {
                self.paragraph.break_line(frame.preserves_space);
            }
            Element::Style => self.styles += 1,
            Element::Region => self.regions += 1,
            Element::Animation => self.animations += 1,
            _ => self.readings += usize::from(attributes.is_reading),
        }
        self.frames.push(frame);
        Ok(())
    }

    fn close(&mut self) -> Result<(), Fault> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        match frame.element {
            Element::Paragraph if !frame.is_ignored => self.paragraph.say(&mut self.speech)?,
            Element::AgentName => self.parameters.agents.name(&self.name, self.name_is_full),
            _ => {}
        }
        let takes_time = matches!(frame.element, Element::Division | Element::Paragraph | Element::Span);
        if let Some(parent) = self.frames.last_mut().filter(|_| takes_time) {
            parent.interval.add_child(&frame.interval);
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        let Some(frame) = self.frames.last_mut() else { return };
        if frame.element == Element::AgentName {
            self.name.push_str(text);
            return;
        }
        let is_blank = text.bytes().all(|byte| byte.is_ascii_whitespace());
        if frame.is_ignored || (!frame.in_paragraph && is_blank) {
            return;
        }
        if !frame.in_paragraph {
            self.stray += 1;
            return;
        }
        if frame.interval.is_never() {
            self.never_shown += usize::from(!is_blank);
            return;
        }
        let (begin, end) = frame.interval.text();
        let said = Said { begin, end, speaker: frame.speaker.clone() };
        self.paragraph.push(text, frame.preserves_space, &said);
        if !is_blank {
            frame.interval.add_text();
            self.language.said(frame.language.as_deref());
        }
    }

    fn finish(mut self) -> Spoken {
        let sorted = self.speech.sort();
        let open_ends = self.speech.close_open_ends();
        let repairs = self.repairs(sorted, open_ends);
        let language = self.language.one(self.root_language.as_deref());
        let transcript = Transcript { language, segments: self.speech.finish(), ..Transcript::default() };
        Spoken { transcript, time_unit: "time expressions", replaced_characters: 0, repairs }
    }

    fn repairs(&self, sorted: bool, open_ends: usize) -> Vec<Repair> {
        let left_out = [
            ("styles", self.styles),
            ("regions", self.regions),
            ("animations", self.animations),
            ("readings of characters", self.readings),
            ("passages in another language that were marked", self.language.others),
        ];
        let skipped =
            [("texts outside of paragraphs", self.stray), ("texts that are never shown", self.never_shown)];
        let ends = [("cues", open_ends)];
        let role = self.role;
        let repairs = [
            left_out::repair("not-speech-left-out", role, "Left out because it is not speech", &left_out),
            left_out::repair("malformed-skipped", role, "Skipped, because it is no cue", &skipped),
            left_out::repair(
                "cue-ends-assumed",
                role,
                "Where nothing says when a cue ends, it ends when the next begins",
                &ends,
            ),
            sorted.then(|| left_out::sorted(role)),
        ];
        repairs.into_iter().flatten().collect()
    }
}

impl Frame {
    fn of(element: Element, attributes: &Attributes, parent: Option<&Self>) -> Self {
        let around = parent.map_or(Interval::ROOT, |parent| parent.interval);
        let takes_time = matches!(element, Element::Division | Element::Paragraph | Element::Span);
        let is_speech = takes_time || matches!(element, Element::Root | Element::LineBreak);
        let inherited =
            |own: &Option<Rc<str>>, of: fn(&Self) -> Option<Rc<str>>| own.clone().or_else(|| of(parent?));
        Self {
            element,
            interval: if takes_time { around.child(&attributes.timing) } else { around },
            language: inherited(&attributes.language, |parent| parent.language.clone()),
            speaker: inherited(&attributes.speaker, |parent| parent.speaker.clone()),
            preserves_space: attributes
                .preserves_space
                .unwrap_or_else(|| parent.is_some_and(|parent| parent.preserves_space)),
            is_ignored: !is_speech || attributes.is_reading || parent.is_some_and(|parent| parent.is_ignored),
            in_paragraph: element == Element::Paragraph || parent.is_some_and(|parent| parent.in_paragraph),
            declared: parent.map_or(0, |parent| parent.declared) + attributes.declarations,
        }
    }
}

/// A character reference, or one of XML's five entities: there are no others without a document type declaration.
fn resolved(reference: &BytesRef<'_>) -> Result<Cow<'static, str>, Fault> {
    if let Some(character) = reference.resolve_char_ref().map_err(|error| malformed(&error))? {
        return Ok(Cow::Owned(character.to_string()));
    }
    let name = reference.xml_content(XmlVersion::Implicit1_0).map_err(|error| malformed(&error))?;
    let text =
        resolve_predefined_entity(&name).ok_or_else(|| malformed(&format!("`&{name};` is not declared")))?;
    Ok(Cow::Borrowed(text))
}
