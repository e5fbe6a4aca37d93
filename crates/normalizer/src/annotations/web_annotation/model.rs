//! The W3C Web Annotation Data Model, as far as it is read.

use super::resource::Resource;
use crate::{
    annotations::{
        at_most::{AtMost, OneOrMany},
        borrowed::Borrowed,
    },
    limits::ANNOTATIONS_MAX,
};
use serde::{Deserialize, de::IgnoredAny};

/// Bodies, targets, selectors or words of one annotation; more than a few are the mark of a broken or hostile file.
pub(super) const PARTS_MAX: usize = 16;

/// The annotations of a list or page.
pub(super) type Annotations<'a> = AtMost<Annotation<'a>, ANNOTATIONS_MAX>;

/// What a file holds that is no list: one annotation, a page, or a collection.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Top<'a> {
    /// Of an `AnnotationPage` (section 5.2).
    pub(super) items: Option<Annotations<'a>>,
    /// Of an `AnnotationPage`: there are more.
    pub(super) next: Option<IgnoredAny>,
    /// Of an `AnnotationCollection` (section 5.1).
    pub(super) first: Option<Resource<Borrowed<'a>, Page<'a>>>,
    /// Of an `AnnotationCollection`: annotations in all of its pages.
    pub(super) total: Option<u64>,
    /// The rest belongs to an annotation.
    #[serde(default)]
    pub(super) motivation: OneOrMany<Borrowed<'a>, PARTS_MAX>,
    #[serde(default)]
    pub(super) body: OneOrMany<Body<'a>, PARTS_MAX>,
    pub(super) body_value: Option<Borrowed<'a>>,
    pub(super) target: Option<OneOrMany<Target<'a>, PARTS_MAX>>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct Page<'a> {
    #[serde(default)]
    pub(super) items: Annotations<'a>,
    pub(super) next: Option<IgnoredAny>,
}

/// Section 3.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Annotation<'a> {
    #[serde(default)]
    pub(super) motivation: OneOrMany<Borrowed<'a>, PARTS_MAX>,
    #[serde(default)]
    pub(super) body: OneOrMany<Body<'a>, PARTS_MAX>,
    /// A text alone (section 3.2.5).
    pub(super) body_value: Option<Borrowed<'a>>,
    pub(super) target: OneOrMany<Target<'a>, PARTS_MAX>,
}

/// What is said (sections 3.2 and 3.3): a resource elsewhere, or a text in the annotation.
pub(super) type Body<'a> = Resource<Borrowed<'a>, Described<'a>>;

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct Described<'a> {
    pub(super) id: Option<Borrowed<'a>>,
    pub(super) value: Option<Borrowed<'a>>,
    #[serde(default)]
    pub(super) purpose: OneOrMany<Borrowed<'a>, PARTS_MAX>,
    /// Of a `SpecificResource`.
    pub(super) source: Option<Body<'a>>,
    /// Of a `Choice`, the best first.
    #[serde(default)]
    pub(super) items: OneOrMany<Body<'a>, 1>,
}

/// What it is about (sections 3.2 and 4): a whole resource, or a part of one.
pub(super) type Target<'a> = Resource<Borrowed<'a>, Specific<'a>>;

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(super) struct Specific<'a> {
    pub(super) id: Option<Borrowed<'a>>,
    pub(super) source: Option<Target<'a>>,
    #[serde(default)]
    pub(super) selector: OneOrMany<Selector<'a>, PARTS_MAX>,
}

/// Which part (section 4.2): selectors in a list select the same part in several ways.
pub(super) type Selector<'a> = Resource<Borrowed<'a>, Selects<'a>>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(super) struct Selects<'a> {
    #[serde(rename = "type", alias = "@type")]
    pub(super) kind: Option<Borrowed<'a>>,
    pub(super) start: Option<i64>,
    pub(super) end: Option<i64>,
    pub(super) exact: Option<Borrowed<'a>>,
    pub(super) prefix: Option<Borrowed<'a>>,
    pub(super) suffix: Option<Borrowed<'a>>,
    pub(super) value: Option<Borrowed<'a>>,
    /// Of several ways to refine a part, the first is read.
    #[serde(default)]
    pub(super) refined_by: OneOrMany<Selector<'a>, 1>,
}
