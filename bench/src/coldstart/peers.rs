//! What others would deploy: an echo in Rust, and functions in Python and JavaScript that read an unknown document.

use super::{
    first,
    functions::{ECHO, lambda},
    runtime_api::Invocation,
    start::Subject,
};
use crate::stage::Stage;
use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::process::Command;

/// Memory that the peers say they have, in MiB: what most functions here have.
const MEMORY_MIB: u32 = 256;
/// How long they may take.
const TIME: Duration = Duration::from_mins(1);
/// As whom the peers sign: anybody whose name begins with the stack's may.
const NAME: &str = "lectern-peer";

/// The three, with Python and JavaScript as installed by `bench/peers/coldstart/install`.
pub(super) async fn subjects(stage: &Stage, binaries: &Path) -> anyhow::Result<Vec<Subject>> {
    let installed = install().await?;
    let key = json!({ "document_id": first::UNKNOWN });
    let mut subjects = vec![echo(stage, binaries)];
    let runtime = ["-m".to_owned(), "awslambdaric".to_owned(), "function.handler".to_owned()];
    let python = subject(stage, "python-boto3", &installed.join("venv/bin/python"), &installed, &key);
    subjects.push(Subject { arguments: runtime.to_vec(), expected: json!({ "known": false }), ..python });
    let node = subject(stage, "node-sdk-v3", Path::new("node"), &installed, &key);
    let arguments = vec!["function.mjs".to_owned()];
    subjects.push(Subject { arguments, expected: json!({ "known": false }), ..node });
    Ok(subjects)
}

/// The echo alone: it needs no other environment than Rust.
pub(super) fn echo(stage: &Stage, binaries: &Path) -> Subject {
    let event = json!({ "said": "once" });
    let echo = subject(stage, "rust-echo", &binaries.join(ECHO), Path::new("/"), &event);
    Subject { expected: event, ..echo }
}

fn subject(stage: &Stage, name: &str, program: &Path, folder: &Path, event: &Value) -> Subject {
    let mut environment = lambda(stage, NAME, MEMORY_MIB);
    environment.insert("DOCUMENTS_TABLE".to_owned(), "lectern-documents".to_owned());
    environment.insert("LAMBDA_TASK_ROOT".to_owned(), folder.display().to_string());
    let function_arn = format!("arn:aws:lambda:eu-central-1:000000000000:function:{NAME}");
    Subject {
        name: name.to_owned(),
        program: program.to_owned(),
        arguments: Vec::new(),
        folder: folder.to_owned(),
        memory_mib: MEMORY_MIB,
        environment,
        invocation: Invocation { function_arn, event: event.clone(), time: TIME },
        expected: Value::Null,
    }
}

/// Installs their environments, if they are not there yet, and says where.
async fn install() -> anyhow::Result<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/coldstart/install");
    let output = Command::new(&script).stderr(Stdio::inherit()).output().await;
    let output = output.with_context(|| format!("{} cannot be run", script.display()))?;
    ensure!(output.status.success(), "the peers cannot be installed; leave them out with --without-peers");
    Ok(String::from_utf8(output.stdout)?.trim_end().into())
}
