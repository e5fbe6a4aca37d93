use super::{
    blocks::Cue,
    cue_text::{Element, Kind, Node, nodes, timestamps},
};
use crate::{
    Fault,
    transcript::{
        said_in::Language,
        speech::{Span, Speech, clipped},
    },
};
use memchr::memchr2;
use std::borrow::Cow;

/// Deepest nesting of voices, and of languages, whose names are followed; what is said deeper is said by the deepest.
const NAMES_NESTED_MAX: usize = 64;

/// Turns the text of cues into speech, and counts what is none.
#[derive(Default)]
pub(super) struct Speaking {
    pub(super) language: Language,
    /// Tags and classes that say how text is drawn.
    pub(super) formatting: usize,
    /// Readings of characters (`rt`), which repeat what is written beside them.
    pub(super) readings: usize,
    /// Cues whose inner times do not rise or lie outside of the cue.
    pub(super) times_disordered: usize,
}

/// Names by nesting, innermost last.
struct Nested<'a> {
    names: Vec<Cow<'a, str>>,
    deeper: usize,
}

impl<'a> Nested<'a> {
    const fn new() -> Self {
        Self { names: Vec::new(), deeper: 0 }
    }

    fn open(&mut self, name: Cow<'a, str>) {
        if self.names.len() < NAMES_NESTED_MAX {
            self.names.push(name);
        } else {
            self.deeper += 1;
        }
    }

    fn close(&mut self) {
        if self.deeper > 0 {
            self.deeper -= 1;
        } else {
            self.names.pop();
        }
    }

    /// The innermost name that is not empty.
    fn name(&self) -> Option<&str> {
        self.names.iter().rev().map(|name| &**name).find(|name| !name.is_empty())
    }
}

/// The stretches between a cue's beginning, its inner times and its end.
struct Stretches {
    current: Span,
    /// The ends of the stretches after the current one.
    ends: std::vec::IntoIter<u64>,
}

impl Stretches {
    /// None without inner times; an error if they do not rise within the cue.
    fn of(cue: &Cue<'_>) -> Result<Option<Self>, ()> {
        let mut ends = timestamps(cue.text);
        let Some(&first) = ends.first() else { return Ok(None) };
        ends.push(cue.end_ms);
        if first < cue.start_ms || !ends.is_sorted() {
            return Err(());
        }
        let mut ends = ends.into_iter();
        let end_ms = ends.next().unwrap_or(cue.end_ms);
        Ok(Some(Self { current: Span { start_ms: cue.start_ms, end_ms }, ends }))
    }

    /// Goes on to the stretch that begins with an inner time.
    fn begin(&mut self, start_ms: u64) {
        let end_ms = self.ends.next().unwrap_or(start_ms);
        self.current = Span { start_ms, end_ms };
    }
}

impl Speaking {
    /// Says a cue. `language` is that of the file.
    pub(super) fn cue(
        &mut self,
        cue: &Cue<'_>,
        language: Option<&str>,
        speech: &mut Speech,
    ) -> Result<(), Fault> {
        speech.begin(Span { start_ms: cue.start_ms, end_ms: cue.end_ms })?;
        if memchr2(b'<', b'&', cue.text.as_bytes()).is_none() {
            self.language.said(language);
            speech.say(None, cue.text, None)?;
            return speech.end();
        }
        let mut stretches = Stretches::of(cue).unwrap_or_else(|()| {
            self.times_disordered += 1;
            None
        });
        let (mut voices, mut languages, mut in_reading) = (Nested::new(), Nested::new(), 0_usize);
        for node in nodes(cue.text) {
            match node {
                Node::Open(element) => {
                    self.count(&element);
                    match element.kind {
                        Kind::Voice => voices.open(name(element.annotation())),
                        Kind::Language => languages.open(element.annotation()),
                        Kind::RubyText => in_reading += 1,
                        _ => {}
                    }
                }
                Node::Close(Kind::Voice) => voices.close(),
                Node::Close(Kind::Language) => languages.close(),
                Node::Close(Kind::RubyText) => in_reading -= 1,
                Node::Close(_) => {}
                Node::Timestamp(time_ms) => {
                    if let Some(stretches) = &mut stretches {
                        stretches.begin(time_ms);
                    }
                }
                Node::Text(_) if in_reading > 0 => {}
                Node::Text(text) => {
                    if !text.trim_ascii().is_empty() {
                        self.language.said(languages.name().or(language));
                    }
                    speech.say(
                        voices.name(),
                        &text,
                        stretches.as_ref().map(|stretches| stretches.current),
                    )?;
                }
            }
        }
        speech.end()
    }

    fn count(&mut self, element: &Element<'_>) {
        match element.kind {
            Kind::RubyText => self.readings += 1,
            Kind::Voice | Kind::Language | Kind::Ruby => {
                self.formatting += usize::from(element.classes().next().is_some());
            }
            Kind::Class | Kind::Italic | Kind::Bold | Kind::Underline => self.formatting += 1,
        }
    }
}

/// The name of a voice, as long as names are.
fn name(annotation: Cow<'_, str>) -> Cow<'_, str> {
    match annotation {
        Cow::Borrowed(name) => Cow::Borrowed(clipped(name)),
        Cow::Owned(name) => Cow::Owned(clipped(&name).to_owned()),
    }
}
