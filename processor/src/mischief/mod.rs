//! Misbehaviour on purpose: by chance (command line) or to the letter (scripts), so that customers can prove themselves.

mod behaviour;
mod dice;
mod script;
mod tamper;

pub(crate) use behaviour::{Behaviour, Body, Id, Sending, Signature, Trick};
pub(crate) use script::{Answer, Script, ScriptError, Word};
pub(crate) use tamper::{PRIVATE_URL, alternative, announce, forge_content, scripted_failure};

use crate::options::Options;
use behaviour::Way;
use clock::Random;
use dice::Dice;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How a submission is answered, and how its job will go if it is accepted.
#[derive(Debug)]
pub(crate) struct Decision {
    /// `None` accepts.
    pub(crate) answer: Option<Answer>,
    /// Seconds for the header `Retry-After`.
    pub(crate) retry_after: Option<u64>,
    pub(crate) behaviour: Behaviour,
}

/// Decides who is treated badly.
#[derive(Debug)]
pub(crate) struct Mischief {
    options: Options,
    dice: Dice,
    scripts: Mutex<Vec<Script>>,
    /// How often a file was fetched under a trick: (job, name) → fetches.
    fetches: Mutex<HashMap<(String, String), u32>>,
    /// How often a job was asked about: job → questions.
    questions: Mutex<HashMap<String, usize>>,
}

impl Mischief {
    pub(crate) fn new(options: &Options, random: &dyn Random) -> Self {
        let dice = Dice::new(options.seed, random);
        let (scripts, fetches, questions) = Default::default();
        Self { options: options.clone(), dice, scripts, fetches, questions }
    }

    /// Adds a script; scripts are tried in the order in which they came.
    pub(crate) fn add(&self, script: Script) -> Result<(), ScriptError> {
        script.check()?;
        let mut scripts = lock(&self.scripts);
        if scripts.len() >= script::SCRIPTS_MAX {
            return Err(ScriptError::TooMany);
        }
        scripts.push(script);
        Ok(())
    }

    /// Forgets all scripts. Jobs that were accepted under one keep to it.
    pub(crate) fn clear(&self) {
        lock(&self.scripts).clear();
    }

    /// A new submission of a file with this name.
    pub(crate) fn on_submission(&self, file_name: &str) -> Decision {
        let mut scripts = lock(&self.scripts);
        if let Some(at) = scripts.iter().position(|script| script.matches(file_name)) {
            let decision = scripts[at].next();
            if scripts[at].spent() {
                scripts.remove(at);
            }
            return decision;
        }
        drop(scripts);
        self.by_chance(file_name)
    }

    fn by_chance(&self, file_name: &str) -> Decision {
        let falls = |what, chance| self.dice.falls(what, file_name, chance);
        let options = &self.options;
        let refused = |status, retry_after| Decision {
            answer: Some(Answer::Status(status)),
            retry_after,
            behaviour: Behaviour::default(),
        };
        if falls("fail-5xx", options.fail_5xx) {
            return refused(503, None);
        }
        if falls("throttle", options.throttle) {
            return refused(429, Some(1));
        }
        // Every die is thrown every time, so that one chance does not change the course of another.
        let (drop, forge) = (falls("drop", options.drop), falls("forge", options.forge));
        let (twice, early) = (falls("duplicate", options.duplicate), falls("early", options.early));
        let way = match (drop, forge, twice) {
            (true, _, _) => Way::Never,
            (_, true, _) => Way::ForgedFirst,
            (_, _, true) => Way::Twice,
            _ => Way::Once,
        };
        let behaviour = Behaviour { way, early, delay_seconds: options.delay, ..Behaviour::default() };
        Decision { answer: None, retry_after: None, behaviour }
    }

    /// A file of a job is fetched: what happens to it on the way.
    pub(crate) fn on_fetch(
        &self,
        behaviour: &Behaviour,
        job_id: &str,
        file_name: &str,
        role: &str,
        name: &str,
    ) -> Option<Trick> {
        if let Some(trick) = behaviour.serving(role) {
            let mut fetches = lock(&self.fetches);
            let count = fetches.entry((job_id.to_owned(), name.to_owned())).or_insert(0);
            *count += 1;
            return (*count <= trick.fetches.unwrap_or(u32::MAX)).then_some(trick.how);
        }
        let file = format!("{file_name}\u{0}{role}");
        if self.dice.falls("corrupt", &file, self.options.corrupt) {
            return Some(Trick::Corrupt);
        }
        self.dice.falls("truncate", &file, self.options.truncate).then_some(Trick::Truncated)
    }

    /// A job is asked about: the status code to answer with instead of the truth.
    pub(crate) fn on_question(&self, behaviour: &Behaviour, job_id: &str) -> Option<Answer> {
        if behaviour.asks.is_empty() {
            return None;
        }
        let mut questions = lock(&self.questions);
        let count = questions.entry(job_id.to_owned()).or_insert(0);
        *count += 1;
        behaviour.asks.get(*count - 1).copied()
    }

    /// Nothing of a forgotten job is kept.
    pub(crate) fn forget(&self, job_id: &str) {
        lock(&self.fetches).retain(|(job, _), _| job != job_id);
        lock(&self.questions).remove(job_id);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clock::SeededRandom;

    fn course(seed: u64) -> Vec<String> {
        let options =
            Options { seed: Some(seed), drop: 0.3, fail_5xx: 0.3, corrupt: 0.5, ..Options::default() };
        let mischief = Mischief::new(&options, &SeededRandom::new(1));
        (0..40)
            .map(|round| {
                let decision = mischief.on_submission(&format!("plan-{}.docx", round % 4));
                let trick = mischief.on_fetch(&decision.behaviour, "job", "plan.docx", "text", "text.md");
                format!("{:?} {:?} {trick:?}", decision.answer, decision.behaviour.way)
            })
            .collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_misfortunes() {
        assert_eq!(course(7), course(7));
        assert_ne!(course(7), course(8));
        for hit in ["Some(Status(503))", "Never", "Some(Corrupt)"] {
            assert!(course(7).iter().any(|line| line.contains(hit)), "{hit}");
        }
    }

    #[test]
    fn without_chances_nothing_goes_wrong() {
        let mischief = Mischief::new(&Options::default(), &SeededRandom::new(1));
        let decision = mischief.on_submission("plan.docx");
        assert!(decision.answer.is_none());
        assert_eq!(decision.behaviour, Behaviour::default());
    }

    #[test]
    fn a_trick_ends_after_its_fetches() {
        let script: Script =
            serde_json::from_str(r#"{"match": "a", "files": "truncated", "role": "text", "fetches": 2}"#)
                .unwrap();
        let mischief = Mischief::new(&Options::default(), &SeededRandom::new(1));
        mischief.add(script).unwrap();
        let behaviour = mischief.on_submission("a").behaviour;
        let fetch = |role| mischief.on_fetch(&behaviour, "job", "a", role, role);
        assert_eq!(
            [fetch("text"), fetch("text"), fetch("text")],
            [Some(Trick::Truncated), Some(Trick::Truncated), None]
        );
        assert_eq!(fetch("annotations"), None);
    }
}
