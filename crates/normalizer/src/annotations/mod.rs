//! Formats of the role `annotations`.

mod at_most;
mod borrowed;
mod docx;
mod finding;
mod harper;
mod language_tool;
mod web_annotation;

pub(crate) use finding::{Claim, Finding, FindingList, Findings, Place};

use crate::adapter::Adapters;

pub(crate) const ADAPTERS: Adapters<Findings> =
    &[&docx::Docx, &language_tool::LanguageTool, &harper::Harper, &web_annotation::WebAnnotation];
