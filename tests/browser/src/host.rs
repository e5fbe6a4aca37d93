//! A started `lectern` with everything of its own, and the processor that it uses.

use crate::{api::Api, process::Process};
use anyhow::{Context as _, Result, ensure};
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use reqwest::Client;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tokio::process::Command;

const TOKEN: &str = "the-token-of-the-browser-tests";
const SECRET: &str = "whsec_bGVjdGVybi1icm93c2VyLXRlc3RzLXNlY3JldC0zMi0=";
/// What would change how `lectern` starts.
const SETTINGS: [&str; 4] =
    ["LECTERN_TOKEN", "LECTERN_PROCESSOR_TOKEN", "LECTERN_PROCESSOR_SECRET", "LECTERN_CALLBACK_SECRETS"];

/// A host on free ports, with a folder of its own.
#[derive(Debug)]
pub(crate) struct Host {
    lectern: PathBuf,
    folder: PathBuf,
    options: Vec<String>,
    process: Option<Process>,
    pub(crate) url: String,
    pub(crate) aws_url: String,
}

impl Host {
    /// Starts one in a fresh folder.
    pub(crate) async fn start(lectern: &Path, folder: &Path, options: &[&str]) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut host = Self {
            lectern: lectern.to_owned(),
            folder: folder.to_owned(),
            options: options.iter().map(|option| (*option).to_owned()).collect(),
            process: None,
            url: String::new(),
            aws_url: String::new(),
        };
        host.start_again().await?;
        Ok(host)
    }

    /// Starts it where it was before.
    pub(crate) async fn start_again(&mut self) -> Result<()> {
        let port =
            |url: &str| url.rsplit(':').next().filter(|port| !port.is_empty()).unwrap_or("0").to_owned();
        let mut command = lectern(&self.lectern);
        command.args(["up", "--port", &port(&self.url), "--aws-port", &port(&self.aws_url)]);
        command.arg("--data-dir").arg(self.folder.join("data")).args(&self.options);
        let process = Process::start(command, &self.folder.join("host.log"), serves).await?;
        let addresses = process.ready().split_once(" aws ").context("the ready line names two addresses")?;
        (self.url, self.aws_url) = (addresses.0.to_owned(), addresses.1.to_owned());
        self.process = Some(process);
        Ok(())
    }

    /// Kills it, as a power cut would.
    pub(crate) async fn kill(&mut self) -> Result<()> {
        self.process.take().context("it does not run")?.kill().await
    }

    /// The API as one of the development accounts.
    pub(crate) async fn api(&self, account: &str) -> Result<Api> {
        Api::sign_in(&self.url, account).await
    }

    /// Puts a file into a school's inbox, as somebody else's.
    pub(crate) async fn put_into_inbox(
        &self,
        school: &str,
        name: &str,
        teacher: &str,
        bytes: Vec<u8>,
    ) -> Result<()> {
        let credentials = Credentials::new("lectern", "lectern-local", None, None, "browser");
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .endpoint_url(&self.aws_url)
            .credentials_provider(credentials)
            .load()
            .await;
        let config = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        let put = aws_sdk_s3::Client::from_conf(config).put_object().bucket("lectern-uploads");
        let put = put.key(format!("inbox/{school}/{name}")).metadata("teacher", teacher).body(bytes.into());
        put.send().await?;
        Ok(())
    }
}

/// A reference processor that misbehaves to the letter.
#[derive(Debug)]
pub(crate) struct Processor {
    process: Process,
    url: String,
    http: Client,
}

impl Processor {
    pub(crate) async fn start(program: &Path, folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut command = lectern(program);
        command.args(["processor", "--port", "0", "--scriptable", "--token", TOKEN, "--secret", SECRET]);
        command.arg("--data-dir").arg(folder.join("data"));
        let process = Process::start(command, &folder.join("processor.log"), serves).await?;
        let url = process.ready().trim_end_matches('/').to_owned();
        Ok(Self { process, url, http: Client::builder().no_proxy().build()? })
    }

    /// What makes a host use it.
    pub(crate) fn options(&self) -> [&str; 6] {
        ["--processor-url", &self.url, "--processor-token", TOKEN, "--callback-secrets", SECRET]
    }

    /// It refuses the next file whose name holds `part`, once, for good.
    pub(crate) async fn refuses(&self, part: &str) -> Result<()> {
        self.script(json!({ "match": part, "answers": [422] })).await
    }

    /// It takes `seconds` longer for the next `times` files whose name holds `part`.
    pub(crate) async fn delays(&self, part: &str, seconds: u32, times: usize) -> Result<()> {
        self.script(json!({ "match": part, "delay_seconds": seconds, "times": times })).await
    }

    async fn script(&self, script: Value) -> Result<()> {
        let request = self.http.post(format!("{}/script", self.url)).bearer_auth(TOKEN).json(&script);
        let answer = request.send().await?;
        ensure!(answer.status() == 204, "{script}: {}", answer.text().await?);
        Ok(())
    }

    /// Does something while nobody gets an answer of the processor.
    pub(crate) async fn while_halted<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        self.process.halt().await?;
        let done = work.await;
        self.process.go_on().await?;
        done
    }
}

fn serves(line: &str) -> Option<String> {
    line.strip_prefix("ready ").map(str::to_owned)
}

fn lectern(program: &Path) -> Command {
    let mut command = Command::new(program);
    for name in SETTINGS {
        command.env_remove(name);
    }
    command
}
