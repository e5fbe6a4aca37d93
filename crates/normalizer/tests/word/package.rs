//! Word documents as small as they can be.

use std::io::{Cursor, Write};
use zip::{ZipWriter, write::SimpleFileOptions};

pub(crate) const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

const NAMESPACES: &str = concat!(
    r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" "#,
    r#"xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" "#,
    r#"xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" "#,
    r#"xmlns:v="urn:schemas-microsoft-com:vml" "#,
    r#"xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" "#,
    r#"xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" "#,
    r#"xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml""#
);

const TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A document under construction: its parts by name.
pub(crate) struct Word {
    parts: Vec<(String, String)>,
    related: Vec<&'static str>,
}

impl Word {
    pub(crate) fn new(body: &str) -> Self {
        let document = format!("<w:document {NAMESPACES}><w:body>{body}<w:sectPr/></w:body></w:document>");
        Self { parts: Vec::new(), related: Vec::new() }
            .with("_rels/.rels", &relationships(&[("officeDocument", "word/document.xml")]))
            .with("word/document.xml", &document)
    }

    /// Adds or replaces a part.
    pub(crate) fn with(mut self, name: &str, text: &str) -> Self {
        self.parts.retain(|(present, _)| present != name);
        self.parts.push((name.to_owned(), text.to_owned()));
        self
    }

    /// Adds a part that the main part refers to: `styles`, `numbering`, `comments` and so on.
    pub(crate) fn related(mut self, kind: &'static str, root: &str, inner: &str) -> Self {
        self.related.push(kind);
        self.with(&format!("word/{kind}.xml"), &format!("<{root} {NAMESPACES}>{inner}</{root}>"))
    }

    pub(crate) fn bytes(self) -> Vec<u8> {
        let files: Vec<_> = self.related.iter().map(|kind| (*kind, format!("{kind}.xml"))).collect();
        let targets: Vec<_> = files.iter().map(|(kind, file)| (*kind, file.as_str())).collect();
        let word = self.with("word/_rels/document.xml.rels", &relationships(&targets));
        archive(word.parts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())))
    }
}

pub(crate) fn archive<'a>(parts: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(name, SimpleFileOptions::default()).expect("memory takes every byte");
        zip.write_all(bytes).expect("memory takes every byte");
    }
    zip.finish().expect("memory takes every byte").into_inner()
}

fn relationships(targets: &[(&str, &str)]) -> String {
    let all = targets.iter().fold(String::new(), |all, (kind, target)| {
        format!(r#"{all}<Relationship Id="{kind}" Type="{TYPES}/{kind}" Target="{target}"/>"#)
    });
    let space = "http://schemas.openxmlformats.org/package/2006/relationships";
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="{space}">{all}</Relationships>"#
    )
}

/// A run.
pub(crate) fn r(text: &str) -> String {
    format!(r#"<w:r><w:t xml:space="preserve">{text}</w:t></w:r>"#)
}

/// A paragraph with properties.
pub(crate) fn p(properties: &str, inner: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>")
}
