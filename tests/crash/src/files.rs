//! What is handed in: small lesson plans of several types, and videos with and without a second part.

use anyhow::Result;
use std::path::Path;

/// More than the 8 MiB of an upload's first part.
const LARGE_VIDEO_BYTES: usize = 9 * 1024 * 1024;

/// How a file reaches Lectern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Announced by the API, sent in parts, completed.
    Announced,
    /// Put straight into the bucket, below `inbox/`.
    Inbox,
}

/// One file to hand in.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) way: Way,
    /// Whether Lectern takes it; otherwise it is rejected with a reason.
    pub(crate) sound: bool,
}

/// The files of one run, each with a name of its own.
pub(crate) fn all(count: usize) -> Result<Vec<File>> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let docx = std::fs::read(repository.join("samples/plan.docx"))?;
    let long = std::fs::read(repository.join("samples/lesson.mp4"))?;
    let short = std::fs::read(repository.join("tests/pipeline/fixtures/lesson.mkv"))?;
    let make = |number: usize| {
        let plan = format!("# Lesson {number}\n\nPupils recieve worksheet {number}.\n\n- Maps\n- Atlases\n");
        let page =
            format!("<!doctype html><title>{number}</title><h1>Lesson {number}</h1><p>They recieve it.</p>");
        let (kind, bytes) = match number % 10 {
            0 | 5 => ("md", plan.into_bytes()),
            1 | 6 => ("txt", plan.into_bytes()),
            2 => ("html", page.into_bytes()),
            3 | 7 => ("docx", docx.clone()),
            4 => ("mkv", short.clone()),
            8 if number % 20 == 8 => ("mp4", padded(&long, LARGE_VIDEO_BYTES)),
            8 => ("mp4", long.clone()),
            // Named like a document, and none.
            _ => ("docx", format!("MZ program {number}").into_bytes()),
        };
        let sound = number % 10 != 9;
        let way = if (number + number / 10) % 3 == 1 { Way::Inbox } else { Way::Announced };
        File { name: format!("file-{number:03}.{kind}"), bytes, way, sound }
    };
    Ok((0..count).map(make).collect())
}

/// The same film, with a `free` box behind it (ISO/IEC 14496-12, 8.1.2).
fn padded(film: &[u8], size: usize) -> Vec<u8> {
    let mut padded = film.to_vec();
    let free = size.saturating_sub(film.len()).max(8);
    padded.extend(u32::try_from(free).unwrap_or(8).to_be_bytes());
    padded.extend(b"free");
    padded.resize(film.len() + free, 0);
    padded
}
