use crate::{counters::Counters, process::Serving, stage::Secrets, usage};
use anyhow::{Context as _, ensure};
use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::process::Command;

/// A started `lectern` on free ports and a folder of its own.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) api_url: String,
    pub(crate) aws_url: String,
    pub(crate) process: u32,
    serving: Serving,
    http: reqwest::Client,
}

impl Host {
    /// Starts the binary over a folder, for a processor and with its secrets; without one, with the processor of its own.
    pub(crate) async fn start(
        binary: &Path,
        folder: &Path,
        processor_url: Option<&str>,
        secrets: &Secrets,
    ) -> anyhow::Result<Self> {
        let mut command = Command::new(binary);
        command.args([
            "up",
            "--port",
            "0",
            "--aws-port",
            "0",
            // One person stands for all teachers here.
            "--requests-per-second",
            "1000000",
            "--data-dir",
        ]);
        command.arg(folder.join("data"));
        // The host's own processor knows secrets of its own.
        if let Some(url) = processor_url {
            command
                .args(["--processor-url", url])
                .env("LECTERN_PROCESSOR_TOKEN", &secrets.token)
                .env("LECTERN_CALLBACK_SECRETS", &secrets.signing);
        }
        let serving = Serving::start(command, &folder.join("lectern.log")).await?;
        let place = serving.place.split_once(" aws ").context("it says where the AWS APIs are")?;
        let (api_url, aws_url) = (place.0.to_owned(), place.1.to_owned());
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { api_url, aws_url, process: serving.id()?, serving, http })
    }

    /// Calls and commits since the start.
    pub(crate) async fn counters(&self) -> anyhow::Result<Counters> {
        let answer = self.http.get(format!("{}/_lectern/counters", self.aws_url)).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    pub(crate) fn cpu_seconds(&self) -> anyhow::Result<f64> {
        usage::cpu_seconds(self.process)
    }

    pub(crate) fn peak_bytes(&self) -> anyhow::Result<u64> {
        usage::peak_bytes(self.process)
    }

    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.serving.stop().await
    }
}

/// The binary given, or one built as this program was, which then lies beside it.
pub(crate) async fn binary(given: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--locked", "-p", "lectern", "--bin", "lectern"]);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    build.current_dir(env!("CARGO_MANIFEST_DIR")).stdout(Stdio::null());
    ensure!(build.status().await?.success(), "lectern cannot be built; give one with --lectern");
    let beside = env::current_exe()?.with_file_name("lectern");
    ensure!(beside.exists(), "{} is not there; give one with --lectern", beside.display());
    Ok(beside)
}
