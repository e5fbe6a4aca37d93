use super::{Host, Process, fresh, rights};
use std::{
    ops::Deref,
    path::{Path, PathBuf},
    process::ExitStatus,
};

/// A started `lectern up` on free ports and a folder of its own: a host whose process is in our hands.
pub(crate) struct Machine {
    name: String,
    options: Vec<String>,
    process: Process,
    pub(crate) data_dir: PathBuf,
    host: Host,
}

impl Deref for Machine {
    type Target = Host;

    fn deref(&self) -> &Host {
        &self.host
    }
}

impl Machine {
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
        let host = Host::at(api_url, aws_url, &format!("{api_url}/issuer"));
        Self { name, options, process, data_dir, host }
    }

    /// Tells it to stop, as a service manager would.
    pub(crate) async fn terminate(&self) -> ExitStatus {
        rights::collect(&self.aws_url).await;
        self.process.terminate().await
    }

    /// Kills it at once, as a power cut would. What it made use of is forgotten with it.
    pub(crate) async fn kill(&self) {
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
