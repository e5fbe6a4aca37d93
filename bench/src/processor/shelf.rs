use super::results::{Made, Results};
use bytes::Bytes;
use contract::callback::Data;
use std::collections::{HashMap, VecDeque};

/// Jobs whose files are kept for fetching, the latest: twice as many as a benchmark has under way.
const JOBS_MAX: usize = 20_000;

/// Finished jobs, the oldest of which make room.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    jobs: HashMap<String, (Results, Data)>,
    order: VecDeque<String>,
}

impl Shelf {
    pub(super) fn keep(&mut self, reference: String, results: Results, told: Data) {
        if self.jobs.insert(reference.clone(), (results, told)).is_none() {
            self.order.push_back(reference);
        }
        while self.order.len() > JOBS_MAX {
            if let Some(oldest) = self.order.pop_front() {
                self.jobs.remove(&oldest);
            }
        }
    }

    pub(super) fn told(&self, reference: &str) -> Option<Data> {
        self.jobs.get(reference).map(|(_, told)| told.clone())
    }

    /// A file's media type and bytes.
    pub(super) fn file(&self, reference: &str, role: &str) -> Option<(&'static str, Bytes)> {
        let (Results(made), _) = self.jobs.get(reference)?;
        let found: &Made = made.iter().find(|made| made.role == role)?;
        Some((found.media_type, found.bytes.clone()))
    }
}
