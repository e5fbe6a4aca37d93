use crate::{
    extract::xml::{Step, walk},
    fault::Fault,
};
use std::collections::HashMap;

/// Longer chains of styles are a mistake or a circle.
const BASED_ON_MAX: usize = 16;

#[derive(Default)]
struct Style {
    name: String,
    based_on: Option<String>,
    outline: Option<u8>,
    list: Option<String>,
}

/// What a document's paragraph styles say of headings and lists (17.7).
#[derive(Default)]
pub(super) struct Styles(HashMap<String, Style>);

impl Styles {
    pub(super) fn read(xml: &[u8]) -> Result<Self, Fault> {
        let mut styles = HashMap::new();
        let mut open: Option<(String, Style)> = None;
        walk(xml, |step| match step {
            Step::Start("style", attributes) => {
                open = attributes.get("styleId").map(|id| (id.to_owned(), Style::default()));
            }
            Step::Start(name, attributes) => {
                let (Some((_, style)), Some(value)) = (&mut open, attributes.get("val")) else { return };
                match name {
                    "name" => style.name = value.to_ascii_lowercase(),
                    "basedOn" => style.based_on = Some(value.to_owned()),
                    "outlineLvl" => style.outline = value.parse().ok(),
                    "numId" => style.list = Some(value.to_owned()),
                    _ => {}
                }
            }
            Step::End("style") => styles.extend(open.take()),
            _ => {}
        })?;
        Ok(Self(styles))
    }

    /// The level of headings in this style, if it is one of headings.
    pub(super) fn heading(&self, id: &str) -> Option<u8> {
        self.inherited(id, |style| {
            let named = style.name.strip_prefix("heading ").and_then(|level| level.trim().parse().ok());
            let outlined = style.outline.filter(|level| *level < 9).map(|level| level + 1);
            named.or(outlined).or_else(|| (style.name == "title").then_some(1))
        })
    }

    /// The list that this style numbers its paragraphs in.
    pub(super) fn list(&self, id: &str) -> Option<&str> {
        self.inherited(id, |style| style.list.as_deref())
    }

    fn inherited<'a, T>(&'a self, id: &str, get: impl Fn(&'a Style) -> Option<T>) -> Option<T> {
        let mut style = self.0.get(id)?;
        for _ in 0..BASED_ON_MAX {
            if let Some(found) = get(style) {
                return Some(found);
            }
            style = self.0.get(style.based_on.as_deref()?)?;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_of_styles_ends() {
        let xml = br#"<s><style styleId="a"><basedOn val="b"/></style><style styleId="b"><basedOn val="a"/></style>
            <style styleId="t"><name val="Title"/></style><style styleId="o"><outlineLvl val="2"/><numId val="7"/></style></s>"#;
        let styles = Styles::read(xml).unwrap();
        assert_eq!(styles.heading("a"), None);
        assert_eq!(styles.heading("t"), Some(1));
        assert_eq!(styles.heading("o"), Some(3));
        assert_eq!(styles.list("o"), Some("7"));
        assert_eq!(styles.heading("unknown"), None);
    }
}
