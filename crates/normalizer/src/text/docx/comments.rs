use super::{
    changes::Point,
    limits::COMMENT_CHARS_MAX,
    xml::{Node, Xml},
};
use crate::{Fault, limits::ANNOTATIONS_MAX};
use std::collections::HashMap;

/// What somebody remarked. Who, and when, is nobody's business.
#[derive(Default)]
pub(super) struct Comment {
    pub(super) id: String,
    pub(super) text: String,
    /// The comment that it answers, by its place in the list.
    pub(super) parent: Option<usize>,
    pub(super) is_resolved: bool,
    /// The name of its last paragraph, by which threads refer to it.
    paragraph: String,
}

/// Where a comment hangs in the text.
#[derive(Clone, Copy, Default)]
pub(super) struct Anchor {
    pub(super) start: Option<Point>,
    pub(super) end: Option<Point>,
    pub(super) reference: Option<Point>,
}

impl Anchor {
    /// The stretch between its marks; with only one of them or the reference, a point.
    pub(super) fn points(&self) -> Option<(Point, Point)> {
        let start = self.start.or(self.reference).or(self.end)?;
        Some((start, self.end.or(self.reference).unwrap_or(start)))
    }
}

/// The anchors of comments by the comments' ids, as the text is read.
#[derive(Default)]
pub(super) struct Anchors(HashMap<String, Anchor>);

impl Anchors {
    pub(super) fn of(&mut self, id: String) -> Result<&mut Anchor, Fault> {
        if self.0.len() == ANNOTATIONS_MAX && !self.0.contains_key(&id) {
            return Err(Fault::TooMany { what: "comments", most: ANNOTATIONS_MAX });
        }
        Ok(self.0.entry(id).or_default())
    }

    pub(super) fn get(&self, id: &str) -> Option<&Anchor> {
        self.0.get(id)
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// Reads the comments, without the text of tracked deletions in them.
pub(super) fn read(part: &str, text: &str) -> Result<Vec<Comment>, Fault> {
    let mut all: Vec<Comment> = Vec::new();
    let mut chars_left = 0;
    let mut xml = Xml::new(part, text);
    while let Some(node) = xml.next()? {
        let piece = match node {
            Node::Start(element) => match element.name {
                "comment" => {
                    if all.len() == ANNOTATIONS_MAX {
                        return Err(Fault::TooMany { what: "comments", most: ANNOTATIONS_MAX });
                    }
                    let id = element.attribute("id").unwrap_or_default();
                    all.push(Comment { id, ..Comment::default() });
                    chars_left = COMMENT_CHARS_MAX;
                    continue;
                }
                "p" => {
                    let Some(comment) = all.last_mut() else { continue };
                    comment.paragraph = element.attribute("paraId").unwrap_or_default();
                    if comment.text.is_empty() {
                        continue;
                    }
                    "\n".into()
                }
                "pPr" | "rPr" | "del" | "moveFrom" | "instrText" => {
                    xml.skip()?;
                    continue;
                }
                "tab" => "\t".into(),
                "br" | "cr" => "\n".into(),
                _ => continue,
            },
            Node::Text(text) if xml.inside() == "t" => text,
            _ => continue,
        };
        if let Some(comment) = all.last_mut() {
            let kept: String = piece.chars().take(chars_left).collect();
            chars_left -= kept.chars().count();
            comment.text.push_str(&kept);
        }
    }
    Ok(all)
}

/// Reads which comments answer which, and which are settled ([MS-DOCX] 2.5.1.2).
pub(super) fn read_threads(part: &str, text: &str, comments: &mut [Comment]) -> Result<(), Fault> {
    let of = comments.iter().enumerate().map(|(index, comment)| (comment.paragraph.clone(), index));
    let of: HashMap<String, usize> = of.collect();
    let mut xml = Xml::new(part, text);
    xml.root()?;
    xml.each(|_, element| {
        if element.name != "commentEx" {
            return;
        }
        let paragraph = element.attribute("paraId");
        let Some(index) = paragraph.and_then(|paragraph| of.get(&paragraph)) else { return };
        let parent = element.attribute("paraIdParent").and_then(|parent| of.get(&parent));
        comments[*index].parent = parent.copied().filter(|parent| parent != index);
        comments[*index].is_resolved = element.attribute("done").is_some_and(|done| done == "1");
    })
}
