//! Machines on virtual time, whose tasks answer from a table and whose chance repeats itself.

use crate::{Machine, offline};
use serde_json::{Value, json};

/// The instant at which every run of these tests begins.
pub(super) const START: &str = "2026-01-02T03:04:05Z";

pub(super) fn run(definition: &Value, input: Value, mocks: Value) -> offline::Run {
    let machine = Machine::load(&definition.to_string()).unwrap_or_else(|error| panic!("{error}"));
    let mocks = serde_json::from_value(mocks).unwrap();
    let mut seed = 0_u8;
    let mut random = |bytes: &mut [u8]| {
        for byte in bytes {
            seed = seed.wrapping_mul(37).wrapping_add(11);
            *byte = seed;
        }
    };
    offline::run(&machine, input, &mocks, START.parse().unwrap(), &mut random).unwrap()
}

/// A machine of these states; the first is where it starts.
pub(super) fn machine(start: &str, states: &Value) -> Value {
    json!({"QueryLanguage": "JSONata", "StartAt": start, "States": states})
}
