use super::{Api, Aws, Process, fresh, rights};
use std::{
    path::{Path, PathBuf},
    process::ExitStatus,
};
use tokio::sync::OnceCell;

/// A started `lectern up` on free ports and a folder of its own.
pub(crate) struct Host {
    name: String,
    options: Vec<String>,
    process: Process,
    pub(crate) data_dir: PathBuf,
    pub(crate) api_url: String,
    pub(crate) aws_url: String,
    aws: OnceCell<Aws>,
}

impl Host {
    pub(crate) async fn start(name: &str, options: &[&str]) -> Self {
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        Self::start_on(name.to_owned(), options, fresh(&format!("{name}.data")), ["0", "0"]).await
    }

    /// Starts on a folder that another host has left.
    pub(crate) async fn start_on_folder(name: &str, data_dir: &Path, options: &[&str]) -> Self {
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        Self::start_on(name.to_owned(), options, data_dir.to_owned(), ["0", "0"]).await
    }

    async fn start_on(name: String, options: Vec<String>, data_dir: PathBuf, ports: [&str; 2]) -> Self {
        let place = data_dir.to_str().unwrap();
        let mut arguments: Vec<String> =
            ["up", "--port", ports[0], "--aws-port", ports[1], "--data-dir", place].map(str::to_owned).into();
        arguments.extend(options.iter().cloned());
        let process = Process::start(&name, &arguments).await;
        let (api_url, aws_url) = process.ready["ready ".len()..].split_once(" aws ").unwrap();
        let (api_url, aws_url) = (api_url.to_owned(), aws_url.to_owned());
        Self { name, options, process, data_dir, api_url, aws_url, aws: OnceCell::new() }
    }

    /// The API, signed in as a development account.
    pub(crate) async fn api(&self, account: &str) -> Api {
        Api::sign_in(&self.api_url, account).await
    }

    pub(crate) async fn aws(&self) -> &Aws {
        self.aws.get_or_init(|| Aws::at(&self.aws_url)).await
    }

    /// Tells it to stop, as a service manager would.
    pub(crate) async fn terminate(&self) -> ExitStatus {
        rights::collect(&self.aws_url).await;
        self.process.terminate().await
    }

    /// Kills it, as a power cut would.
    pub(crate) async fn kill(&self) {
        rights::collect(&self.aws_url).await;
        self.process.kill().await;
    }

    /// Starts a host that has ended on its own folder again, at the same addresses.
    pub(crate) async fn start_again(self) -> Self {
        let port = |url: &str| url.rsplit(':').next().unwrap().to_owned();
        let (api, aws) = (port(&self.api_url), port(&self.aws_url));
        Self::start_on(self.name, self.options, self.data_dir, [&api, &aws]).await
    }

    /// The same, at other addresses.
    pub(crate) async fn start_elsewhere(self) -> Self {
        Self::start_on(self.name, self.options, self.data_dir, ["0", "0"]).await
    }
}
