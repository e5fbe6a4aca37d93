//! Two files of a video, cut out of any bytes at their first NUL: what comes of them keeps its promises.

#![no_main]

use document::Kind;
use libfuzzer_sys::fuzz_target;
use normalizer::{File, Manifest, Role, normalize};
use sha2::{Digest, Sha256};

fuzz_target!(|bytes: &[u8]| {
    let cut = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (first, second) = (&bytes[..cut], bytes.get(cut + 1..).unwrap_or_default());
    let file = |role, media_type: &str, bytes: &[u8]| File {
        role,
        name: "file".to_owned(),
        media_type: media_type.to_owned(),
        size: bytes.len() as u64,
        sha256: hex::encode(Sha256::digest(bytes)),
        bytes: bytes.to_vec(),
    };
    let manifest = Manifest {
        document_id: "018f2f6e-7c1a-7000-8000-0123456789ab".to_owned(),
        revision: "v1".to_owned(),
        kind: Kind::Video,
        title: "Any bytes".to_owned(),
        language: None,
        processor: "fuzzer".to_owned(),
        job_id: None,
        files: vec![
            file(Role::Captions, "text/vtt", first),
            file(Role::Media, "application/json", second),
        ],
    };
    let Ok(normalized) = normalize(&manifest) else { return };
    let document = normalized.document;
    let characters: Vec<char> = document.text.chars().collect();
    for annotation in &document.annotations {
        if let Some(normalizer::schema::Target::Text { position, quote }) = &annotation.target {
            let there: String = characters[position.start..position.end].iter().collect();
            assert_eq!(there, quote.exact);
        }
    }
    for segments in document.transcript.iter().map(|transcript| &transcript.segments) {
        assert!(segments.is_sorted_by_key(|segment| segment.start_ms));
        assert!(segments.iter().all(|segment| segment.start_ms <= segment.end_ms));
    }
});
