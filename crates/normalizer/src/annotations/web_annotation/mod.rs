//! The W3C Web Annotation Data Model (Recommendation of 23 February 2017), in its JSON-LD.

mod message;
mod model;
mod resource;
mod selection;

use super::{
    Finding, FindingList, Findings, Place,
    finding::{self, Losses},
};
use crate::{
    Fault, NormalizeError,
    adapter::Adapter,
    candidate::Candidate,
    json,
    limits::{ANNOTATIONS_MAX, SUGGESTIONS_KEPT_MAX},
    offsets::Unit,
    schema::Severity,
};
use message::{Message, word};
use model::{Annotation, Annotations, PARTS_MAX, Page, Top};
use resource::Resource;
use selection::Selection;

/// One annotation, a list of them, an `AnnotationPage`, or an `AnnotationCollection` with its first page. Positions count code
/// points, as the model requires; a quote alone is a place too.
pub(crate) struct WebAnnotation;

const FORMAT: &str = "Web Annotation";

impl Adapter for WebAnnotation {
    type Output = Findings;

    fn name(&self) -> &'static str {
        "web-annotation"
    }

    fn looked_for(&self) -> &'static str {
        "W3C Web Annotation JSON-LD (an annotation, a list of them, or an AnnotationPage or AnnotationCollection)"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["application/ld+json", "application/json"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        let says = |paths: &[&str]| file.json_has(paths);
        let container = ["items", "first", "total"].iter().any(|name| says(&["@context", name]));
        let annotation = ["@context", "type", "body", "bodyValue", "motivation"];
        container || says(&["items/target"]) || annotation.iter().any(|name| says(&["target", name]))
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Findings, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        let unit = finding::unit(file, Unit::CodePoints)?;
        let mut losses = Losses::default();
        let is_array = file.outline().is_some_and(|outline| outline.is_array);
        let (path, annotations) = if is_array {
            ("", json::read(FORMAT, file.bytes).map_err(wrong)?)
        } else {
            contained(json::read(FORMAT, file.bytes).map_err(wrong)?, &mut losses).map_err(wrong)?
        };
        if annotations.more {
            return Err(wrong(Fault::TooMany { what: "annotations", most: ANNOTATIONS_MAX }));
        }
        let mut all = Vec::with_capacity(annotations.kept.len());
        for (index, annotation) in annotations.kept.into_iter().enumerate() {
            let place = Place { role: crate::Role::Annotations, list: path, index, target: 0 };
            findings(&annotation, place, &mut all, &mut losses).map_err(wrong)?;
        }
        Ok(Findings { unit, language: None, text: None, all, repairs: losses.into_repairs() })
    }
}

/// The annotations in an object, and their path.
fn contained<'a>(top: Top<'a>, losses: &mut Losses) -> Result<(&'static str, Annotations<'a>), Fault> {
    let malformed = |why: &str| Err(Fault::Malformed { format: FORMAT, why: why.to_owned() });
    let total = top.total;
    let (path, page) = match (top.items, top.first) {
        (Some(items), _) => ("items/", Page { items, next: top.next }),
        (None, Some(Resource::Described(page))) => ("first/items/", *page),
        (None, Some(Resource::Named(_))) => {
            return malformed("the first page of the collection is not in the file");
        }
        (None, None) if total == Some(0) => ("items/", Page { items: Annotations::default(), next: None }),
        (None, None) => {
            let Some(target) = top.target else { return malformed("an annotation has no target") };
            let annotation =
                Annotation { motivation: top.motivation, body: top.body, body_value: top.body_value, target };
            return Ok(("", Annotations { kept: vec![annotation], more: false }));
        }
    };
    if page.next.is_some() || total.is_some_and(|total| total > page.items.kept.len() as u64) {
        losses.repair(
            "annotations",
            "annotations-elsewhere",
            "There are more annotations on pages that are not in the file.",
        );
    }
    Ok((path, page.items))
}

/// One finding for each target, because an annotation says the same of each of them.
fn findings(
    annotation: &Annotation<'_>,
    place: Place,
    all: &mut FindingList,
    losses: &mut Losses,
) -> Result<(), Fault> {
    let parts = [annotation.body.0.more, annotation.target.0.more];
    if parts.contains(&true) {
        return Err(Fault::TooMany { what: "bodies or targets of one annotation", most: PARTS_MAX });
    }
    let message = Message::of(&annotation.body.0.kept, annotation.body_value.as_ref());
    let mut suggestions = message.suggestions;
    losses.cut(suggestions.len() > SUGGESTIONS_KEPT_MAX);
    suggestions.truncate(SUGGESTIONS_KEPT_MAX);
    let motivation = annotation.motivation.0.kept.first().map(|motivation| word(motivation));
    let edits = !suggestions.is_empty() || motivation == Some("editing");
    let severity = if edits { Severity::Warning } else { Severity::Hint };
    let category = message.tag.as_deref().or(motivation).unwrap_or("uncategorized").to_owned();
    for (target, resource) in annotation.target.0.kept.iter().enumerate() {
        if all.len() == ANNOTATIONS_MAX {
            return Err(Fault::TooMany { what: "annotations", most: ANNOTATIONS_MAX });
        }
        let place = Place { target, ..place };
        let selection = Selection::of(resource);
        if selection.time {
            losses.repair(place, "time-target-dropped", "The target is a stretch of time, and a text has none; what else selects it, if anything, is taken.");
        }
        if selection.unread {
            losses.repair(place, "selector-unread", "The target is selected in a way that is not read; what else selects it, if anything, is taken.");
        }
        all.push(Box::new(Finding {
            place,
            span: selection.span,
            claim: selection.claim,
            severity,
            category: category.clone(),
            rule: None,
            message: message.text.clone(),
            suggestions: suggestions.clone(),
        }));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
