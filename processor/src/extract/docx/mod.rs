//! Word documents (ECMA-376, part 1, WordprocessingML): the accepted view, without headers, footers and footnotes.

mod numbering;
mod styles;

use super::{
    archive::Archive,
    block::Block,
    xml::{Attributes, Step, walk},
};
use crate::fault::Fault;
use numbering::Numbering;
use std::fs::File;
use styles::Styles;

/// What these elements hold is not part of the accepted text: deletions, the old place of moved text, field codes, and
/// the second rendering of drawings.
const SKIPPED: [&str; 6] = ["del", "moveFrom", "Fallback", "instrText", "delText", "delInstrText"];

/// Reads a Word document.
pub(super) fn blocks(file: File) -> Result<Vec<Block>, Fault> {
    let mut archive = Archive::open(file)?;
    let main = main_part(&mut archive)?;
    let document = archive.required(&main)?;
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let styles = Styles::read(&archive.part(&format!("{folder}/styles.xml"))?.unwrap_or_default())?;
    let numbering = Numbering::read(&archive.part(&format!("{folder}/numbering.xml"))?.unwrap_or_default())?;
    let mut body = Body { styles, numbering, ..Body::default() };
    walk(&document, |step| body.step(&step))?;
    Ok(body.blocks)
}

/// Where the package says its document is (OPC: the relationship of type `officeDocument`).
fn main_part(archive: &mut Archive) -> Result<String, Fault> {
    let relations = archive.part("_rels/.rels")?.unwrap_or_default();
    let mut found = None;
    walk(&relations, |step| {
        if let Step::Start("Relationship", attributes) = step
            && attributes.get("Type").is_some_and(|kind| kind.ends_with("/officeDocument"))
        {
            found = attributes.get("Target").map(|target| target.trim_start_matches('/').to_owned());
        }
    })?;
    Ok(found.unwrap_or_else(|| "word/document.xml".to_owned()))
}

#[derive(Default)]
struct Paragraph {
    text: String,
    style: Option<String>,
    outline: Option<u8>,
    list: Option<String>,
    level: u8,
}

#[derive(Default)]
struct Table {
    rows: Vec<Vec<String>>,
}

#[derive(Default)]
struct Body {
    styles: Styles,
    numbering: Numbering,
    blocks: Vec<Block>,
    /// Text boxes put paragraphs into paragraphs.
    paragraphs: Vec<Paragraph>,
    tables: Vec<Table>,
    skipping: usize,
    properties: usize,
    in_text: bool,
}

impl Body {
    fn step(&mut self, step: &Step<'_>) {
        match step {
            Step::Start(name, _) if SKIPPED.contains(name) => self.skipping += 1,
            Step::End(name) if SKIPPED.contains(name) => self.skipping = self.skipping.saturating_sub(1),
            _ if self.skipping > 0 => {}
            Step::Start(name, attributes) => self.start(name, attributes),
            Step::End(name) => self.end(name),
            Step::Text(text) => {
                // Text stands in `t` elements only; everything else is white space between elements.
                if let Some(paragraph) = self.paragraphs.last_mut().filter(|_| self.in_text) {
                    paragraph.text.push_str(text);
                }
            }
        }
    }

    fn start(&mut self, name: &str, attributes: &Attributes) {
        match name {
            "p" => self.paragraphs.push(Paragraph::default()),
            "t" => self.in_text = true,
            "pPr" | "rPr" => self.properties += 1,
            "tbl" => self.tables.push(Table::default()),
            "tr" => {
                if let Some(table) = self.tables.last_mut() {
                    table.rows.push(Vec::new());
                }
            }
            "tc" => {
                if let Some(row) = self.row() {
                    row.push(String::new());
                }
            }
            _ => {
                let in_properties = self.properties > 0;
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    if in_properties {
                        paragraph.property(name, attributes);
                    } else {
                        paragraph.inline(name, attributes);
                    }
                }
            }
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" => {
                if let Some(paragraph) = self.paragraphs.pop() {
                    self.paragraph(paragraph);
                }
            }
            "t" => self.in_text = false,
            "pPr" | "rPr" => self.properties = self.properties.saturating_sub(1),
            "tbl" => self.table(),
            _ => {}
        }
    }

    fn row(&mut self) -> Option<&mut Vec<String>> {
        self.tables.last_mut()?.rows.last_mut()
    }

    fn paragraph(&mut self, paragraph: Paragraph) {
        if let Some(cell) = self.row().and_then(|row| row.last_mut()) {
            cell.push_str(&paragraph.text);
            cell.push('\n');
            return;
        }
        let style = paragraph.style.as_deref().unwrap_or_default();
        let heading = paragraph.outline.or_else(|| self.styles.heading(style));
        let list = paragraph.list.as_deref().or_else(|| self.styles.list(style)).filter(|id| *id != "0");
        self.blocks.push(match (heading, list) {
            (Some(level), _) => Block::heading(level, paragraph.text),
            (None, Some(list)) => {
                Block::item(paragraph.level, self.numbering.ordered(list, paragraph.level), paragraph.text)
            }
            (None, None) => Block::paragraph(paragraph.text),
        });
    }

    /// A table within a cell becomes that cell's text.
    fn table(&mut self) {
        let Some(table) = self.tables.pop() else { return };
        if let Some(cell) = self.row().and_then(|row| row.last_mut()) {
            for text in table.rows.iter().flatten() {
                cell.push_str(text);
            }
        } else {
            self.blocks.push(Block::Table { rows: table.rows });
        }
    }
}

impl Paragraph {
    fn property(&mut self, name: &str, attributes: &Attributes) {
        let value = attributes.get("val");
        match name {
            "pStyle" => self.style = value.map(str::to_owned),
            // 0 to 8 are headings, 9 is body text (17.3.1.20).
            "outlineLvl" => {
                self.outline =
                    value.and_then(|v| v.parse().ok()).filter(|level: &u8| *level < 9).map(|level| level + 1);
            }
            "numId" => self.list = value.map(str::to_owned),
            "ilvl" => self.level = value.and_then(|v| v.parse().ok()).unwrap_or(0),
            _ => {}
        }
    }

    fn inline(&mut self, name: &str, attributes: &Attributes) {
        match name {
            "tab" | "ptab" => self.text.push(' '),
            "br" | "cr" if attributes.get("type").is_none_or(|kind| kind == "textWrapping") => {
                self.text.push('\n');
            }
            "noBreakHyphen" => self.text.push('\u{2011}'),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::archive::tests::package, *};

    const NAMESPACE: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main""#;

    fn read(body: &str) -> Vec<Block> {
        let document = format!("<w:document {NAMESPACE}>\n <w:body>{body}</w:body></w:document>");
        let styles = format!(
            r#"<w:styles {NAMESPACE}>
            <w:style w:styleId="H2" w:type="paragraph"><w:name w:val="heading 2"/></w:style>
            <w:style w:styleId="Mine" w:type="paragraph"><w:name w:val="mine"/><w:basedOn w:val="H2"/></w:style></w:styles>"#
        );
        let numbering = format!(
            r#"<w:numbering {NAMESPACE}><w:abstractNum w:abstractNumId="4">
            <w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/></w:lvl>
            </w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="4"/></w:num></w:numbering>"#
        );
        let parts = [
            ("word/document.xml", document.as_bytes()),
            ("word/styles.xml", styles.as_bytes()),
            ("word/numbering.xml", numbering.as_bytes()),
        ];
        blocks(package(&parts)).unwrap()
    }

    #[test]
    fn headings_come_from_styles_and_lists_from_numbering() {
        let found = read(
            r#"<w:p><w:pPr><w:pStyle w:val="Mine"/></w:pPr><w:r><w:t>Goals</w:t></w:r></w:p>
            <w:p><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>first</w:t></w:r></w:p>
            <w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>second</w:t></w:r></w:p>"#,
        );
        let expect =
            [Block::heading(2, "Goals"), Block::item(1, false, "first"), Block::item(0, true, "second")];
        assert_eq!(found, expect);
    }

    #[test]
    fn the_accepted_view_is_read() {
        let found = read(
            r#"<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t xml:space="preserve">We </w:t></w:r>
            <w:del><w:r><w:delText>never</w:delText></w:r></w:del><w:ins><w:r><w:t>always</w:t><w:tab/><w:t>read</w:t></w:r></w:ins>
            <w:moveFrom><w:r><w:t>gone</w:t></w:r></w:moveFrom><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"#,
        );
        assert_eq!(found, [Block::paragraph("We always read")]);
    }

    #[test]
    fn tables_keep_their_cells() {
        let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
        let inner = format!("<w:tc><w:tbl><w:tr>{}</w:tr></w:tbl><w:p/></w:tc>", cell("inner"));
        let found = read(&format!("<w:tbl><w:tr>{}{inner}</w:tr></w:tbl>", cell("a &amp; b")));
        assert_eq!(found, [Block::Table { rows: vec![vec!["a & b\n".into(), "inner\n\n".into()]] }]);
    }

    #[test]
    fn a_package_without_a_document_is_damaged() {
        assert_eq!(blocks(package(&[("x", b"")])).unwrap_err().code(), "file-damaged");
    }
}
