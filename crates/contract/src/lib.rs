//! The JSON that crosses a boundary: queue messages, machine inputs and answers, the processor's API, its callbacks.
//!
//! Only shapes live here; what they mean is decided elsewhere. Unknown fields are ignored, so that a newer sender and an
//! older receiver get along.

pub mod callback;
pub mod machine;
pub mod processor;
pub mod queue;
