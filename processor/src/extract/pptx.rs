//! Presentations (ECMA-376, part 1, PresentationML): every slide in order, its title, its text and its notes.

use super::{
    archive::Archive,
    block::Block,
    xml::{Step, walk},
};
use crate::fault::Fault;
use std::{collections::HashMap, fs::File};

/// More slides than this are not a lesson.
const SLIDES_MAX: usize = 2_000;

/// Reads a presentation.
pub(super) fn blocks(file: File) -> Result<Vec<Block>, Fault> {
    let mut archive = Archive::open(file)?;
    let presentation = archive.required("ppt/presentation.xml")?;
    let targets = relations(&mut archive, "ppt", "presentation.xml")?;
    let mut slides = Vec::new();
    walk(&presentation, |step| {
        if let Step::Start("sldId", attributes) = step {
            // `id` and `r:id` differ by their prefix alone.
            slides.extend(
                attributes.exact("r:id").and_then(|id| targets.get(id)).map(|(_, target)| target.clone()),
            );
        }
    })?;
    if slides.len() > SLIDES_MAX {
        return Err(Fault::TooLarge(format!("it has more than {SLIDES_MAX} slides")));
    }
    let mut blocks = Vec::new();
    for slide in slides {
        blocks.extend(shapes(&archive.required(&slide)?, "title")?);
        let (folder, name) = slide.rsplit_once('/').unwrap_or(("", &slide));
        let notes = relations(&mut archive, folder, name)?;
        for (_, target) in notes.values().filter(|(kind, _)| kind.ends_with("/notesSlide")) {
            let found = shapes(&archive.required(target)?, "none")?;
            if found.iter().any(|block| !matches!(block, Block::Paragraph { text } if text.trim().is_empty()))
            {
                blocks.push(Block::heading(3, "Notes"));
                blocks.extend(found);
            }
        }
    }
    Ok(blocks)
}

/// The relationships of a part: id → (type, path in the package).
fn relations(
    archive: &mut Archive,
    folder: &str,
    part: &str,
) -> Result<HashMap<String, (String, String)>, Fault> {
    let xml = archive.part(&format!("{folder}/_rels/{part}.rels"))?.unwrap_or_default();
    let mut found = HashMap::new();
    walk(&xml, |step| {
        if let Step::Start("Relationship", attributes) = step
            && let (Some(id), Some(kind), Some(target)) =
                (attributes.get("Id"), attributes.get("Type"), attributes.get("Target"))
        {
            found.insert(id.to_owned(), (kind.to_owned(), resolve(folder, target)));
        }
    })?;
    Ok(found)
}

/// A target relative to the folder of its part (OPC, 6.5).
fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').collect();
    for segment in target.split('/') {
        match segment {
            ".." => {
                path.pop();
            }
            "." => {}
            other => path.push(other),
        }
    }
    path.join("/")
}

#[derive(Default)]
struct Slide {
    blocks: Vec<Block>,
    placeholder: String,
    text: String,
    depth: u8,
    in_text: bool,
    in_cell: bool,
    rows: Vec<Vec<String>>,
}

/// The text of one slide's shapes. Dates, footers and slide numbers are furniture.
fn shapes(xml: &[u8], title: &str) -> Result<Vec<Block>, Fault> {
    let mut slide = Slide::default();
    walk(xml, |step| match step {
        Step::Start("sp", _) => slide.placeholder.clear(),
        Step::Start("ph", attributes) => {
            attributes.get("type").unwrap_or("body").clone_into(&mut slide.placeholder);
        }
        Step::Start("tbl", _) => slide.rows.clear(),
        Step::Start("tr", _) => slide.rows.push(Vec::new()),
        Step::Start("tc", _) => {
            slide.in_cell = true;
            slide.rows.last_mut().into_iter().for_each(|row| row.push(String::new()));
        }
        Step::End("tc") => slide.in_cell = false,
        Step::End("tbl") => slide.blocks.push(Block::Table { rows: std::mem::take(&mut slide.rows) }),
        Step::Start("p", _) => (slide.text, slide.depth) = (String::new(), 0),
        Step::Start("pPr", attributes) => {
            slide.depth = attributes.get("lvl").and_then(|level| level.parse().ok()).unwrap_or(0);
        }
        Step::Start("t", _) => slide.in_text = true,
        Step::End("t") => slide.in_text = false,
        Step::Start("br", _) => slide.text.push('\n'),
        Step::Text(text) if slide.in_text => slide.text.push_str(text),
        Step::End("p") => slide.paragraph(title),
        _ => {}
    })?;
    Ok(slide.blocks)
}

impl Slide {
    fn paragraph(&mut self, title: &str) {
        let text = std::mem::take(&mut self.text);
        if self.in_cell {
            if let Some(cell) = self.rows.last_mut().and_then(|row| row.last_mut()) {
                cell.push_str(&text);
                cell.push('\n');
            }
            return;
        }
        let block = match self.placeholder.as_str() {
            "dt" | "ftr" | "sldNum" | "hdr" | "sldImg" => return,
            kind @ ("title" | "ctrTitle") if title != "none" => {
                Block::heading(if kind == "ctrTitle" { 1 } else { 2 }, text.replace('\n', " "))
            }
            "body" if title != "none" => Block::item(self.depth, false, text),
            _ => Block::paragraph(text),
        };
        self.blocks.push(block);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::archive::tests::package, *};

    #[test]
    fn slides_come_in_the_order_of_the_presentation() {
        let slide = |title: &str, body: &str| {
            format!(
                r#"<s xmlns:a="a"><sp><nvPr><ph type="title"/></nvPr><a:p><a:r><a:t>{title}</a:t></a:r></a:p></sp>
                <sp><nvPr><ph idx="1"/></nvPr><a:p><a:pPr lvl="1"/><a:r><a:t>{body}</a:t></a:r></a:p></sp>
                <sp><nvPr><ph type="sldNum"/></nvPr><a:p><a:fld><a:t>7</a:t></a:fld></a:p></sp></s>"#
            )
        };
        let relation = |id: &str, kind: &str, target: &str| {
            format!(r#"<Relationship Id="{id}" Type="http://x/{kind}" Target="{target}"/>"#)
        };
        let relations = format!(
            "<R>{}{}</R>",
            relation("r1", "slide", "slides/slide1.xml"),
            relation("r2", "slide", "/ppt/slides/slide2.xml")
        );
        let notes = format!("<R>{}</R>", relation("r9", "notesSlide", "../notesSlides/n.xml"));
        let parts = [
            (
                "ppt/presentation.xml",
                r#"<p xmlns:r="r"><sldId id="256" r:id="r2"/><sldId id="257" r:id="r1"/></p>"#.to_owned(),
            ),
            ("ppt/_rels/presentation.xml.rels", relations),
            ("ppt/slides/slide1.xml", slide("One", "a")),
            ("ppt/slides/slide2.xml", slide("Two", "b")),
            ("ppt/slides/_rels/slide1.xml.rels", notes),
            ("ppt/notesSlides/n.xml", r#"<n><sp><ph type="body"/><p><t>Say it</t></p></sp></n>"#.to_owned()),
        ];
        let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, xml)| (*name, xml.as_bytes())).collect();
        let expect = [
            Block::heading(2, "Two"),
            Block::item(1, false, "b"),
            Block::heading(2, "One"),
            Block::item(1, false, "a"),
            Block::heading(3, "Notes"),
            Block::paragraph("Say it"),
        ];
        assert_eq!(blocks(package(&parts)).unwrap(), expect);
    }
}
