//! Whatever bytes a signed callback holds: it is read or refused, and what is read means the same when it is written again.

#![no_main]

use contract::callback::{CALLBACK_FILES_MAX, Callback};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let Ok(callback) = Callback::read(body) else { return };
    assert!(callback.data.files.len() <= CALLBACK_FILES_MAX);
    let written = serde_json::to_vec(&callback).expect("a callback can be written");
    assert_eq!(Callback::read(&written), Ok(callback));
});
