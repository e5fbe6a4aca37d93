use super::runtime_api::{Invocation, RuntimeApi};
use crate::usage;
use anyhow::{Context as _, bail, ensure};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    process::Command,
    time::{Instant, timeout},
};

/// How long a start and its first answer may take.
const START_MAX: Duration = Duration::from_mins(1);

/// Something that can be started as Lambda starts a function.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) name: String,
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    /// The folder that Lambda would unpack its code to.
    pub(super) folder: PathBuf,
    pub(super) memory_mib: u32,
    /// Its environment, whole: nothing is inherited.
    pub(super) environment: BTreeMap<String, String>,
    pub(super) invocation: Invocation,
    /// What the first answer must have among its fields, so that nobody measures a failure.
    pub(super) expected: Value,
}

/// One start and the first invocation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    /// From starting the process until it asks for an event.
    pub(super) first_poll: Duration,
    /// From then, when it is given one, until its answer.
    pub(super) first_answer: Duration,
    /// Processor time until then.
    pub(super) cpu: Duration,
    pub(super) peak_bytes: u64,
}

impl Subject {
    /// Starts it, lets it answer once and ends it.
    pub(super) async fn start(&self, log: &Path) -> anyhow::Result<Start> {
        let outcome = self.measure(log).await;
        outcome.with_context(|| {
            format!(
                "{} does not start; it wrote: {}",
                self.name,
                std::fs::read_to_string(log).unwrap_or_default()
            )
        })
    }

    async fn measure(&self, log: &Path) -> anyhow::Result<Start> {
        let mut api = RuntimeApi::open(self.invocation.clone()).await?;
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.folder).kill_on_drop(true);
        command.env_clear().envs(&self.environment).env("AWS_LAMBDA_RUNTIME_API", api.address.to_string());
        let file = File::create(log)?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let spawned = Instant::now();
        let mut child = command.spawn().with_context(|| format!("{command:?} cannot be started"))?;
        let course = tokio::select! {
            course = timeout(START_MAX, api.course()) => course.context("it takes too long")??,
            ended = child.wait() => bail!("it has ended with {}", ended?),
        };
        let process = child.id().context("it has ended")?;
        let (cpu, peak_bytes) = (usage::thread_cpu_time(process)?, usage::peak_bytes(process)?);
        child.kill().await?;
        ensure!(has(&course.answer, &self.expected), "it answered {}", course.answer);
        Ok(Start {
            first_poll: course.polled - spawned,
            first_answer: course.answered - course.polled,
            cpu,
            peak_bytes,
        })
    }
}

/// Whether an answer has every field that is expected.
fn has(answer: &Value, expected: &Value) -> bool {
    match expected.as_object() {
        Some(fields) => fields.iter().all(|(name, value)| answer.get(name) == Some(value)),
        None => answer == expected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_may_say_more_than_is_expected() {
        let answer = json!({ "statusCode": 401, "body": "" });
        assert!(has(&answer, &json!({ "statusCode": 401 })));
        assert!(!has(&answer, &json!({ "statusCode": 200 })));
        assert!(!has(&answer, &json!({ "outcome": "done" })));
        assert!(has(&json!("x"), &json!("x")) && !has(&json!("x"), &json!("y")));
    }
}
