use super::{
    Decision,
    behaviour::{Behaviour, FileTrick, Trick, Way},
};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use thiserror::Error;

/// A test that needs more scripts at once is a mistake.
pub(super) const SCRIPTS_MAX: usize = 1_000;
/// As does one that needs more answers in a row.
const ANSWERS_MAX: usize = 1_000;

/// One answer to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    /// This status code, 400 to 599; a submission is not accepted.
    Status(u16),
    Word(Word),
}

/// An answer that is more than a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Word {
    /// As if there were no script.
    Accept,
    /// The connection is closed without an answer, and nothing was accepted.
    Drop,
    /// The job is accepted, and the connection is closed without an answer.
    Lost,
    /// "unknown", to a question about a job.
    Unknown,
}

/// What `POST /script` takes: how the next submissions of matching files go.
///
/// Submissions use up `answers` in order; once those are used up they are accepted, `times` often (once unless said),
/// and each accepted job goes as `callback`, `files` and `asks` say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Script {
    /// Part of the file's name; empty matches every file.
    #[serde(rename = "match", default)]
    name_part: String,
    #[serde(default)]
    answers: VecDeque<Answer>,
    /// The answers start over again, until the scripts are cleared.
    #[serde(default)]
    repeat: bool,
    /// Seconds, sent as `Retry-After` with every refusal.
    retry_after: Option<u64>,
    callback: Option<Way>,
    /// Seconds by which the callback is late.
    #[serde(default)]
    delay_seconds: u64,
    /// The callback comes before the submission is answered.
    #[serde(default)]
    early: bool,
    files: Option<Trick>,
    /// Which file the trick befalls; every one unless said.
    role: Option<String>,
    /// How many fetches of each file a trick on the way lasts; for ever unless said.
    fetches: Option<u32>,
    /// Answers to the first questions about the job.
    #[serde(default)]
    asks: Vec<Answer>,
    times: Option<u32>,
}

/// Why a script is not taken.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum ScriptError {
    #[error("a status code to answer with lies between 400 and 599, {0} does not")]
    Status(u16),
    #[error("there are too many scripts or answers")]
    TooMany,
}

impl Script {
    pub(super) fn check(&self) -> Result<(), ScriptError> {
        if self.answers.len() > ANSWERS_MAX || self.asks.len() > ANSWERS_MAX {
            return Err(ScriptError::TooMany);
        }
        for answer in self.answers.iter().chain(&self.asks) {
            match answer {
                Answer::Status(code) if !(400..600).contains(code) => return Err(ScriptError::Status(*code)),
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn matches(&self, file_name: &str) -> bool {
        file_name.contains(&self.name_part)
    }

    /// Once spent, a script governs nothing more.
    pub(super) fn spent(&self) -> bool {
        self.answers.is_empty() && self.times == Some(0)
    }

    pub(super) fn next(&mut self) -> Decision {
        let answer = self.answers.pop_front();
        if let Some(answer) = answer.filter(|_| self.repeat) {
            self.answers.push_back(answer);
        }
        let answer = answer.filter(|answer| *answer != Answer::Word(Word::Accept));
        let accepted = matches!(answer, None | Some(Answer::Word(Word::Lost)));
        if accepted && !self.repeat {
            self.times = Some(self.times.unwrap_or(1).saturating_sub(1));
        }
        Decision { answer, retry_after: self.retry_after, behaviour: self.behaviour() }
    }

    fn behaviour(&self) -> Behaviour {
        let way = self.callback.unwrap_or_default();
        let trick = self.files.map(|how| FileTrick { how, role: self.role.clone(), fetches: self.fetches });
        Behaviour {
            way: if way == Way::Early { Way::Once } else { way },
            early: self.early || way == Way::Early,
            delay_seconds: self.delay_seconds,
            files: trick.into_iter().collect(),
            asks: self.asks.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(json: &str) -> Script {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn answers_come_in_order_and_then_the_job_is_accepted() {
        let mut script =
            script(r#"{"match": "plan", "answers": [503, "drop"], "retry_after": 1, "callback": "twice"}"#);
        assert!(script.matches("my plan.docx") && !script.matches("other.docx"));
        assert_eq!(script.next().answer, Some(Answer::Status(503)));
        assert_eq!(script.next().answer, Some(Answer::Word(Word::Drop)));
        assert!(!script.spent());
        let accepted = script.next();
        assert_eq!((accepted.answer, accepted.behaviour.way), (None, Way::Twice));
        assert!(script.spent());
    }

    #[test]
    fn a_repeated_script_never_ends() {
        let mut script = script(r#"{"answers": [503], "repeat": true}"#);
        assert!((0..10).all(|_| script.next().answer == Some(Answer::Status(503))));
        assert!(!script.spent());
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        assert_eq!(script(r#"{"answers": [202]}"#).check(), Err(ScriptError::Status(202)));
        for wrong in [r#"{"callbak": "twice"}"#, r#"{"callback": "thrice"}"#, r#"{"answers": ["maybe"]}"#] {
            assert!(serde_json::from_str::<Script>(wrong).is_err(), "{wrong}");
        }
    }
}
