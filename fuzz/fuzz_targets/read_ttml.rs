//! Any bytes as `ttml`: read or refused, in bounded time and memory.

#![no_main]

use libfuzzer_sys::fuzz_target;
use normalizer::{Role, read_as};

fuzz_target!(|bytes: &[u8]| {
    assert!(read_as(Role::Captions, "ttml", bytes).is_some(), "the adapter is there");
});
