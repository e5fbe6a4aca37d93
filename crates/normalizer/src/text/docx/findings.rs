use super::{
    changes::{Act, Change},
    comments::Comment,
    story::Story,
};
use crate::{
    Fault, Role,
    annotations::{Finding, FindingList, Place},
    limits::ANNOTATIONS_MAX,
    schema::Severity,
};
use std::{collections::HashSet, ops::Range};

/// How many marks of comments belong to no comment.
pub(super) fn lost_marks(story: &Story, comments: &[Comment]) -> usize {
    let known: HashSet<&str> = comments.iter().map(|comment| comment.id.as_str()).collect();
    story.anchors.ids().filter(|id| !known.contains(id)).count()
}

/// The comments and tracked changes as findings; their spans are bytes of the text.
pub(super) fn findings(role: Role, story: &Story, comments: &[Comment]) -> Result<FindingList, Fault> {
    if comments.len() + story.changes.all.len() > ANNOTATIONS_MAX {
        return Err(Fault::TooMany { what: "comments and tracked changes", most: ANNOTATIONS_MAX });
    }
    let text = story.page.text();
    let mut all = Vec::with_capacity(comments.len() + story.changes.all.len());
    for (index, comment) in comments.iter().enumerate() {
        let span = commented(story, comments, comment).map(|span| tight(text, span));
        let place = Place { role, list: "comments/", index, target: 0 };
        all.push(Box::new(Finding { message: said(comment), ..finding(place, "comment", span) }));
    }
    for (index, change) in story.changes.all.iter().enumerate() {
        let span = story.page.range(change.start, change.end);
        let is_seen = change.revision.act.removes() || !span.is_empty();
        if is_seen {
            let (category, message) = done(change);
            let place = Place { role, list: "changes/", index, target: 0 };
            all.push(Box::new(Finding { message, ..finding(place, category, Some(span)) }));
        }
    }
    Ok(all)
}

fn finding(place: Place, category: &str, span: Option<Range<usize>>) -> Finding {
    let byte = |at: usize| i64::try_from(at).unwrap_or(i64::MAX);
    Finding {
        place,
        span: span.map(|span| (byte(span.start), byte(span.end))),
        claim: None,
        severity: Severity::Hint,
        category: category.to_owned(),
        rule: None,
        message: String::new(),
        suggestions: Vec::new(),
    }
}

/// Where a comment hangs; an answer without a place of its own hangs where what it answers does.
fn commented(story: &Story, comments: &[Comment], comment: &Comment) -> Option<Range<usize>> {
    let anchor = story.anchors.get(&comment.id);
    let parent = || story.anchors.get(&comments.get(comment.parent?)?.id);
    let (start, end) = anchor.or_else(parent)?.points()?;
    Some(story.page.range(start, end))
}

/// A span without the white space at its ends, if anything else is in it: marks lie between paragraphs as well.
fn tight(text: &str, span: Range<usize>) -> Range<usize> {
    let marked = &text[span.clone()];
    let kept = marked.trim_end();
    let start = span.start + (kept.len() - kept.trim_start().len());
    if kept.is_empty() { span } else { start..span.start + kept.len() }
}

fn said(comment: &Comment) -> String {
    let text = comment.text.trim();
    let text = if text.is_empty() { "A comment without text." } else { text };
    let answers = if comment.parent.is_some() { "Reply: " } else { "" };
    let resolved = if comment.is_resolved { " (resolved)" } else { "" };
    format!("{answers}{text}{resolved}")
}

fn done(change: &Change) -> (&'static str, String) {
    match change.revision.act {
        Act::Inserted => ("insertion", "Inserted.".to_owned()),
        Act::MovedHere => ("move", "Moved here.".to_owned()),
        Act::Deleted => ("deletion", removed("Deleted", change)),
        Act::MovedAway => ("move", removed("Moved away", change)),
    }
}

fn removed(how: &str, change: &Change) -> String {
    let text = &change.removed;
    if text.chars().all(|c| c == '\n') {
        return format!("{how}: the end of a paragraph.");
    }
    match change.removed_more {
        0 => format!("{how}: “{text}”"),
        more => format!("{how}: “{text}” and {more} more characters"),
    }
}
