use sha2::{Digest as _, Sha256};
use std::{
    fmt::Write as _,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Everything that happened, in order, as one hash; and its last lines, for whoever has to find out why.
#[derive(Debug)]
pub struct Trace {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    hash: Sha256,
    /// Kept only if somebody wants to read them.
    lines: Option<Vec<String>>,
    count: u64,
}

impl Trace {
    /// A trace that keeps its lines if `kept`, and only their hash if not.
    pub fn new(kept: bool) -> Self {
        Self { inner: Mutex::new(Inner { lines: kept.then(Vec::new), ..Inner::default() }) }
    }

    /// Writes down one thing that happened. It must not hold anything that differs between two runs of a seed: no
    /// signature, no time of the real world.
    pub fn note(&self, at: Duration, what: &str) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let mut line = String::with_capacity(what.len() + 16);
        // Writing to a string cannot fail.
        let _ = write!(line, "{:>10}.{:03} {what}", at.as_secs(), at.subsec_millis());
        inner.hash.update(line.as_bytes());
        inner.hash.update(b"\n");
        inner.count += 1;
        if let Some(lines) = &mut inner.lines {
            lines.push(line);
        }
    }

    /// The hash of everything so far, hexadecimal, short enough to compare by eye.
    pub fn hash(&self) -> String {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        hex::encode(&inner.hash.clone().finalize()[..8])
    }

    /// How many things happened.
    pub fn count(&self) -> u64 {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).count
    }

    /// The lines, if they were kept.
    pub fn lines(&self) -> Vec<String> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).lines.clone().unwrap_or_default()
    }
}
