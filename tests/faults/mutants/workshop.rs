use crate::table::Mutant;
use anyhow::{Context as _, bail, ensure};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

/// Longer than any case takes; one that takes longer has lost its way, which is a failure too.
const CASE_TIME: Duration = Duration::from_mins(5);
/// How often somebody looks whether a case has ended.
const LOOK: Duration = Duration::from_millis(50);

/// A copy of the repository in which guards are removed.
#[derive(Debug)]
pub(crate) struct Workshop {
    copy: PathBuf,
    /// The copy's own: cargo tells crates apart by their paths in the workspace, so in a shared folder a mutant would be
    /// taken for the real crate.
    target: PathBuf,
}

/// A guard that is gone until this is dropped.
#[derive(Debug)]
pub(crate) struct Removed {
    path: PathBuf,
    original: String,
}

impl Drop for Removed {
    fn drop(&mut self) {
        // If this fails, the next copy is made anew from the repository.
        let _ = fs::write(&self.path, &self.original);
    }
}

/// The built matrix.
#[derive(Debug)]
pub(crate) struct Matrix(PathBuf);

impl Workshop {
    /// Copies the tracked files, as they are in the checkout now.
    pub(crate) fn prepare() -> anyhow::Result<Self> {
        let repository = repository()?;
        let workshop = target().unwrap_or_else(|| repository.join("target")).join("mutants");
        let (copy, target) = (workshop.join("repository"), workshop.join("target"));
        let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(&repository).output()?;
        ensure!(listed.status.success(), "git cannot list the repository's files");
        let listed = String::from_utf8(listed.stdout).context("a file's name is not text")?;
        let mut kept = BTreeSet::new();
        for name in listed.split_terminator('\0').filter(|name| repository.join(name).is_file()) {
            let (from, to) = (repository.join(name), copy.join(name));
            let content = fs::read(&from)?;
            // What is the same keeps its time, so that it is not built again.
            if fs::read(&to).ok().as_ref() != Some(&content) {
                fs::create_dir_all(to.parent().unwrap_or(&copy))?;
                fs::write(&to, content)?;
            }
            kept.insert(to);
        }
        sweep(&copy, &kept)?;
        Ok(Self { copy, target })
    }

    /// The mutant's file without its guard. The guard must stand there exactly once.
    pub(crate) fn mutated(&self, mutant: &Mutant) -> anyhow::Result<String> {
        let original = fs::read_to_string(self.copy.join(mutant.file)).context(mutant.file)?;
        let count = original.matches(mutant.find).count();
        ensure!(count == 1, "{:?} stands {count} times in {}, not once", mutant.find, mutant.file);
        Ok(original.replace(mutant.find, mutant.replacement))
    }

    /// Removes a guard until the answer is dropped.
    pub(crate) fn remove(&self, mutant: &Mutant) -> anyhow::Result<Removed> {
        let path = self.copy.join(mutant.file);
        let mutated = self.mutated(mutant)?;
        let original = fs::read_to_string(&path)?;
        fs::write(&path, mutated)?;
        Ok(Removed { path, original })
    }

    /// Builds the matrix as the copy is now.
    pub(crate) fn build(&self) -> anyhow::Result<Matrix> {
        let built = Command::new(env!("CARGO"))
            .args(["test", "--quiet", "--locked", "-p", "faults", "--test", "matrix", "--no-run"])
            .args(["--message-format", "json"])
            .current_dir(&self.copy)
            .env("CARGO_TARGET_DIR", &self.target)
            .stderr(Stdio::inherit())
            .output()?;
        let messages = String::from_utf8_lossy(&built.stdout);
        let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let messages: Vec<_> = messages.collect();
        if !built.status.success() {
            let said = messages.iter().filter_map(|message| message["message"]["rendered"].as_str());
            bail!("it does not build:\n{}", said.collect::<String>());
        }
        let is_matrix = |message: &&Value| message["target"]["name"] == "matrix";
        let executable = messages.iter().filter(is_matrix).find_map(|message| message["executable"].as_str());
        Ok(Matrix(executable.context("cargo built no matrix")?.into()))
    }
}

impl Matrix {
    /// Whether one case fails. A case that is not there is an error.
    pub(crate) fn fails(&self, case: &str) -> anyhow::Result<bool> {
        let listed = Command::new(&self.0).args(["--list", "--exact", case]).output()?;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        ensure!(listed.contains(&format!("{case}: test")), "there is no case {case}");
        let mut run = Command::new(&self.0);
        let mut run =
            run.args(["--quiet", "--exact", case]).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        for _ in 0..CASE_TIME.as_millis() / LOOK.as_millis() {
            if let Some(status) = run.try_wait()? {
                return Ok(!status.success());
            }
            thread::sleep(LOOK);
        }
        run.kill()?;
        run.wait()?;
        Ok(true)
    }
}

/// The checkout that this is called in.
fn repository() -> anyhow::Result<PathBuf> {
    let asked = Command::new("git").args(["rev-parse", "--show-toplevel"]).output()?;
    ensure!(asked.status.success(), "this is not called in a checkout of the repository");
    Ok(String::from_utf8(asked.stdout)?.trim_end().into())
}

/// The target folder that this program lies in: `target/debug/mutants`.
fn target() -> Option<PathBuf> {
    Some(std::env::current_exe().ok()?.parent()?.parent()?.to_owned())
}

/// Removes files of an earlier copy that are tracked no more.
fn sweep(folder: &Path, kept: &BTreeSet<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sweep(&path, kept)?;
        } else if !kept.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}
