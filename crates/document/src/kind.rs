use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What sort of document it is: this decides its queue, its deadlines and the roles that must come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Kind {
    /// A written lesson plan, to be proofread.
    LessonPlan,
    /// A classroom video.
    Video,
}

impl Kind {
    /// The word that messages and the register use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LessonPlan => "lesson_plan",
            Self::Video => "video",
        }
    }

    /// The sets of roles of which at least one of each must come back, once.
    pub const fn required_roles(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::LessonPlan => &[&["text"], &["annotations"]],
            Self::Video => &[&["media"], &["transcript", "captions"]],
        }
    }

    /// Roles that may come back besides.
    pub const fn optional_roles(self) -> &'static [&'static str] {
        match self {
            Self::LessonPlan => &[],
            Self::Video => &["poster", "rendition"],
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "lesson_plan" => Ok(Self::LessonPlan),
            "video" => Ok(Self::Video),
            _ => Err(()),
        }
    }
}
