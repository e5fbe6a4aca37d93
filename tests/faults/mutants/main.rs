//! `cargo run -p faults --bin mutants`: removes one guard at a time, and shows that a case of the matrix then fails.
//!
//! It works on a copy of the repository's tracked files under the target folder, which is built in a folder of its own. So
//! nobody's checkout is touched, and no mutant is left where it could be taken for the real thing. The first build takes
//! minutes, each mutant after it seconds.

mod table;
mod workshop;

use anyhow::{Context as _, bail, ensure};
use clap::Parser;
use std::{collections::BTreeSet, io::Write as _, process::ExitCode, time::Instant};
use table::{MUTANTS, Mutant};
use workshop::Workshop;

/// Remove guards one at a time, and show that tests notice.
#[derive(Parser, Debug)]
struct Options {
    /// Only the mutant of this name; may be given several times.
    #[arg(long)]
    only: Vec<String>,
    /// So many, drawn by the seed.
    #[arg(long)]
    sample: Option<usize>,
    /// What draws them.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Options {
    fn chosen(&self) -> anyhow::Result<Vec<Mutant>> {
        let mut chosen = MUTANTS.to_vec();
        for only in &self.only {
            ensure!(MUTANTS.iter().any(|mutant| mutant.name == only), "there is no mutant {only:?}");
        }
        chosen.retain(|mutant| self.only.is_empty() || self.only.iter().any(|only| mutant.name == only));
        if let Some(count) = self.sample {
            fastrand::Rng::with_seed(self.seed).shuffle(&mut chosen);
            chosen.truncate(count);
        }
        Ok(chosen)
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let chosen = Options::parse().chosen()?;
    let mut out = std::io::stdout().lock();
    let workshop = Workshop::prepare().context("the copy cannot be made")?;
    for mutant in MUTANTS {
        workshop.mutated(mutant).with_context(|| mutant.name.to_owned())?;
    }
    // A case that fails anyway would kill every mutant.
    let cases: BTreeSet<_> = chosen.iter().flat_map(|mutant| mutant.killed_by).copied().collect();
    let matrix = workshop.build().context("without any mutant")?;
    for case in cases {
        ensure!(!matrix.fails(case)?, "{case} fails although nothing was removed");
    }
    writeln!(out, "| mutant | guard | killed by | seconds |\n| --- | --- | --- | --- |")?;
    let mut survivors = Vec::new();
    for mutant in &chosen {
        let begun = now();
        let killers = killers(&workshop, mutant).with_context(|| mutant.name.to_owned())?;
        if killers.len() < mutant.killed_by.len() {
            survivors.push(mutant.name);
        }
        let killers = if killers.is_empty() { "nothing".to_owned() } else { killers.join(", ") };
        let seconds = begun.elapsed().as_secs();
        writeln!(out, "| {} | {} | {killers} | {seconds} |", mutant.name, mutant.file)?;
        out.flush()?;
    }
    if !survivors.is_empty() {
        bail!("a guard is gone and nobody notices: {}", survivors.join(", "));
    }
    writeln!(out, "{} mutants, all killed", chosen.len())?;
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::disallowed_methods, reason = "it says how long a mutant takes, and decides nothing by it")]
fn now() -> Instant {
    Instant::now()
}

/// The cases that fail without the guard.
fn killers(workshop: &Workshop, mutant: &Mutant) -> anyhow::Result<Vec<&'static str>> {
    let _removed = workshop.remove(mutant)?;
    let matrix = workshop.build()?;
    let mut killers = Vec::new();
    for case in mutant.killed_by {
        if matrix.fails(case)? {
            killers.push(*case);
        }
    }
    Ok(killers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, path::Path};

    /// A guard that was moved or rewritten must be followed here, or nobody would notice that it is never removed.
    #[test]
    fn each_guard_stands_once_where_it_is_removed() {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for Mutant { name, file, find, .. } in MUTANTS {
            let content = fs::read_to_string(repository.join(file)).unwrap();
            assert_eq!(content.matches(find).count(), 1, "{name}: {find:?} in {file}");
        }
    }
}
