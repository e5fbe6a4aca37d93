use crate::{host, host::Host, process::Serving};
use anyhow::Context as _;
use clock::{Random as _, SystemRandom};
use std::{
    env,
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use tokio::process::Command;

/// What is the same for every benchmark.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) lectern: Option<PathBuf>,
    pub(crate) scratch: Option<PathBuf>,
    pub(crate) seed: u64,
}

/// What the host and its processor share.
#[derive(Clone, Debug)]
pub(crate) struct Secrets {
    pub(crate) token: String,
    /// `whsec_…`
    pub(crate) signing: String,
}

/// A host and an instant processor, each a process of its own, on fresh folders.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) host: Host,
    pub(crate) processor_url: String,
    pub(crate) secrets: Secrets,
    processor: Serving,
    folder: TempDir,
}

impl Stage {
    pub(crate) async fn set(setting: &Setting) -> anyhow::Result<Self> {
        let binary = host::binary(setting.lectern.as_deref()).await?;
        let folder = folder(setting.scratch.as_deref())?;
        let secrets = Secrets::fresh();
        let mut command = Command::new(env::current_exe()?);
        command.args(["processor", "--token", &secrets.token, "--secret", &secrets.signing]);
        let processor = Serving::start(command, &folder.path().join("processor.log")).await?;
        let processor_url = processor.place.clone();
        let host = Host::start(&binary, folder.path(), Some(&processor_url), &secrets).await?;
        Ok(Self { host, processor_url, secrets, processor, folder })
    }

    /// A path of this run, gone with it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) async fn strike(self) -> anyhow::Result<()> {
        self.host.stop().await?;
        self.processor.stop().await
    }
}

impl Secrets {
    pub(crate) fn fresh() -> Self {
        let mut bytes = [0; 48];
        SystemRandom.fill(&mut bytes);
        let (token, secret) = bytes.split_at(24);
        // Hexadecimal digits are base64 digits too.
        Self { token: hex::encode(token), signing: format!("whsec_{}", hex::encode(secret)) }
    }
}

pub(crate) fn folder(parent: Option<&Path>) -> anyhow::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("lectern-bench-");
    let made = match parent {
        Some(parent) => builder.tempdir_in(parent),
        None => builder.tempdir(),
    };
    made.context("no folder can be made for the run; choose another place with --scratch")
}
