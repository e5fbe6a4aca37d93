use crate::Role;
use document::Kind;

/// Everything that is known about a document whose results came back.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Lectern's identity of the document.
    pub document_id: String,
    /// The S3 version id of the original.
    pub revision: String,
    /// Lesson plan or video: decides which roles must be there.
    pub kind: Kind,
    /// What the teacher called it.
    pub title: String,
    /// BCP 47, where known; else what the vendor says is taken.
    pub language: Option<String>,
    /// Who processed it: a name or an address, for provenance.
    pub processor: String,
    /// The processor's own name for the job, where known.
    pub job_id: Option<String>,
    /// The returned files.
    pub files: Vec<File>,
}

/// One returned file.
#[derive(Clone, Debug)]
pub struct File {
    /// What it is for.
    pub role: Role,
    /// The processor's name for it: data, never a path.
    pub name: String,
    /// As announced, with parameters.
    pub media_type: String,
    /// As announced, in bytes.
    pub size: u64,
    /// As announced, lower-case hexadecimal.
    pub sha256: String,
    /// The content. May be left empty for roles that are not read ([`Role::is_read`]).
    pub bytes: Vec<u8>,
}
