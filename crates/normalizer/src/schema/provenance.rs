use serde::{Deserialize, Serialize};

/// Where the document came from and what was done to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Provenance {
    pub processor: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_id: Option<String>,
    pub files: Vec<ReturnedFile>,
    /// The adapters that read the files, by role, for example `markdown, language-tool`.
    pub adapter: String,
    pub adapter_version: String,
    /// The unit in which the vendor gave offsets into its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset_unit: Option<String>,
    /// The unit in which the vendor gave times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_unit: Option<String>,
    /// Which text it is, where the file holds several: `accepted`, with every tracked change accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_view: Option<String>,
    /// Everything that was not taken over exactly as it came.
    pub repairs: Vec<Repair>,
}

/// A file as the processor announced it and as it was proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReturnedFile {
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["text", "annotations", "transcript", "captions", "media", "poster", "rendition"])))]
    pub role: String,
    pub name: String,
    pub media_type: String,
    pub size: u64,
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[0-9a-f]{64}$")))]
    pub sha256: String,
}

/// One departure from what came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Repair {
    /// The stable word.
    pub code: String,
    /// The role, and within it the vendor's own path.
    pub place: String,
    /// For people.
    pub note: String,
}
