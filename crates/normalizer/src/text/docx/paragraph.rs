use super::{
    changes::{Act, Point, Revision},
    numbering::Numbering,
    styles::{self, Styles},
    xml::{Element, Xml},
};
use crate::{Fault, schema::BlockKind};

/// The paragraph under way.
#[derive(Default)]
pub(super) struct Paragraph {
    pub(super) number: usize,
    pub(super) text: String,
    pub(super) properties: Properties,
}

impl Paragraph {
    /// The end of what it says so far.
    pub(super) fn end(&self) -> Point {
        Point { paragraph: self.number, at: self.text.len() }
    }
}

/// What a paragraph says of itself (ECMA-376, part 1, 17.3.1.26).
#[derive(Default)]
pub(super) struct Properties {
    style: Option<String>,
    outline: Option<i64>,
    numbering: Option<i64>,
    level: Option<i64>,
    /// What happened to the paragraph's end.
    pub(super) mark: Vec<Revision>,
}

/// The block that a paragraph makes.
pub(super) struct Shape {
    pub(super) kind: BlockKind,
    pub(super) level: Option<u32>,
    pub(super) ordinal: Option<u64>,
}

impl Properties {
    /// Of the `pPr` that began last.
    pub(super) fn read(xml: &mut Xml<'_>) -> Result<Self, Fault> {
        let mut properties = Self::default();
        xml.each(|around, element| match (around, element.name) {
            (_, "pStyle") => properties.style = element.value(),
            (_, "outlineLvl") => properties.outline = element.number(),
            ("numPr", "numId") => properties.numbering = element.number(),
            ("numPr", "ilvl") => properties.level = element.number(),
            ("rPr", _) => properties.mark.extend(revision(element)),
            _ => {}
        })?;
        Ok(properties)
    }

    /// A heading before anything else, then an item of a list; counts the item.
    pub(super) fn shape(&self, styles: &Styles, numbering: &mut Numbering) -> Shape {
        let meaning = styles.meaning(self.style.as_deref());
        let instance = self.numbering.or(meaning.numbering);
        let level = self.level.or(meaning.level).unwrap_or_default();
        let item = instance.and_then(|instance| numbering.next(instance, level));
        if let Some(level) = self.outline.or(meaning.outline).and_then(styles::heading_level) {
            return Shape { kind: BlockKind::Heading, level: Some(level), ordinal: None };
        }
        if let Some(item) = item {
            return Shape { kind: BlockKind::ListItem, level: Some(item.depth), ordinal: item.ordinal };
        }
        let kind = if meaning.is_quote { BlockKind::Quote } else { BlockKind::Paragraph };
        Shape { kind, level: None, ordinal: None }
    }
}

/// The tracked change that an element stands for.
pub(super) fn revision(element: &Element<'_>) -> Option<Revision> {
    let act = Act::of(element.name)?;
    Some(Revision { act, author: element.attribute("author") })
}
