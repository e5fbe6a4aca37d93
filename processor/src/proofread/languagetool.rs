use serde::{Deserialize, Serialize};

/// LanguageTool's answer to `/v2/check`, the parts that customers read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    pub(crate) software: Software,
    pub(crate) language: Language,
    pub(crate) matches: Vec<Match>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Software {
    pub(crate) name: String,
    pub(crate) version: String,
    /// Always 1, as with LanguageTool.
    pub(crate) api_version: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Language {
    pub(crate) name: String,
    pub(crate) code: String,
}

/// One thing to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Match {
    pub(crate) message: String,
    pub(crate) short_message: String,
    pub(crate) replacements: Vec<Replacement>,
    /// UTF-16 code units from the beginning of the Markdown file.
    pub(crate) offset: usize,
    /// UTF-16 code units.
    pub(crate) length: usize,
    pub(crate) context: Context,
    pub(crate) sentence: String,
    pub(crate) rule: Rule,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Replacement {
    pub(crate) value: String,
}

/// An exact piece of the Markdown file around the match; offset and length find the match in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Context {
    pub(crate) text: String,
    /// UTF-16 code units from the beginning of `text`.
    pub(crate) offset: usize,
    /// UTF-16 code units.
    pub(crate) length: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) description: String,
    /// ITS 2.0's localization quality issue type.
    pub(crate) issue_type: String,
    pub(crate) category: Category,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Category {
    pub(crate) id: String,
    pub(crate) name: String,
}
