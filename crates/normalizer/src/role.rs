use std::{fmt, str::FromStr};

/// What a returned file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The document's text.
    Text,
    /// Findings about the text.
    Annotations,
    /// What is said, with times.
    Transcript,
    /// What is said, as shown in the picture.
    Captions,
    /// Facts about the video.
    Media,
    /// A still picture of the video.
    Poster,
    /// The video in another encoding.
    Rendition,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Self::Text,
        Self::Annotations,
        Self::Transcript,
        Self::Captions,
        Self::Media,
        Self::Poster,
        Self::Rendition,
    ];

    /// The word that the processor contract uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Annotations => "annotations",
            Self::Transcript => "transcript",
            Self::Captions => "captions",
            Self::Media => "media",
            Self::Poster => "poster",
            Self::Rendition => "rendition",
        }
    }

    /// Whether [`crate::normalize`] reads the file's bytes; of the others it only passes the facts on.
    pub const fn is_read(self) -> bool {
        !matches!(self, Self::Poster | Self::Rendition)
    }

    /// The most bytes that a file of this role may have.
    pub const fn bytes_max(self) -> u64 {
        const MIB: u64 = 1024 * 1024;
        match self {
            // Eight thousand pages of text, or a Word document with pictures; a day of speech. Any text is read in
            // twelve times as much memory.
            Self::Text | Self::Transcript | Self::Captions => 16 * MIB,
            // A still picture at full resolution.
            Self::Poster => 8 * MIB,
            // About a kilobyte for each of the most findings that are taken.
            Self::Annotations => 24 * MIB,
            Self::Media => MIB,
            // S3 takes objects up to 5 TiB; a lesson at a generous rate stays below this.
            Self::Rendition => 8 * 1024 * MIB,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(())
    }
}
