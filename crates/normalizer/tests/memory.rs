//! What normalizing takes at most, in bytes, for inputs that become much larger than they are written.

use document::Kind;
use normalizer::{File, Manifest, Role, normalize};
use peak_alloc::PeakAlloc;
use sha2::{Digest, Sha256};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Bytes of memory for each byte of input.
const TIMES_MAX: usize = 12;
/// The same, where each byte is three of UTF-8 and the text is held beside its source, in lines and as it is searched.
const THREEFOLD_TIMES_MAX: usize = 16;
/// Bytes of memory for each mark of Markdown in one block, beside that.
const MARK_BYTES_MAX: usize = 320;

fn file(role: Role, media_type: &str, bytes: Vec<u8>) -> File {
    File {
        role,
        name: role.to_string(),
        media_type: media_type.to_owned(),
        size: bytes.len() as u64,
        sha256: hex::encode(Sha256::digest(&bytes)),
        bytes,
    }
}

fn plan(media_type: &str, text: Vec<u8>, annotations: &str) -> Manifest {
    Manifest {
        document_id: "018f2f6e-7c1a-7000-8000-0123456789ab".to_owned(),
        revision: "version-1".to_owned(),
        kind: Kind::LessonPlan,
        title: "Large".to_owned(),
        language: None,
        processor: "hostile".to_owned(),
        job_id: None,
        files: vec![
            file(Role::Text, media_type, text),
            file(Role::Annotations, "application/json", annotations.as_bytes().to_vec()),
        ],
    }
}

/// The most that is taken, and the bytes of the input.
fn taken(manifest: &Manifest) -> (usize, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let normalized = normalize(manifest).expect("is sound");
    let peak = MEMORY.peak_usage() - before;
    drop(normalized);
    (peak, manifest.files.iter().map(|file| file.bytes.len()).sum())
}

/// The answer of a proofreader that says one thing again and again.
fn matches(count: usize, one: &str) -> String {
    format!("{{\"matches\":[{}]}}", vec![one; count].join(","))
}

const SMALLEST: &str = r#"{"message":"","offset":0,"length":0}"#;
/// It quotes what is nowhere, so that the text is searched.
const WRONG: &str = r#"{"message":"","offset":0,"length":1,"context":{"text":"x","offset":0,"length":1}}"#;

/// Findings become annotations with what stands around them.
fn findings() -> Vec<(String, Manifest)> {
    let of = |count, text: &str| {
        let name = format!("{count} smallest findings in {}", &text[..text.ceil_char_boundary(4)]);
        (name, plan("text/plain", text.repeat(20).into_bytes(), &matches(count, SMALLEST)))
    };
    // A list that doubles is largest beside what it holds where it has just grown.
    vec![of(20_000, "text "), of(20_000, "👍👍👍👍"), of(8_200, "text ")]
}

/// A byte of Windows-1252 becomes three of UTF-8.
fn euros() -> Vec<(String, Manifest)> {
    let mut all = Vec::new();
    for media_type in ["text/plain", "text/markdown", "text/html"] {
        for (of, text) in [
            ("one line", b"\x80".repeat(1 << 20)),
            ("lines", [&[0x80; 80][..], b"\n\n"].concat().repeat(1 << 13)),
        ] {
            for (findings, one) in [(0, ""), (4, WRONG)] {
                let name = format!("{media_type} in {of}, {findings} findings");
                let media_type = format!("{media_type}; charset=windows-1252");
                all.push((name, plan(&media_type, text.clone(), &matches(findings, one))));
            }
        }
    }
    all
}

/// One test for all: what another test took at the same time would count.
#[test]
fn memory_is_a_few_times_the_input() {
    for (times, cases) in [(TIMES_MAX, findings()), (THREEFOLD_TIMES_MAX, euros())] {
        for (name, manifest) in cases {
            let (taken, input) = taken(&manifest);
            assert!(taken <= times * input, "{name}: {taken} bytes for {input}");
        }
    }
    // What the parser keeps of Markdown goes by its marks.
    for marks in ["*a", "[a](", "- a\n", "<b>", "&amp;", "a\n"] {
        let text = format!("x {}", marks.repeat(20_000));
        let count =
            20_000 * marks.bytes().filter(|byte| byte.is_ascii_punctuation() || *byte == b'\n').count();
        let (taken, input) = taken(&plan("text/markdown", text.into_bytes(), "{\"matches\":[]}"));
        assert!(
            taken <= TIMES_MAX * input + MARK_BYTES_MAX * count,
            "{marks}: {taken} bytes for {count} marks"
        );
    }
}
