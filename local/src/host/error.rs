use local_disk::Damage;
use std::path::PathBuf;
use thiserror::Error;

/// Why the host did not start. Each says what to do; nothing on disk was changed beyond what was needed to find out.
#[derive(Debug, Error)]
pub enum HostError {
    #[error("{} cannot be used: {source}; check its rights and free space, or choose another folder with --data-dir", path.display())]
    DataDir { path: PathBuf, source: std::io::Error },
    #[error("{} holds files that are not Lectern's ({found}); choose another folder with --data-dir", path.display())]
    Foreign { path: PathBuf, found: String },
    #[error("{} cannot be used: {damage}; {}", path.display(), way_out(damage))]
    Damaged { path: PathBuf, damage: Damage },
    #[error("{} cannot be used: {problem}; put it back from a backup, or remove it to have a new one made", path.display())]
    Unreadable { path: PathBuf, problem: String },
    #[error(
        "{} is missing or cut short: it holds {bucket}/{key}, version {version}{}; put it back from a backup, or start with --without-lost-files to go on without it",
        file.display(), if *count > 1 { format!(", and {} more objects have lost their files", count - 1) } else { String::new() }
    )]
    LostFile { file: PathBuf, bucket: String, key: String, version: String, count: usize },
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
    #[error("{problem}; start with the template that made it, or choose another folder with --data-dir")]
    Table { problem: String },
    #[error("{what} cannot be opened: {source}")]
    Storage { what: &'static str, source: Box<dyn std::error::Error + Send + Sync> },
    #[error(
        "the disk failed: {reason}; nothing more was accepted: check the disk and start again, what was acknowledged goes on"
    )]
    Disk { reason: String },
    #[error("the processor cannot start: {0}")]
    Processor(String),
}

/// What to do about a service's file.
fn way_out(damage: &Damage) -> &'static str {
    match damage {
        Damage::Newer { .. } => "start that version, or choose another folder with --data-dir",
        Damage::Unreadable(_) => "check its rights and the disk, or choose another folder with --data-dir",
        _ => "put the whole folder back from a backup, or choose another one with --data-dir",
    }
}

impl HostError {
    pub(super) fn storage(
        what: &'static str,
    ) -> impl FnOnce(Box<dyn std::error::Error + Send + Sync>) -> Self {
        move |source| Self::Storage { what, source }
    }
}
