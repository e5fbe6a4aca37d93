use crate::{
    extract::xml::{Step, walk},
    fault::Fault,
};
use std::collections::{HashMap, HashSet};

/// Which levels of which lists carry bullets (17.9).
#[derive(Default)]
pub(super) struct Numbering {
    definition_of: HashMap<String, String>,
    bulleted: HashSet<(String, u8)>,
}

impl Numbering {
    pub(super) fn read(xml: &[u8]) -> Result<Self, Fault> {
        let mut numbering = Self::default();
        let (mut definition, mut level, mut list) = (String::new(), 0, String::new());
        walk(xml, |step| {
            let Step::Start(name, attributes) = step else { return };
            let value = attributes.get("val");
            match name {
                "abstractNum" => {
                    attributes.get("abstractNumId").unwrap_or_default().clone_into(&mut definition);
                }
                "lvl" => level = attributes.get("ilvl").and_then(|v| v.parse().ok()).unwrap_or(0),
                "numFmt" if matches!(value, Some("bullet" | "none")) => {
                    numbering.bulleted.insert((definition.clone(), level));
                }
                "num" => attributes.get("numId").unwrap_or_default().clone_into(&mut list),
                "abstractNumId" => {
                    numbering.definition_of.insert(list.clone(), value.unwrap_or_default().to_owned());
                }
                _ => {}
            }
        })?;
        Ok(numbering)
    }

    /// Whether items at this level of this list are numbered rather than bulleted.
    pub(super) fn ordered(&self, list: &str, level: u8) -> bool {
        let definition = self.definition_of.get(list);
        definition.is_some_and(|definition| !self.bulleted.contains(&(definition.clone(), level)))
    }
}
