use clap::Args;
use std::{net::IpAddr, path::PathBuf};

/// How `lectern up` starts.
#[derive(Args, Clone, Debug)]
pub struct UpOptions {
    /// Folder that holds everything: files, queues, register, executions.
    #[arg(long, default_value = ".lectern", value_name = "FOLDER")]
    pub data_dir: PathBuf,
    /// Port of the pages and the API; 0 picks a free one.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Port of the AWS APIs; 0 picks a free one.
    #[arg(long, default_value_t = 4566)]
    pub aws_port: u16,
    /// Address to listen on. The sign-in for development answers callers on this machine only.
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    pub listen: IpAddr,
    /// The processor's address; without one, the reference processor runs in this process.
    #[arg(long, value_name = "URL")]
    pub processor_url: Option<String>,
    /// The bearer token that the processor expects; without one, this machine's own.
    #[arg(long, env = "LECTERN_PROCESSOR_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub processor_token: Option<String>,
    /// Secrets with which the processor signs its callbacks, comma-separated (`whsec_…`); without one, this machine's own.
    #[arg(long, env = "LECTERN_CALLBACK_SECRETS", hide_env_values = true, value_name = "SECRETS")]
    pub callback_secrets: Option<String>,
    /// Divide every configured duration by this, for demonstrations and tests.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub time_scale: u32,
    /// Largest upload, in bytes; without it, as the template says.
    #[arg(long, value_name = "BYTES")]
    pub upload_bytes_max: Option<u64>,
    /// Requests to the API that one person may make each second; without it, as the template says.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub requests_per_second: Option<u32>,
    /// Start although objects have lost their files; whatever needs them fails with a reason.
    #[arg(long)]
    pub without_lost_files: bool,
    /// A template other than the one built in; its state machines are read relative to it.
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
}
