use super::{limits::STYLE_CHAIN_MAX, xml::Xml};
use crate::Fault;
use std::collections::HashMap;

/// The deepest heading of a normalized document.
const HEADING_LEVEL_MAX: i64 = 6;
/// Outline levels run from 0 to 8; 9 is body text (ECMA-376, part 1, 17.3.1.20).
const BODY_TEXT: i64 = 9;

/// Paragraph and numbering styles by their ids, which are localized; what a style means is in its outline level, its
/// built-in name, which is not, and the style that it is based on.
#[derive(Default)]
pub(super) struct Styles {
    all: HashMap<String, Style>,
    /// The style of paragraphs that name none.
    default: Option<String>,
}

#[derive(Default)]
struct Style {
    name: String,
    based_on: Option<String>,
    outline: Option<i64>,
    numbering: Option<i64>,
    level: Option<i64>,
}

/// What a paragraph's style says of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Meaning {
    /// As the style names its outline level, from 0.
    pub(super) outline: Option<i64>,
    pub(super) is_quote: bool,
    pub(super) numbering: Option<i64>,
    pub(super) level: Option<i64>,
}

impl Styles {
    pub(super) fn read(part: &str, text: &str) -> Result<Self, Fault> {
        let mut styles = Self::default();
        let mut id = None;
        let mut xml = Xml::new(part, text);
        xml.root()?;
        xml.each(|_, element| {
            if element.name == "style" {
                id = element.attribute("styleId");
                let is_default = element.attribute("default").is_some_and(|on| on == "1" || on == "true");
                if is_default && element.attribute("type").as_deref() == Some("paragraph") {
                    styles.default.clone_from(&id);
                }
            }
            let Some(id) = &id else { return };
            if matches!(element.name, "style" | "name" | "basedOn" | "outlineLvl" | "numId" | "ilvl") {
                let style = styles.all.entry(id.clone()).or_default();
                match element.name {
                    "name" => style.name = element.value().unwrap_or_default().to_lowercase(),
                    "basedOn" => style.based_on = element.value(),
                    "outlineLvl" => style.outline = element.number(),
                    "numId" => style.numbering = element.number(),
                    "ilvl" => style.level = element.number(),
                    _ => {}
                }
            }
        })?;
        Ok(styles)
    }

    /// What a style, or the default one, means: the nearest word on each matter, down the chain of what it is based on.
    pub(super) fn meaning(&self, id: Option<&str>) -> Meaning {
        let mut meaning = Meaning::default();
        let mut next = id.or(self.default.as_deref());
        for _ in 0..STYLE_CHAIN_MAX {
            let Some(style) = next.and_then(|id| self.all.get(id)) else { break };
            meaning.outline = meaning.outline.or(style.outline).or_else(|| named_outline(&style.name));
            meaning.is_quote |= matches!(style.name.as_str(), "quote" | "intense quote");
            meaning.numbering = meaning.numbering.or(style.numbering);
            meaning.level = meaning.level.or(style.level);
            next = style.based_on.as_deref();
        }
        meaning
    }

    /// The numbering that a numbering style stands for.
    pub(super) fn numbering(&self, id: &str) -> Option<i64> {
        self.all.get(id)?.numbering
    }
}

/// Some writers leave the outline level of built-in headings to their names. A title stands above everything.
fn named_outline(name: &str) -> Option<i64> {
    if name == "title" {
        return Some(0);
    }
    let level: i64 = name.strip_prefix("heading ")?.parse().ok()?;
    (1..=BODY_TEXT).contains(&level).then_some(level - 1)
}

/// The level of a heading from its outline level, if that is not body text.
pub(super) fn heading_level(outline: i64) -> Option<u32> {
    let level = (0..BODY_TEXT).contains(&outline).then_some((outline + 1).min(HEADING_LEVEL_MAX))?;
    u32::try_from(level).ok()
}
