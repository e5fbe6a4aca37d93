use super::ledger::Ledger;
use crate::{
    Fault,
    json::Label,
    limits::{SPEAKER_CHARS_MAX, SPEAKERS_MAX},
};
use std::{borrow::Cow, collections::BTreeMap};

/// Who speaks, as a place in the list of speakers: words are many, speakers few.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Speaker(pub(super) u16);

/// The speakers of a transcript, in the order in which they are first heard.
#[derive(Debug, Default)]
pub(super) struct Speakers<'a> {
    names: Vec<Cow<'a, str>>,
    places: BTreeMap<Cow<'a, str>, Speaker>,
    last: Option<Speaker>,
}

impl<'a> Speakers<'a> {
    /// The speaker of this name; nobody for an empty one.
    pub(super) fn named(&mut self, name: Cow<'a, str>) -> Result<Option<Speaker>, Fault> {
        if let Some(last) = self.last.filter(|last| self.name(*last) == name) {
            return Ok(Some(last));
        }
        let name = shortened(name);
        if name.is_empty() {
            return Ok(None);
        }
        let speaker = match self.places.get(&name) {
            Some(known) => *known,
            None => self.add(name)?,
        };
        self.last = Some(speaker);
        Ok(Some(speaker))
    }

    /// The speaker of this label. Numbers become names that a reader understands; one speaker too many is a fault.
    pub(super) fn labelled(
        &mut self,
        label: Option<Label<'a>>,
        ledger: &mut Ledger,
        place: impl FnOnce() -> String,
    ) -> Option<Speaker> {
        let name = match label? {
            Label::Name(name) => name,
            Label::Number(number) => format!("Speaker {number}").into(),
        };
        self.named(name).unwrap_or_else(|fault| {
            ledger.fault(place, fault);
            None
        })
    }

    pub(super) fn name(&self, speaker: Speaker) -> &str {
        self.names.get(usize::from(speaker.0)).map_or("", |name| name)
    }

    fn add(&mut self, name: Cow<'a, str>) -> Result<Speaker, Fault> {
        let too_many = || Fault::TooMany { what: "speakers", most: SPEAKERS_MAX };
        let place = u16::try_from(self.names.len()).ok().filter(|place| usize::from(*place) < SPEAKERS_MAX);
        let speaker = place.map(Speaker).ok_or_else(too_many)?;
        self.names.push(name.clone());
        self.places.insert(name, speaker);
        Ok(speaker)
    }
}

/// A name without white space around it, as long as names are.
fn shortened(name: Cow<'_, str>) -> Cow<'_, str> {
    let trimmed = name.trim();
    let end = trimmed.char_indices().nth(SPEAKER_CHARS_MAX).map_or(trimmed.len(), |(at, _)| at);
    if end == name.len() {
        return name;
    }
    match name {
        Cow::Borrowed(name) => {
            let name = name.trim();
            Cow::Borrowed(&name[..end.min(name.len())])
        }
        Cow::Owned(name) => Cow::Owned(name.trim()[..end].to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speakers_are_known_by_their_names() {
        let mut speakers = Speakers::default();
        let mut check = |name: &'static str, expect: Option<u16>| {
            assert_eq!(speakers.named(name.into()), Ok(expect.map(Speaker)), "{name:?}");
        };
        check("spk_0", Some(0));
        check("spk_1", Some(1));
        check(" spk_0 ", Some(0));
        check("", None);
        check("  ", None);
        let third = speakers.labelled(Some(Label::Number(3)), &mut Ledger::default(), String::new);
        assert_eq!(third, Some(Speaker(2)));
        assert_eq!(speakers.name(Speaker(2)), "Speaker 3");
        let long = "n".repeat(5_000);
        assert_eq!(speakers.named(long.into()), Ok(Some(Speaker(3))));
        assert_eq!(speakers.name(Speaker(3)).len(), SPEAKER_CHARS_MAX);
    }

    #[test]
    fn there_is_a_most() {
        let mut speakers = Speakers::default();
        let mut names = (0..=SPEAKERS_MAX).map(|number| speakers.named(number.to_string().into()));
        assert!(names.by_ref().take(SPEAKERS_MAX).all(|speaker| speaker.is_ok()));
        assert_eq!(names.next(), Some(Err(Fault::TooMany { what: "speakers", most: SPEAKERS_MAX })));
    }
}
