use faults::{Simulation, simulate};
use std::{fmt, pin::Pin};

/// How a fault has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ends {
    /// Exactly one result.
    Once,
    /// Whatever was acknowledged is there.
    Kept,
    /// One clear error on the document.
    Error,
    /// Refused, the state unchanged.
    Refused,
    /// Failed, redrivable, alarmed.
    Parked,
}

impl fmt::Display for Ends {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Once => "exactly one result",
            Self::Kept => "everything acknowledged is kept",
            Self::Error => "one clear error on the document",
            Self::Refused => "refused, state unchanged",
            Self::Parked => "failed, can be redriven, alarmed",
        })
    }
}

/// A story about a simulation, which asserts its end.
pub(crate) type Story = for<'a> fn(&'a Simulation) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

/// What a case runs.
#[derive(Clone, Copy)]
pub(crate) enum Test {
    /// In a simulation, whose invariants are checked.
    Told(Story),
    /// By itself: for what a simulation has not got, such as a disk.
    Alone(fn()),
}

/// One named test of one row.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) row: u32,
    /// `f22_callback_never_arrives`.
    pub(crate) name: &'static str,
    pub(crate) ends: Ends,
    /// What in the code the row relies on: `path function-or-constant`, as they are written there.
    pub(crate) guards: &'static [&'static str],
    pub(crate) test: Test,
}

impl Case {
    /// Runs it; an error says what was violated.
    pub(crate) fn run(&self) -> Result<(), String> {
        let story = match self.test {
            Test::Alone(test) => {
                test();
                return Ok(());
            }
            Test::Told(story) => story,
        };
        let seed = u64::from(self.row);
        let tell = |keep| {
            simulate(seed, keep, async |simulation: &Simulation| story(simulation).await)
                .map_err(|error| format!("{error:#}"))
        };
        let first = tell(true)?;
        if !first.violations.is_empty() {
            let last = first.lines.len().saturating_sub(60);
            return Err(format!("{}\n\n{}", first.violations.join("\n"), first.lines[last..].join("\n")));
        }
        let second = tell(true)?;
        if first.hash != second.hash {
            let differs = first.lines.iter().zip(&second.lines).find(|(one, other)| one != other);
            return Err(format!("I6: the same seed gives two traces, from {differs:?} on"));
        }
        Ok(())
    }
}

/// One case: `case!(22, f22_callback_never_arrives, Ends::Parked, ["path guard"])` for an async function of that name.
macro_rules! case {
    ($row:literal, $name:ident, $ends:expr, [$($guard:expr),* $(,)?]) => {
        $crate::case::Case {
            row: $row,
            name: stringify!($name),
            ends: $ends,
            guards: &[$($guard),*],
            test: $crate::case::Test::Told(|simulation| Box::pin($name(simulation))),
        }
    };
}

/// One case by itself: the same for a function that needs no simulation.
macro_rules! alone {
    ($row:literal, $name:ident, $ends:expr, [$($guard:expr),* $(,)?]) => {
        $crate::case::Case {
            row: $row,
            name: stringify!($name),
            ends: $ends,
            guards: &[$($guard),*],
            test: $crate::case::Test::Alone($name),
        }
    };
}
pub(crate) use {alone, case};
