//! Writes `samples/plan.docx`: a lesson plan of two pages with mistakes planted in it. The same bytes every time.
//!
//! `cargo run -p processor --example make-plan-docx -- samples/plan.docx`

use std::{
    env,
    error::Error,
    fs::File,
    io::{Seek, Write},
};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;

fn main() -> Result<(), Box<dyn Error>> {
    let target = env::args_os().nth(1).ok_or("say where to write the document")?;
    write(File::create(target)?)
}

fn write(target: impl Write + Seek) -> Result<(), Box<dyn Error>> {
    let mut package = ZipWriter::new(target);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    for (name, content) in [
        ("[Content_Types].xml", content_types()),
        ("_rels/.rels", relations(&[("officeDocument", "word/document.xml")])),
        (
            "word/_rels/document.xml.rels",
            relations(&[("styles", "styles.xml"), ("numbering", "numbering.xml")]),
        ),
        ("word/document.xml", document()),
        ("word/styles.xml", styles()),
        ("word/numbering.xml", numbering()),
    ] {
        package.start_file(name, options)?;
        package.write_all(content.as_bytes())?;
    }
    package.finish()?;
    Ok(())
}

fn content_types() -> String {
    let part = |name: &str, kind: &str| {
        format!(
            r#"<Override PartName="/word/{name}.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml"/>"#
        )
    };
    let (document, styles) = (part("document", "document.main"), part("styles", "styles"));
    let numbering = part("numbering", "numbering");
    format!(
        r#"{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>{document}{styles}{numbering}</Types>"#
    )
}

fn relations(targets: &[(&str, &str)]) -> String {
    let relation = |(number, (kind, target)): (usize, &(&str, &str))| {
        format!(r#"<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"/>"#)
    };
    let all: Vec<String> = targets.iter().enumerate().map(relation).collect();
    format!(r#"{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{}</Relationships>"#, all.concat())
}

fn styles() -> String {
    let style = |id: &str, name: &str, size: u32, level: Option<u32>| {
        let outline = level.map(|level| format!(r#"<w:outlineLvl w:val="{level}"/>"#)).unwrap_or_default();
        format!(
            r#"<w:style w:type="paragraph" w:styleId="{id}"><w:name w:val="{name}"/><w:pPr><w:spacing w:after="120"/>{outline}</w:pPr><w:rPr><w:sz w:val="{size}"/></w:rPr></w:style>"#
        )
    };
    let all = [
        style("Normal", "Normal", 22, None),
        style("Title", "Title", 44, None),
        style("Heading1", "heading 1", 32, Some(0)),
        style("Heading2", "heading 2", 26, Some(1)),
    ];
    format!(r#"{HEAD}<w:styles xmlns:w="{WORD}">{}</w:styles>"#, all.concat())
}

/// List 1 has bullets, list 2 has numbers.
fn numbering() -> String {
    let list = |id: u32, format: &str, text: &str| {
        format!(
            r#"<w:abstractNum w:abstractNumId="{id}"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{format}"/><w:lvlText w:val="{text}"/><w:pPr><w:ind w:left="720" w:hanging="360"/></w:pPr></w:lvl></w:abstractNum>"#
        )
    };
    let (bullets, numbers) = (list(1, "bullet", "•"), list(2, "decimal", "%1."));
    format!(
        r#"{HEAD}<w:numbering xmlns:w="{WORD}">{bullets}{numbers}<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num></w:numbering>"#
    )
}

/// The mistakes: "recieve", "the the", "a hour", "seperate", "Their are", "definately", "could of".
fn document() -> String {
    let body = [
        styled("Title", "The Water Cycle"),
        plain("Subject: Geography. Year: 7. Duration: one lesson of sixty minutes."),
        styled("Heading1", "Goals"),
        plain(
            "By the end of the lesson, the pupils can name the four stages of the water cycle and explain each of them.",
        ),
        item(1, "They describe how water evaporates from the the sea."),
        item(1, "They draw the cycle and label its stages."),
        item(1, "They seperate facts from opinions about the climate."),
        styled("Heading1", "Material"),
        plain("Every pupil will recieve a worksheet, a blue pencil and a glass of cold water."),
        plain("Their are enough glasses in the cupboard next to the door."),
        page_break(),
        styled("Heading1", "Course of the lesson"),
        table(&[
            &["Time", "Step", "What happens"],
            &["10 min", "Opening", "The class looks at a cold glass and asks where the drops come from."],
            &["25 min", "Group work", "Four groups prepare one stage each. This could of been done at home."],
            &["15 min", "Gallery", "Each group presents its poster, and the others take notes."],
            &["10 min", "Review", "The class puts the four stages in order."],
        ]),
        styled("Heading2", "Homework"),
        item(2, "Measure the rain for a week."),
        item(2, "Spend half a hour on the drawing."),
        plain("This task will definately help with the test next month."),
    ];
    let section = r#"<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440"/></w:sectPr>"#;
    format!(r#"{HEAD}<w:document xmlns:w="{WORD}"><w:body>{}{section}</w:body></w:document>"#, body.concat())
}

fn run(text: &str) -> String {
    format!(r#"<w:r><w:t xml:space="preserve">{text}</w:t></w:r>"#)
}

fn plain(text: &str) -> String {
    format!("<w:p>{}</w:p>", run(text))
}

fn styled(style: &str, text: &str) -> String {
    format!(r#"<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{}</w:p>"#, run(text))
}

fn item(list: u32, text: &str) -> String {
    format!(
        r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="{list}"/></w:numPr></w:pPr>{}</w:p>"#,
        run(text)
    )
}

fn page_break() -> String {
    r#"<w:p><w:r><w:br w:type="page"/></w:r></w:p>"#.to_owned()
}

fn table(rows: &[&[&str]]) -> String {
    let sides = ["top", "left", "bottom", "right", "insideH", "insideV"];
    let borders = sides.map(|side| format!(r#"<w:{side} w:val="single" w:sz="4"/>"#)).concat();
    let properties = format!(
        r#"<w:tblPr><w:tblW w:w="0" w:type="auto"/><w:tblBorders>{borders}</w:tblBorders></w:tblPr><w:tblGrid><w:gridCol w:w="1400"/><w:gridCol w:w="1800"/><w:gridCol w:w="5800"/></w:tblGrid>"#
    );
    let cell = |text: &&str| format!("<w:tc><w:tcPr/>{}</w:tc>", plain(text));
    let row = |row: &&[&str]| format!("<w:tr>{}</w:tr>", row.iter().map(cell).collect::<Vec<_>>().concat());
    format!("<w:tbl>{properties}{}</w:tbl>", rows.iter().map(row).collect::<Vec<_>>().concat())
}
