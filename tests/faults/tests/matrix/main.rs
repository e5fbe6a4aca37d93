//! The fault matrix: every fault that Lectern must survive, as at least one named test.
//!
//! Each case tells a story in a simulation of its own and looks at how it ended; the invariants are checked at every write
//! and again at the end, and the story is told twice to see that the same seed gives the same trace. The table in
//! `docs/faults.md` is made from the cases: `cargo test -p faults --test matrix -- --write` writes it anew.

mod callbacks;
mod case;
mod content;
mod corruption;
mod crash_points;
mod delay;
mod disk;
mod duplicates;
mod floods;
mod forgery;
mod story;
mod table;

use case::Case;
use libtest_mimic::{Arguments, Failed, Trial};
use std::process::ExitCode;

fn cases() -> Vec<Case> {
    [
        crash_points::cases(),
        disk::cases(),
        duplicates::cases(),
        delay::cases(),
        corruption::cases(),
        content::cases(),
        forgery::cases(),
        floods::cases(),
    ]
    .concat()
}

fn main() -> ExitCode {
    let write = std::env::args().any(|argument| argument == "--write");
    if write {
        return table::write(&cases());
    }
    if let Some(fill) = disk::Fill::asked_for() {
        return fill.run();
    }
    let arguments = Arguments::from_args();
    let mut trials: Vec<_> = cases()
        .into_iter()
        .map(|case| Trial::test(case.name, move || case.run().map_err(Failed::from)))
        .collect();
    trials.push(Trial::test("every_row_has_a_case", || table::complete(&cases()).map_err(Failed::from)));
    trials.push(Trial::test("the_table_is_as_the_cases_are", || table::same(&cases()).map_err(Failed::from)));
    trials.push(Trial::test("every_guard_is_there", || table::guards(&cases()).map_err(Failed::from)));
    libtest_mimic::run(&arguments, trials).exit_code()
}
