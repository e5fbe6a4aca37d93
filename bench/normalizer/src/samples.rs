//! Files such as processors return, in sizes that are worth measuring.

use document::Kind;
use normalizer::{File, Manifest, Role};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{
    fmt::Write as _,
    io::{Cursor, Write as _},
};
use zip::{ZipWriter, write::SimpleFileOptions};

/// Bytes of each sample, about.
const BYTES: usize = 8 * 1024 * 1024;
/// Bytes of the text that findings are about, and how many findings.
const TEXT_BYTES: usize = 1024 * 1024;
const FINDINGS: usize = 10_000;

pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) manifest: Manifest,
    /// The file that is the point.
    pub(crate) measured: usize,
    /// What is divided by time: its bytes, uncompressed.
    pub(crate) bytes: usize,
}

pub(crate) fn all() -> anyhow::Result<Vec<Sample>> {
    let (docx, docx_xml) = docx()?;
    let plan = plan();
    let findings = findings(&plan);
    Ok(vec![
        spoken("captions.vtt", "text/vtt", captions("WEBVTT\n\n", '.')),
        spoken("captions.srt", "application/x-subrip", captions("", ',')),
        spoken("transcribe.json", "application/json", transcribe()),
        Sample { bytes: docx_xml, ..written("plan.docx", DOCX, docx, "{\"matches\":[]}".into(), 0) },
        written("findings.json", "text/markdown", plan.into_bytes(), findings, 1),
    ])
}

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

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

fn manifest(kind: Kind, files: Vec<File>) -> Manifest {
    Manifest {
        document_id: "018f2f6e-7c1a-7000-8000-0123456789ab".to_owned(),
        revision: "v1".to_owned(),
        kind,
        title: "Measured".to_owned(),
        language: None,
        processor: "benchmark".to_owned(),
        job_id: None,
        files,
    }
}

fn spoken(name: &'static str, media_type: &str, text: String) -> Sample {
    let media = json!({"streams": [{"codec_type": "audio"}], "format": {"duration": "800000"}}).to_string();
    let bytes = text.len();
    let files = vec![
        file(Role::Transcript, media_type, text.into_bytes()),
        file(Role::Media, "application/json", media.into_bytes()),
    ];
    Sample { name, manifest: manifest(Kind::Video, files), measured: 0, bytes }
}

fn written(name: &'static str, media_type: &str, text: Vec<u8>, findings: String, measured: usize) -> Sample {
    let files = vec![
        file(Role::Text, media_type, text),
        file(Role::Annotations, "application/json", findings.into()),
    ];
    let bytes = files[measured].bytes.len();
    Sample { name, manifest: manifest(Kind::LessonPlan, files), measured, bytes }
}

const WORDS: [&str; 12] = [
    "today",
    "we",
    "talk",
    "about",
    "fractions",
    "and",
    "how",
    "rivers",
    "carry",
    "their",
    "water",
    "downhill",
];

/// A sentence of the same words in another order each time.
fn sentence(number: usize, words: usize) -> String {
    let words: Vec<_> = (0..words).map(|at| WORDS[(number * 7 + at * 5) % WORDS.len()]).collect();
    format!("{}.", words.join(" "))
}

fn captions(header: &str, dot: char) -> String {
    let mut out = header.to_owned();
    let clock = |ms: usize| {
        format!("{:02}:{:02}:{:02}{dot}{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
    };
    // Writing to a string does not fail.
    for number in 0.. {
        if out.len() >= BYTES {
            break;
        }
        let start = number * 4000;
        let (from, to) = (clock(start), clock(start + 3500));
        let _ = write!(
            out,
            "{}\n{from} --> {to}\n{}\n{}\n\n",
            number + 1,
            sentence(number, 7),
            sentence(number + 3, 7)
        );
    }
    out
}

fn transcribe() -> String {
    let (mut items, mut said, mut number) = (String::new(), String::new(), 0);
    while items.len() < BYTES {
        let word = WORDS[number * 5 % WORDS.len()];
        let (start, end) = (number * 300, number * 300 + 250);
        let times = |ms: usize| format!("{}.{:03}", ms / 1000, ms % 1000);
        let comma = if number == 0 { "" } else { "," };
        let _ = write!(
            items,
            "{comma}{{\"id\":{number},\"type\":\"pronunciation\",\"alternatives\":[{{\"confidence\":\"0.998\",\"content\":\"{word}\"}}],\"start_time\":\"{}\",\"end_time\":\"{}\",\"speaker_label\":\"spk_{}\"}}",
            times(start),
            times(end),
            number / 40 % 2
        );
        if number % 12 == 11 {
            items.push_str(
                ",{\"type\":\"punctuation\",\"alternatives\":[{\"confidence\":\"0.0\",\"content\":\".\"}]}",
            );
        }
        let _ = write!(said, "{word} ");
        number += 1;
    }
    format!(
        "{{\"jobName\":\"lesson\",\"status\":\"COMPLETED\",\"results\":{{\"language_code\":\"en-US\",\"transcripts\":[{{\"transcript\":\"{said}\"}}],\"items\":[{items}]}}}}"
    )
}

/// A Word document and the bytes of its XML.
fn docx() -> anyhow::Result<(Vec<u8>, usize)> {
    let mut body = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>",
    );
    for number in 0.. {
        if body.len() >= BYTES {
            break;
        }
        let _ = write!(
            body,
            "<w:p w:rsidR=\"00A77427\" w:rsidRDefault=\"007F1D13\"><w:pPr><w:spacing w:after=\"120\"/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">{} </w:t></w:r><w:r><w:t>{}</w:t></w:r></w:p>",
            sentence(number, 4),
            sentence(number + 1, 14)
        );
    }
    body.push_str("</w:body></w:document>");
    let parts = [
        (
            "[Content_Types].xml",
            "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>",
        ),
        (
            "_rels/.rels",
            "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/></Relationships>",
        ),
        ("word/document.xml", body.as_str()),
    ];
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(name, SimpleFileOptions::default())?;
        archive.write_all(content.as_bytes())?;
    }
    let xml = parts.iter().map(|(_, content)| content.len()).sum();
    Ok((archive.finish()?.into_inner(), xml))
}

fn plan() -> String {
    let mut out = String::from("# Rivers and fractions\n\n");
    for number in 0.. {
        if out.len() >= TEXT_BYTES {
            break;
        }
        let _ = write!(out, "{} We recieve **water** 💧 from it.\n\n", sentence(number, 12));
    }
    out
}

/// Findings about words all over the text, with their surroundings.
fn findings(plan: &str) -> String {
    let places: Vec<_> = plan.match_indices("recieve").map(|(at, _)| at).collect();
    let (mut unit, mut from, mut matches) = (0, 0, Vec::new());
    for at in places.iter().cycle().take(FINDINGS).copied() {
        if at < from {
            (unit, from) = (0, 0);
        }
        unit += plan[from..at].encode_utf16().count();
        from = at;
        matches.push(json!({
            "message": "Possible spelling mistake found.", "shortMessage": "Spelling mistake", "offset": unit, "length": 7,
            "replacements": [{"value": "receive"}, {"value": "relieve"}],
            "context": {"text": "...We recieve **water**...", "offset": 6, "length": 7},
            "sentence": "We recieve water from it.",
            "rule": {"id": "MORFOLOGIK_RULE_EN_GB", "description": "Possible spelling mistake", "issueType": "misspelling",
                     "category": {"id": "TYPOS", "name": "Possible Typo"}},
        }));
    }
    json!({"software": {"name": "LanguageTool"}, "language": {"code": "en-GB"}, "matches": matches})
        .to_string()
}
