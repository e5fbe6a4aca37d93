//! The intrinsic functions that are evaluated.

use crate::error::Problem;

/// An intrinsic function, in its short (`!Sub`) or long (`Fn::Sub`) form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intrinsic {
    Ref,
    Sub,
    GetAtt,
    If,
    Equals,
    Not,
    And,
    Or,
    Join,
    Select,
    Split,
    Condition,
}

impl Intrinsic {
    const ALL: [Self; 12] = [
        Self::Ref,
        Self::Sub,
        Self::GetAtt,
        Self::If,
        Self::Equals,
        Self::Not,
        Self::And,
        Self::Or,
        Self::Join,
        Self::Select,
        Self::Split,
        Self::Condition,
    ];

    /// The long form.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ref => "Ref",
            Self::Sub => "Fn::Sub",
            Self::GetAtt => "Fn::GetAtt",
            Self::If => "Fn::If",
            Self::Equals => "Fn::Equals",
            Self::Not => "Fn::Not",
            Self::And => "Fn::And",
            Self::Or => "Fn::Or",
            Self::Join => "Fn::Join",
            Self::Select => "Fn::Select",
            Self::Split => "Fn::Split",
            Self::Condition => "Condition",
        }
    }

    /// The function that a YAML tag such as `!Sub` stands for.
    pub(crate) fn from_tag(tag: &str) -> Result<Self, Problem> {
        let short = tag.trim_start_matches('!');
        Self::ALL
            .into_iter()
            .find(|intrinsic| intrinsic.name().trim_start_matches("Fn::") == short)
            .ok_or_else(|| Problem::Intrinsic(tag.to_owned()))
    }

    /// The function that a key of a mapping stands for, if it stands for one.
    ///
    /// `Condition` as a key is left alone: in a policy it is data, and where it refers to a
    /// condition the reader of conditions knows.
    pub(crate) fn from_key(key: &str) -> Result<Option<Self>, Problem> {
        if key != Self::Ref.name() && !key.starts_with("Fn::") {
            return Ok(None);
        }
        let found = Self::ALL.into_iter().find(|intrinsic| intrinsic.name() == key);
        found.map(Some).ok_or_else(|| Problem::Intrinsic(key.to_owned()))
    }
}
