use std::path::PathBuf;
use thiserror::Error;

/// Why the host did not start. Each says what to do; nothing on disk was changed beyond what was needed to find out.
#[derive(Debug, Error)]
pub enum HostError {
    #[error("{} cannot be used: {source}; check its rights and free space, or choose another folder with --data-dir", path.display())]
    DataDir { path: PathBuf, source: std::io::Error },
    #[error("{} is in use by another lectern; stop it, or choose another folder with --data-dir", path.display())]
    InUse { path: PathBuf },
    #[error(
        "{} was written by another version (format {found}, this one reads {expected}); start that version, or choose another folder with --data-dir", path.display()
    )]
    OtherFormat { path: PathBuf, found: String, expected: u32 },
    #[error(
        "port {port} is taken; stop the program that has it, or choose another with {flag} (0 picks a free one)"
    )]
    PortTaken { port: u16, flag: &'static str },
    #[error("{address} cannot be listened on: {source}")]
    Listen { address: String, source: std::io::Error },
    #[error("{} cannot be read: {source}; give the template's path with --template", path.display())]
    TemplateFile { path: PathBuf, source: std::io::Error },
    #[error("the template cannot be run: {0}")]
    Template(#[from] template::TemplateError),
    #[error("the template cannot be run: {0}")]
    Unrunnable(String),
    #[error("the function {name} cannot start: {source}")]
    Function { name: String, source: edge::Misconfigured },
    #[error("the state machine {name} cannot be loaded: {problem}")]
    Machine { name: String, problem: String },
    #[error("{what} cannot be opened: {source}")]
    Storage { what: &'static str, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("the processor cannot start: {0}")]
    Processor(String),
}

impl HostError {
    pub(super) fn storage(
        what: &'static str,
    ) -> impl FnOnce(Box<dyn std::error::Error + Send + Sync>) -> Self {
        move |source| Self::Storage { what, source }
    }
}
