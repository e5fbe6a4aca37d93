//! Word documents (ECMA-376, Office Open XML), in both dialects.
//!
//! Read are the body and the notes that it refers to: the notes follow the body, footnotes before endnotes, each as
//! paragraphs of its own, and nothing stands where they are referred to, so that no mark cuts a word. Text boxes follow the
//! paragraph that they hang in, once. Headers, footers and hidden text are left out. The text is the accepted view: what was
//! inserted or moved is there, what was deleted is not, and each change and comment becomes a finding. The names of those
//! who made them are personal data and are not carried.

mod changes;
mod comments;
mod fields;
mod findings;
mod limits;
mod names;
mod numbering;
mod package;
mod page;
mod paragraph;
mod relationships;
mod story;
mod styles;
mod xml;

use super::rendered::Rendered;
use crate::{Fault, NormalizeError, adapter::Adapter, candidate::Candidate, schema::Repair};
use comments::Comment;
use numbering::Numbering;
use package::{COMPOUND, Package, malformed};
use relationships::Relationships;
use story::Story;
use styles::Styles;
use xml::Xml;

/// The media types of Word documents: without macros, with them, and of templates.
pub(crate) const MEDIA_TYPES: &[&str] = &[
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.ms-word.document.macroenabled.12",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
];

pub(crate) const LOOKED_FOR: &str = "a Word document (.docx)";

/// The view of the text that is read.
const ACCEPTED: &str = "accepted";

/// A Word document as the text.
pub(crate) struct Docx;

impl Adapter for Docx {
    type Output = Rendered;

    fn name(&self) -> &'static str {
        "docx"
    }

    fn looked_for(&self) -> &'static str {
        LOOKED_FOR
    }

    fn media_types(&self) -> &'static [&'static str] {
        MEDIA_TYPES
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        recognises(file)
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Rendered, NormalizeError> {
        read(file).map_err(|fault| NormalizeError::new(file.role.as_str(), fault))
    }
}

/// An archive with Word's folder in it. What is announced as a Word document is one for us if it is any archive or compound
/// file, so that what it is instead can be said.
pub(crate) fn recognises(file: &Candidate<'_>) -> bool {
    let announced = MEDIA_TYPES.contains(&file.essence().as_str());
    let is_archive = file.bytes.starts_with(b"PK\x03\x04") || file.bytes.starts_with(b"PK\x05\x06");
    let is_compound = file.bytes.starts_with(COMPOUND);
    (announced && (is_archive || is_compound))
        || (is_archive && memchr::memmem::find(file.bytes, b"word/").is_some())
}

/// The accepted text with what the document says about it.
pub(crate) fn read(file: &Candidate<'_>) -> Result<Rendered, Fault> {
    let mut package = Package::open(file.bytes)?;
    let root = Relationships::of(&mut package, "")?;
    let Some(main) = root.target("officeDocument") else {
        return Err(not_word(file, "an archive that is no document of Office"));
    };
    let Some(body) = package.part(main)? else { return Err(malformed("its main part is missing")) };
    match Xml::new(main, &body).root()?.name {
        "document" => {}
        _ if main.starts_with("xl/") => return Err(not_word(file, "an Excel workbook (.xlsx)")),
        _ if main.starts_with("ppt/") => return Err(not_word(file, "a PowerPoint presentation (.pptx)")),
        _ => return Err(not_word(file, "an archive that is no Word document")),
    }
    let related = Relationships::of(&mut package, main)?;
    let mut parts = Parts { package, related };
    let story = parts.story(main, &body)?;
    drop(body);
    let comments = parts.comments()?;
    let role = file.role.as_str();
    let findings = findings::findings(file.role, &story, &comments)?;
    let repairs = repairs(role, story.hidden, findings::lost_marks(&story, &comments));
    let rendered = Rendered::own(story.page.grid.layout, repairs)?;
    Ok(Rendered { findings, view: Some(ACCEPTED), ..rendered })
}

fn not_word(file: &Candidate<'_>, found: &'static str) -> Fault {
    Fault::NotAsAnnounced { announced: file.media_type.chars().take(100).collect(), found }
}

/// The parts that the main part refers to.
struct Parts<'a> {
    package: Package<'a>,
    related: Relationships,
}

impl Parts<'_> {
    /// The related part of a kind, with its name.
    fn get(&mut self, kind: &str) -> Result<Option<(String, String)>, Fault> {
        let Some(name) = self.related.target(kind) else { return Ok(None) };
        Ok(self.package.part(name)?.map(|text| (name.to_owned(), text)))
    }

    fn story(&mut self, main: &str, body: &str) -> Result<Story, Fault> {
        let mut story = Story::default();
        if let Some((name, text)) = self.get("styles")? {
            story.styles = Styles::read(&name, &text)?;
        }
        if let Some((name, text)) = self.get("numbering")? {
            story.numbering = Numbering::read(&name, &text, &story.styles)?;
        }
        story.read(main, body)?;
        for kind in ["footnotes", "endnotes"] {
            if story.has_notes()
                && let Some((name, text)) = self.get(kind)?
            {
                story.read(&name, &text)?;
            }
        }
        Ok(story)
    }

    fn comments(&mut self) -> Result<Vec<Comment>, Fault> {
        let mut comments = match self.get("comments")? {
            Some((name, text)) => comments::read(&name, &text)?,
            None => Vec::new(),
        };
        if let Some((name, text)) = self.get("commentsExtended")? {
            comments::read_threads(&name, &text, &mut comments)?;
        }
        Ok(comments)
    }
}

/// What was left out, in plain words.
fn repairs(role: &str, hidden: usize, lost: usize) -> Vec<Repair> {
    let of = [
        (hidden, "hidden-text-left-out", "hidden characters were left out"),
        (lost, "comments-missing", "marks of comments belong to no comment"),
    ];
    let repair = |(count, code, what): (usize, &str, &str)| {
        let note = format!("{count} {what}.");
        (count > 0).then(|| Repair { code: code.to_owned(), place: role.to_owned(), note })
    };
    of.into_iter().filter_map(repair).collect()
}
