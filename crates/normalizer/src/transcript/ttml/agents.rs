use crate::{Fault, limits::SPEAKER_CHARS_MAX, transcript::speech::clipped};
use std::{collections::HashMap, rc::Rc};

/// A cast is smaller.
const AGENTS_MAX: usize = 1_000;

/// Who speaks: the agents of the head (TTML2, section 14.1.1), by their identifiers.
#[derive(Debug, Default)]
pub(super) struct Agents {
    names: HashMap<String, Name>,
    /// The agent whose element is open.
    current: Option<String>,
}

#[derive(Debug, Default)]
struct Name {
    text: String,
    is_full: bool,
}

impl Agents {
    pub(super) fn open(&mut self, id: Option<&str>) -> Result<(), Fault> {
        self.current = id.map(|id| clipped(id).to_owned());
        if let Some(id) = &self.current {
            self.names.entry(id.clone()).or_default();
        }
        if self.names.len() > AGENTS_MAX {
            return Err(Fault::TooMany { what: "agents", most: AGENTS_MAX });
        }
        Ok(())
    }

    /// A name of the open agent: the first counts, but a full one (`type="full"`) more.
    pub(super) fn name(&mut self, text: &str, is_full: bool) {
        let Some(name) = self.current.as_ref().and_then(|id| self.names.get_mut(id)) else { return };
        let text = clipped(text.trim());
        if !text.is_empty() && (name.text.is_empty() || (is_full && !name.is_full)) {
            *name = Name { text: text.to_owned(), is_full };
        }
    }

    /// The names of the agents that an attribute lists, as the name of one speaker.
    pub(super) fn speaker(&self, ids: &str) -> Option<Rc<str>> {
        let mut speaker = String::new();
        for id in ids.split_ascii_whitespace() {
            if !speaker.is_empty() {
                speaker.push_str(", ");
            }
            let named = self.names.get(id).map(|name| name.text.as_str()).filter(|name| !name.is_empty());
            speaker.push_str(named.unwrap_or_else(|| clipped(id)));
            if speaker.len() > SPEAKER_CHARS_MAX * 4 {
                break;
            }
        }
        (!speaker.is_empty()).then(|| clipped(&speaker).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_names_count_more_than_others() {
        let mut agents = Agents::default();
        agents.open(Some("a")).unwrap();
        agents.name(" Nick ", false);
        agents.name("Other", false);
        agents.name("The Teacher", true);
        agents.name("Another", true);
        agents.open(Some("b")).unwrap();
        agents.open(None).unwrap();
        agents.name("Nobody", true);
        let check =
            |ids: &str, expect: Option<&str>| assert_eq!(agents.speaker(ids).as_deref(), expect, "{ids}");
        check("a", Some("The Teacher"));
        check(" a\n b c ", Some("The Teacher, b, c"));
        check(" ", None);
        check(&"x".repeat(1_000), Some(&"x".repeat(100)));
        assert_eq!(agents.speaker(&"a ".repeat(1_000_000)).map(|name| name.chars().count()), Some(100));
    }

    #[test]
    fn a_cast_is_bounded() {
        let mut agents = Agents::default();
        let fault = (0..=AGENTS_MAX).find_map(|id| agents.open(Some(&id.to_string())).err());
        assert_eq!(fault, Some(Fault::TooMany { what: "agents", most: AGENTS_MAX }));
    }
}
