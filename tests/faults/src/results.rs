//! What the simulated processor makes of a file, and what can be wrong with it.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// More than anybody takes of findings.
const FINDINGS: usize = 20_001;
/// More than anybody takes of cues.
const CUES: usize = 100_001;
/// More than anybody takes of a text or of a video's facts, in bytes.
const HUGE_BYTES: usize = 16 * 1024 * 1024 + 1;

/// What a teacher hands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    LessonPlan,
    Video,
}

/// One returned file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub role: &'static str,
    pub name: &'static str,
    pub media_type: &'static str,
    pub content: Vec<u8>,
}

impl Made {
    pub(crate) fn sha256(&self) -> String {
        sha256(&self.content)
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// What stands in for the files of a set: role, media type, bytes.
pub type Contents = &'static [(&'static str, &'static str, &'static [u8])];

/// What is wrong with a set of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A file's bytes are not those that were announced.
    Corrupt,
    /// A file ends early.
    Truncated,
    /// A role is missing.
    Missing,
    /// A role that nobody asked for.
    Extra,
    /// A role twice.
    Duplicate,
    /// A page of HTML where JSON was announced.
    Html,
    /// Findings that lie outside the text.
    Outside,
    /// Nothing wrong, but a text that carries scripts.
    Script,
    /// Arrays in arrays in arrays.
    Deep,
    /// A PDF where text was announced.
    Pdf,
    /// A picture that is also a text.
    Polyglot,
    /// More findings, or more cues, than anybody reads.
    Countless,
    /// A file that is announced to be larger than any that is taken.
    Huge,
    /// A file that goes on after its announced end.
    Endless,
    /// Other contents in some roles.
    Contents(Contents),
}

/// What is right for a file that says `word`: the text with one finding, or a transcript with the facts of the video.
pub fn right(kind: Kind, word: &str) -> Vec<Made> {
    match kind {
        Kind::LessonPlan => {
            let text = format!("# Rain and rivers\n\nPupils recieve a worksheet about {word}.\n");
            vec![
                Made {
                    role: "text",
                    name: "text.md",
                    media_type: "text/markdown",
                    content: text.clone().into(),
                },
                annotations(&text, text.find("recieve").unwrap_or_default()),
            ]
        }
        Kind::Video => {
            let captions = format!("WEBVTT\n\n00:00:01.000 --> 00:00:04.000\nToday we talk about {word}.\n");
            let media = json!({
                "streams": [
                    { "index": 0, "codec_type": "video", "codec_name": "h264", "width": 640, "height": 360, "avg_frame_rate": "25/1" },
                    { "index": 1, "codec_type": "audio", "codec_name": "aac", "channels": 2 },
                ],
                "format": { "format_name": "mov,mp4", "duration": "10.000" },
            });
            vec![
                Made {
                    role: "media",
                    name: "media.json",
                    media_type: "application/json",
                    content: media.to_string().into(),
                },
                Made {
                    role: "transcript",
                    name: "transcript.vtt",
                    media_type: "text/vtt",
                    content: captions.into(),
                },
            ]
        }
    }
}

fn annotations(text: &str, offset: usize) -> Made {
    let report = json!({
        "software": { "name": "simulated", "version": "1", "apiVersion": 1 },
        "language": { "name": "English (GB)", "code": "en-GB" },
        "matches": [{
            "message": "Possible spelling mistake.", "shortMessage": "Spelling",
            "replacements": [{ "value": "receive" }],
            "offset": offset, "length": "recieve".len(),
            "context": { "text": text, "offset": offset, "length": "recieve".len() },
            "sentence": text,
            "rule": { "id": "SPELLING", "description": "Spelling", "issueType": "misspelling",
                      "category": { "id": "TYPOS", "name": "Typos" } },
        }],
    });
    Made {
        role: "annotations",
        name: "annotations.json",
        media_type: "application/json",
        content: report.to_string().into(),
    }
}

/// A result as it is announced and as it is served: where the two differ, the network or the processor is at fault.
pub(crate) fn wrong(made: Vec<Made>, wrong: Wrong) -> (Vec<Made>, Vec<Vec<u8>>) {
    let mut made = made;
    let last = made.len() - 1;
    let served = |made: &[Made]| made.iter().map(|file| file.content.clone()).collect::<Vec<_>>();
    match wrong {
        Wrong::Corrupt => {
            let mut served = served(&made);
            if let Some(byte) = served[0].get_mut(3) {
                *byte ^= 1;
            }
            return (made, served);
        }
        Wrong::Truncated => {
            let mut served = served(&made);
            let half = served[last].len() / 2;
            served[last].truncate(half);
            return (made, served);
        }
        Wrong::Missing => {
            made.remove(0);
        }
        Wrong::Extra => {
            let extra =
                Made { role: "invoice", name: "invoice.txt", media_type: "text/plain", content: b"1".into() };
            made.push(extra);
        }
        Wrong::Duplicate => made.push(made[0].clone()),
        Wrong::Html => made[last].content = b"<!doctype html><title>Sign in</title><p>Please sign in.".into(),
        Wrong::Outside => {
            if made[last].role == "annotations" {
                made[last] = annotations("short", 100_000);
            } else {
                // Half an hour into a video of ten seconds.
                made[last].content = b"WEBVTT\n\n00:30:01.000 --> 00:30:04.000\nToo late.\n".into();
            }
        }
        Wrong::Script => made[0].content.extend(
            b"\n<script>alert(1)</script>\n\n<p onclick=\"alert(2)\">on</p>\n\n[on](javascript:alert(3))\n",
        ),
        Wrong::Deep => made[last].content = [vec![b'['; 100_000], vec![b']'; 100_000]].concat(),
        Wrong::Pdf => made[0].content = [b"%PDF-1.7\n".as_slice(), &made[0].content, b"%%EOF\n"].concat(),
        Wrong::Polyglot => {
            made[0].content = [b"GIF89a\x01\0\x01\0\0\0\0;\n\n".as_slice(), &made[0].content].concat();
        }
        Wrong::Countless => made[last].content = countless(&made[last]),
        Wrong::Huge => made[0].content.resize(HUGE_BYTES, b' '),
        Wrong::Endless => {
            let mut served = served(&made);
            served[0].resize(HUGE_BYTES, b' ');
            return (made, served);
        }
        Wrong::Contents(contents) => {
            for (role, media_type, content) in contents {
                for file in made.iter_mut().filter(|file| file.role == *role) {
                    (file.media_type, file.content) = (media_type, content.to_vec());
                }
            }
        }
    }
    let served = served(&made);
    (made, served)
}

/// The same finding or cue, again and again.
fn countless(made: &Made) -> Vec<u8> {
    if made.role == "transcript" {
        let cue = |number| format!("00:00:01.000 --> 00:00:04.000\n{number}\n\n");
        let cues: String = (0..CUES).map(cue).collect();
        return format!("WEBVTT\n\n{cues}").into();
    }
    let mut report: Value = serde_json::from_slice(&made.content).unwrap_or_default();
    report["matches"] =
        vec![json!({ "message": "", "offset": 0, "length": 0, "replacements": [] }); FINDINGS].into();
    report.to_string().into()
}

/// The announcement of one file.
pub(crate) fn announced(made: &Made, url: &str) -> Value {
    json!({
        "role": made.role, "name": made.name, "media_type": made.media_type,
        "size": made.content.len(), "sha256": made.sha256(), "url": url,
    })
}
