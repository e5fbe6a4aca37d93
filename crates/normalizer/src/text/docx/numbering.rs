use super::{styles::Styles, xml::Xml};
use crate::Fault;
use std::collections::HashMap;

/// Levels of a list (ECMA-376, part 1, 17.9.6).
const LEVELS: usize = 9;

/// Lists as the document defines them, and how far each has been counted.
///
/// Instances of one definition count on together, unless an instance says where it starts.
#[derive(Default)]
pub(super) struct Numbering {
    definitions: HashMap<i64, Definition>,
    instances: HashMap<i64, Instance>,
}

#[derive(Default)]
struct Definition {
    levels: [Level; LEVELS],
    /// Its levels are those of the list of this numbering style.
    style: Option<String>,
    counted: [Option<i64>; LEVELS],
}

#[derive(Clone, Copy)]
struct Level {
    start: i64,
    is_numbered: bool,
}

impl Default for Level {
    fn default() -> Self {
        Self { start: 1, is_numbered: true }
    }
}

#[derive(Default)]
struct Instance {
    definition: i64,
    starts: [Option<i64>; LEVELS],
}

/// An item's depth from 1 and its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) depth: u32,
    pub(super) ordinal: Option<u64>,
}

impl Numbering {
    pub(super) fn read(part: &str, text: &str, styles: &Styles) -> Result<Self, Fault> {
        let mut numbering = Self::default();
        let (mut definition, mut instance, mut level) = (None, None, 0);
        let mut xml = Xml::new(part, text);
        xml.root()?;
        xml.each(|_, element| match element.name {
            "abstractNum" => {
                (definition, instance) = (id(element.attribute("abstractNumId")), None);
            }
            "num" => (definition, instance) = (None, id(element.attribute("numId"))),
            "lvl" | "lvlOverride" => level = id(element.attribute("ilvl")).unwrap_or_default(),
            "start" | "numFmt" | "numStyleLink" => {
                let Some(definition) = definition else { return };
                let definition = numbering.definitions.entry(definition).or_default();
                if element.name == "numStyleLink" {
                    definition.style = element.value();
                } else if let Some(level) = at(&mut definition.levels, level) {
                    match element.name {
                        "start" => level.start = element.number().unwrap_or(1),
                        _ => {
                            level.is_numbered =
                                !matches!(element.value().as_deref(), Some("bullet" | "none"));
                        }
                    }
                }
            }
            "abstractNumId" | "startOverride" => {
                let (Some(instance), Some(number)) = (instance, element.number()) else { return };
                let instance = numbering.instances.entry(instance).or_default();
                if element.name == "abstractNumId" {
                    instance.definition = number;
                } else if let Some(start) = at(&mut instance.starts, level) {
                    *start = Some(number);
                }
            }
            _ => {}
        })?;
        numbering.link(styles);
        Ok(numbering)
    }

    /// Definitions that stand for the list of a style give way to that list.
    fn link(&mut self, styles: &Styles) {
        let real = |instances: &HashMap<i64, Instance>, definition: &Definition| {
            let instance = styles.numbering(definition.style.as_deref()?)?;
            instances.get(&instance).map(|instance| instance.definition)
        };
        let linked: Vec<(i64, i64)> = self
            .definitions
            .iter()
            .filter_map(|(id, definition)| Some((*id, real(&self.instances, definition)?)))
            .collect();
        let linked: HashMap<i64, i64> = linked.into_iter().collect();
        for instance in self.instances.values_mut() {
            if let Some(real) = linked.get(&instance.definition) {
                instance.definition = *real;
            }
        }
    }

    /// The next item of a list; nothing if the number takes the paragraph out of any list.
    pub(super) fn next(&mut self, instance: i64, level: i64) -> Option<Item> {
        if instance == 0 {
            return None;
        }
        let level = usize::try_from(level).unwrap_or_default().min(LEVELS - 1);
        let depth = u32::try_from(level + 1).unwrap_or(1);
        let ordinal = self.count(instance, level).and_then(|number| u64::try_from(number).ok());
        Some(Item { depth, ordinal })
    }

    fn count(&mut self, instance: i64, level: usize) -> Option<i64> {
        let instance = self.instances.get_mut(&instance)?;
        let definition = self.definitions.get_mut(&instance.definition)?;
        // An instance's own start counts once, where the instance begins.
        let restart = instance.starts[level].take().map(|start| start.saturating_sub(1));
        let before = restart.or(definition.counted[level]);
        let start = definition.levels[level].start;
        let number = before.map_or(start, |number| number.saturating_add(1));
        definition.counted[level] = Some(number);
        definition.counted[level + 1..].fill(None);
        definition.levels[level].is_numbered.then_some(number)
    }
}

fn id(written: Option<String>) -> Option<i64> {
    written?.trim().parse().ok()
}

fn at<T>(levels: &mut [T], level: i64) -> Option<&mut T> {
    levels.get_mut(usize::try_from(level).ok()?)
}
