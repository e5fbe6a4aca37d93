//! Small real files of every sort, made here or kept in the repository.

use crate::harness::repository;
use std::{
    fmt::Write as _,
    io::{Cursor, Write as _},
};
use zip::{ZipWriter, write::SimpleFileOptions};

/// What every lesson plan made here says; a proofreader finds something wrong with it.
pub(crate) const HEADING: &str = "Rain and rivers";
pub(crate) const SENTENCE: &str = "Pupils recieve a worksheet about the water cycle.";
/// The word that is wrong.
pub(crate) const MISTAKE: &str = "recieve";

/// How Office keeps a document that is protected with a password: an OLE compound file.
pub(crate) const OLE_HEADER: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>"#;
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A file of the folder `samples`.
pub(crate) fn sample(name: &str) -> Vec<u8> {
    std::fs::read(repository("samples").join(name)).unwrap()
}

/// A video of this suite's own.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(repository("tests/pipeline/fixtures").join(name)).unwrap()
}

pub(crate) fn markdown() -> Vec<u8> {
    format!("# {HEADING}\n\n{SENTENCE}\n\n- Maps\n- Atlases\n").into_bytes()
}

/// A lesson plan that says something of its own, to tell versions apart.
pub(crate) fn markdown_about(subject: &str) -> Vec<u8> {
    format!("# {HEADING}\n\nToday the class works on {subject}. {SENTENCE}\n").into_bytes()
}

pub(crate) fn html() -> Vec<u8> {
    format!(
        "<!doctype html><html lang=en><title>Plan</title><script>alert('never shown')</script>\
         <h1>{HEADING}</h1><p>{SENTENCE}</p></html>"
    )
    .into_bytes()
}

/// In the encoding of older Windows programs.
pub(crate) fn windows_text() -> Vec<u8> {
    let mut text = format!("{HEADING}\r\n\r\n{SENTENCE}\r\n\r\nThe caf").into_bytes();
    text.extend(b"\xE9 stays open.\r\n");
    text
}

pub(crate) fn docx() -> Vec<u8> {
    let main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
    let styles = "application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml";
    let types = format!(
        r#"{CONTENT_TYPES}<Override PartName="/word/document.xml" ContentType="{main}"/><Override PartName="/word/styles.xml" ContentType="{styles}"/></Types>"#
    );
    let paragraph = |style: &str, text: &str| {
        format!(r#"<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"#)
    };
    let document = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}{}</w:body></w:document>"#,
        paragraph("Heading1", HEADING),
        paragraph("Normal", SENTENCE)
    );
    let styles = r#"<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style></w:styles>"#;
    package(&[
        ("[Content_Types].xml", &types),
        ("_rels/.rels", &relationships(&[("r1", "officeDocument", "word/document.xml")])),
        ("word/document.xml", &document),
        ("word/_rels/document.xml.rels", &relationships(&[("r1", "styles", "styles.xml")])),
        ("word/styles.xml", styles),
    ])
}

pub(crate) fn pptx() -> Vec<u8> {
    let part = "application/vnd.openxmlformats-officedocument.presentationml";
    let types = format!(
        r#"{CONTENT_TYPES}<Override PartName="/ppt/presentation.xml" ContentType="{part}.presentation.main+xml"/><Override PartName="/ppt/slides/slide1.xml" ContentType="{part}.slide+xml"/></Types>"#
    );
    let spaces = r#"xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main""#;
    let presentation = format!(
        r#"<p:presentation {spaces}><p:sldIdLst><p:sldId id="256" r:id="r1"/></p:sldIdLst></p:presentation>"#
    );
    let shape = |placeholder: &str, text: &str| {
        format!(
            r"<p:sp><p:nvSpPr><p:nvPr><p:ph {placeholder}/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
        )
    };
    let slide = format!(
        "<p:sld {spaces}><p:cSld><p:spTree>{}{}</p:spTree></p:cSld></p:sld>",
        shape(r#"type="title""#, HEADING),
        shape(r#"idx="1""#, SENTENCE)
    );
    package(&[
        ("[Content_Types].xml", &types),
        ("_rels/.rels", &relationships(&[("r1", "officeDocument", "ppt/presentation.xml")])),
        ("ppt/presentation.xml", &presentation),
        ("ppt/_rels/presentation.xml.rels", &relationships(&[("r1", "slide", "slides/slide1.xml")])),
        ("ppt/slides/slide1.xml", &slide),
    ])
}

pub(crate) fn odt() -> Vec<u8> {
    let media_type = "application/vnd.oasis.opendocument.text";
    let manifest = format!(
        r#"<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{media_type}"/></manifest:manifest>"#
    );
    let content = format!(
        r#"<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text><text:h text:outline-level="1">{HEADING}</text:h><text:p>{SENTENCE}</text:p></office:text></office:body></office:document-content>"#
    );
    package(&[("mimetype", media_type), ("META-INF/manifest.xml", &manifest), ("content.xml", &content)])
}

fn relationships(targets: &[(&str, &str, &str)]) -> String {
    let relations = targets.iter().fold(String::new(), |mut all, (id, kind, target)| {
        write!(all, r#"<Relationship Id="{id}" Type="{OFFICE}/{kind}" Target="{target}"/>"#).unwrap();
        all
    });
    format!(r#"<Relationships xmlns="{RELATIONSHIPS}">{relations}</Relationships>"#)
}

fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A page with a heading and a paragraph (ISO 32000-1).
pub(crate) fn pdf() -> Vec<u8> {
    let shown =
        format!("BT /F1 20 Tf 50 780 Td ({HEADING}) Tj ET\nBT /F1 11 Tf 50 740 Td ({SENTENCE}) Tj ET");
    let mut objects = pdf_objects();
    objects.push(format!("<< /Length {} >>\nstream\n{shown}\nendstream", shown.len()));
    pdf_file(&objects, "")
}

/// A page that nobody reads without its password.
pub(crate) fn encrypted_pdf() -> Vec<u8> {
    let mut objects = pdf_objects();
    objects.push("<< /Length 16 >>\nstream\n0123456789abcdef\nendstream".to_owned());
    let digits = "ab".repeat(32);
    objects
        .push(format!("<< /Filter /Standard /V 2 /R 3 /Length 128 /O <{digits}> /U <{digits}> /P -3904 >>"));
    pdf_file(
        &objects,
        "/Encrypt 6 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]",
    )
}

fn pdf_objects() -> Vec<String> {
    [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    .map(str::to_owned)
    .into()
}

fn pdf_file(objects: &[String], trailer: &str) -> Vec<u8> {
    let mut file = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(file.len());
        write!(file, "{} 0 obj\n{object}\nendobj\n", index + 1).unwrap();
    }
    let table = file.len();
    let count = objects.len() + 1;
    write!(file, "xref\n0 {count}\n0000000000 65535 f \n").unwrap();
    for place in places {
        writeln!(file, "{place:010} 00000 n ").unwrap();
    }
    write!(file, "trailer\n<< /Size {count} /Root 1 0 R {trailer} >>\nstartxref\n{table}\n%%EOF\n").unwrap();
    file.into_bytes()
}
