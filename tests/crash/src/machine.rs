//! One machine: a folder, the addresses it always has, and the host and the processor that run on it.

use crate::process::Process;
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use tokio::process::Command;

const TOKEN: &str = "the-token-of-the-crash-suite";
const SECRET: &str = "whsec_bGVjdGVybi1jcmFzaC1zdWl0ZS1zZWNyZXQtMzItYnl0ZXM=";

/// How often the processor does what a processor should not.
const MISCHIEF: [&str; 10] =
    ["--duplicate", "0.1", "--early", "0.1", "--fail-5xx", "0.1", "--throttle", "0.05", "--corrupt", "0.03"];

/// Where everything of one run lies, and how `lectern` is started there.
pub(crate) struct Machine {
    lectern: PathBuf,
    pub(crate) folder: PathBuf,
    time_scale: u32,
    /// Where the host serves: free ports at its first start, kept from then on.
    pub(crate) api_url: String,
    pub(crate) aws_url: String,
    processor_url: String,
    /// Set for every start of the host.
    pub(crate) environment: Vec<(String, String)>,
}

impl Machine {
    pub(crate) fn new(lectern: &Path, folder: &Path, time_scale: u32) -> Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(Self {
            lectern: lectern.to_owned(),
            folder: folder.canonicalize()?,
            time_scale,
            api_url: String::new(),
            aws_url: String::new(),
            processor_url: String::new(),
            environment: Vec::new(),
        })
    }

    /// Where the host keeps everything.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Starts the processor: a process of its own, which goes on while the host dies. It calls back late by `delay_seconds`.
    pub(crate) async fn start_processor(&mut self, seed: u64, delay_seconds: u64) -> Result<Process> {
        let mut command = self.command(&["processor", "--port", "0", "--token", TOKEN, "--secret", SECRET]);
        command.arg("--data-dir").arg(self.folder.join("processor"));
        command.args(MISCHIEF).args(["--seed", &seed.to_string(), "--delay", &delay_seconds.to_string()]);
        let mut process = Process::start(command, &self.folder.join("processor.log"))?;
        process.ready().await?.trim_end_matches('/').clone_into(&mut self.processor_url);
        Ok(process)
    }

    /// Starts the host and waits until it serves.
    pub(crate) async fn start_host(&mut self) -> Result<Process> {
        let mut process = self.launch_host()?;
        let addresses = process.ready().await?;
        let (api, aws) = addresses.split_once(" aws ").context("the ready line names two addresses")?;
        (self.api_url, self.aws_url) = (api.to_owned(), aws.to_owned());
        Ok(process)
    }

    /// Starts the host where it was before, without waiting for it.
    pub(crate) fn launch_host(&self) -> Result<Process> {
        let port =
            |url: &str| url.rsplit(':').next().filter(|port| !port.is_empty()).unwrap_or("0").to_owned();
        let scale = self.time_scale.to_string();
        let mut command = self.command(&["up", "--time-scale", &scale]);
        command.args(["--port", &port(&self.api_url), "--aws-port", &port(&self.aws_url)]);
        command.arg("--data-dir").arg(self.data_dir());
        if !self.processor_url.is_empty() {
            command.args(["--processor-url", &self.processor_url]);
            command.args(["--processor-token", TOKEN, "--callback-secrets", SECRET]);
        }
        command.envs(self.environment.iter().cloned());
        Process::start(command, &self.folder.join("host.log"))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.lectern);
        for name in [
            "LECTERN_TOKEN",
            "LECTERN_PROCESSOR_TOKEN",
            "LECTERN_PROCESSOR_SECRET",
            "LECTERN_CALLBACK_SECRETS",
        ] {
            command.env_remove(name);
        }
        command.args(arguments);
        command
    }
}

/// The release binary: as given, or built now.
pub(crate) async fn release(given: Option<&Path>) -> Result<PathBuf> {
    if let Some(given) = given {
        return given.canonicalize().with_context(|| format!("{} is not there", given.display()));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--release", "--locked", "--package", "lectern", "--bin", "lectern"]);
    command.args(["--message-format", "json-render-diagnostics"]).current_dir(root);
    let output = command.stderr(std::process::Stdio::inherit()).output().await?;
    anyhow::ensure!(output.status.success(), "lectern cannot be built");
    let built = output.stdout.split(|byte| *byte == b'\n').rev().find_map(|line| {
        let message: serde_json::Value = serde_json::from_slice(line).ok()?;
        message["executable"].as_str().map(PathBuf::from)
    });
    built.context("cargo names no executable")
}
