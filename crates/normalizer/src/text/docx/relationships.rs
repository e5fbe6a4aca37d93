use super::{package::Package, xml::Xml};
use crate::Fault;

/// What a part refers to: the last word of each relationship's type, and the part's name (ECMA-376, part 2, 6.5).
pub(super) struct Relationships(Vec<(String, String)>);

impl Relationships {
    /// Of a part, or with an empty name of the package itself.
    pub(super) fn of(package: &mut Package<'_>, part: &str) -> Result<Self, Fault> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let name = absolute(folder, &format!("_rels/{file}.rels"));
        let mut all = Vec::new();
        if let Some(text) = package.part(&name)? {
            let mut xml = Xml::new(&name, &text);
            xml.root()?;
            xml.each(|_, element| {
                let inside = element.attribute("TargetMode").is_none_or(|mode| mode != "External");
                if let (true, "Relationship", Some(kind), Some(target)) =
                    (inside, element.name, element.attribute("Type"), element.attribute("Target"))
                {
                    let word = kind.rsplit('/').next().unwrap_or_default().to_owned();
                    all.push((word, absolute(folder, &target)));
                }
            })?;
        }
        Ok(Self(all))
    }

    /// The part that stands in this relation.
    pub(super) fn target(&self, kind: &str) -> Option<&str> {
        self.0.iter().find(|(word, _)| word == kind).map(|(_, part)| part.as_str())
    }
}

/// A part's name from a reference in a part in `folder`.
fn absolute(folder: &str, target: &str) -> String {
    let from = if target.starts_with('/') { "" } else { folder };
    let mut path: Vec<&str> = Vec::new();
    for step in from.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_relative_to_their_part() {
        assert_eq!(absolute("word", "styles.xml"), "word/styles.xml");
        assert_eq!(absolute("word", "/word/styles.xml"), "word/styles.xml");
        assert_eq!(absolute("word", "../customXml/./item1.xml"), "customXml/item1.xml");
        assert_eq!(absolute("", "_rels/.rels"), "_rels/.rels");
        assert_eq!(absolute("", "../../etc"), "etc");
    }
}
