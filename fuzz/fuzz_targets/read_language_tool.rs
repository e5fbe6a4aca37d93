//! Any bytes as `language-tool`: read or refused, in bounded time and memory.

#![no_main]

use libfuzzer_sys::fuzz_target;
use normalizer::{Role, read_as};

fuzz_target!(|bytes: &[u8]| {
    assert!(read_as(Role::Annotations, "language-tool", bytes).is_some(), "the adapter is there");
});
