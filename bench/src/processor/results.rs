//! What comes back for a lesson plan: its text, and every planted mistake in the form of `LanguageTool`'s answers.

use crate::plan::MISTAKE;
use bytes::Bytes;
use contract::{
    callback::{Data, File},
    processor::Job,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Bytes shown on each side of a mistake.
const AROUND_BYTES: usize = 24;

/// One file to be fetched.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) role: &'static str,
    pub(super) name: String,
    pub(super) media_type: &'static str,
    pub(super) bytes: Bytes,
}

/// The files of one job.
#[derive(Clone, Debug)]
pub(super) struct Results(pub(super) Vec<Made>);

pub(super) fn make(job: &Job, file: &Bytes) -> Results {
    let text = String::from_utf8_lossy(file);
    let matches: Vec<_> = text.match_indices(MISTAKE).map(|(at, _)| finding(&text, at)).collect();
    let report = json!({
        "software": { "name": "bench", "version": env!("CARGO_PKG_VERSION"), "apiVersion": 1 },
        "language": { "name": "English", "code": "en" },
        "matches": matches,
    });
    Results(vec![
        Made { role: "text", name: job.file_name.clone(), media_type: "text/markdown", bytes: file.clone() },
        Made {
            role: "annotations",
            name: "annotations.json".to_owned(),
            media_type: "application/json",
            bytes: report.to_string().into(),
        },
    ])
}

/// Offsets count UTF-16 code units, as `LanguageTool`'s do.
fn finding(text: &str, at: usize) -> Value {
    let units = |piece: &str| piece.encode_utf16().count();
    let before = text.floor_char_boundary(at.saturating_sub(AROUND_BYTES));
    let after = text.ceil_char_boundary((at + MISTAKE.len() + AROUND_BYTES).min(text.len()));
    json!({
        "message": "Did you mean to repeat this word?",
        "shortMessage": "Repeated word",
        "offset": units(&text[..at]),
        "length": units(MISTAKE),
        "replacements": [{ "value": "the" }],
        "context": { "text": &text[before..after], "offset": units(&text[before..at]), "length": units(MISTAKE) },
        "sentence": &text[before..after],
        "rule": {
            "id": "REPEATED_WORD", "description": "Repeated words", "issueType": "duplication",
            "category": { "id": "REPETITIONS", "name": "Repetitions" },
        },
    })
}

impl Results {
    /// What the callback says of them.
    pub(super) fn told(&self, reference: &str, job_id: &str, url: &str) -> Data {
        let file = |made: &Made| File {
            role: made.role.to_owned(),
            name: made.name.clone(),
            media_type: made.media_type.to_owned(),
            size: made.bytes.len() as u64,
            sha256: hex::encode(Sha256::digest(&made.bytes)),
            url: format!("{url}/files/{reference}/{}", made.role),
        };
        let files = self.0.iter().map(file).collect();
        Data { reference: reference.to_owned(), job_id: job_id.to_owned(), files, error: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use document::Kind;
    use normalizer::{Manifest, normalize};

    #[test]
    fn the_normalizer_takes_what_comes_back() {
        let plan = crate::plan::plan(1, 1, 20_480);
        let planted = String::from_utf8_lossy(&plan).matches(MISTAKE).count();
        let job = Job {
            reference: "r".to_owned(),
            kind: Kind::LessonPlan,
            file_name: "plan.md".to_owned(),
            media_type: "text/markdown".to_owned(),
            size: plan.len() as u64,
            sha256: None,
            callback_url: String::new(),
            source_url: None,
        };
        let results = make(&job, &plan.into());
        let told = results.told("r", "j", "http://127.0.0.1");
        let files = results.0.iter().zip(&told.files).map(|(made, file)| normalizer::File {
            role: made.role.parse().unwrap(),
            name: made.name.clone(),
            media_type: made.media_type.to_owned(),
            size: file.size,
            sha256: file.sha256.clone(),
            bytes: made.bytes.to_vec(),
        });
        let manifest = Manifest {
            document_id: "d".to_owned(),
            revision: "v".to_owned(),
            kind: Kind::LessonPlan,
            title: "plan.md".to_owned(),
            language: None,
            processor: "bench".to_owned(),
            job_id: None,
            files: files.collect(),
        };
        let json: Value = serde_json::from_slice(&normalize(&manifest).unwrap().to_json().unwrap()).unwrap();
        assert_eq!(json["annotations"].as_array().unwrap().len(), planted);
    }
}
