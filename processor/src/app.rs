use crate::{
    jobs::{Jobs, Record, Store, Stored},
    mischief::{Mischief, announce},
    proofread::Proofreader,
    wire::{Outcome, ResultFile},
};
use clock::{Clock, Pace, Random};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Everything that requests and jobs share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) jobs: Jobs,
    pub(crate) mischief: Mischief,
    pub(crate) proofreader: Proofreader,
    pub(crate) client: reqwest::Client,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) pace: Pace,
    pub(crate) token_digest: [u8; 32],
    pub(crate) secret: webhook::Secret,
    /// Signs forgeries.
    pub(crate) wrong_secret: webhook::Secret,
    /// Without a slash at its end.
    pub(crate) public_url: String,
    pub(crate) scriptable: bool,
    /// How many jobs are worked on at once.
    pub(crate) workers: Semaphore,
    pub(crate) stop: CancellationToken,
}

impl App {
    /// Compares digests, which take the same time whatever was sent.
    pub(crate) fn knows(&self, token: &[u8]) -> bool {
        self.token_digest.ct_eq(&Sha256::digest(token)).into()
    }

    /// A name that nobody can guess: a prefix and 128 random bits.
    pub(crate) fn name(&self, prefix: &str) -> String {
        let mut bytes = [0; 16];
        self.random.fill(&mut bytes);
        format!("{prefix}_{}", hex::encode(bytes))
    }

    /// A number from 0 to 1.
    pub(crate) fn chance(&self) -> f64 {
        let mut bytes = [0; 4];
        self.random.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
    }

    /// What came of a job, with its files under the given token.
    pub(crate) fn outcome(&self, record: &Record, token: &str) -> Outcome {
        let files = record.files.iter().map(|stored| self.announced(token, stored)).collect();
        Outcome {
            reference: record.submission.reference.clone(),
            job_id: record.job_id.clone(),
            files: announce(&record.behaviour, files),
            error: record.error.clone(),
        }
    }

    /// A file as customers read of it.
    pub(crate) fn announced(&self, token: &str, stored: &Stored) -> ResultFile {
        ResultFile {
            role: stored.role.clone(),
            name: stored.name.clone(),
            media_type: stored.media_type.clone(),
            size: stored.size,
            sha256: stored.sha256.clone(),
            url: format!("{}/files/{token}/{}", self.public_url, stored.name),
        }
    }
}
