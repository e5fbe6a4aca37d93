//! The text of lesson plans: every format becomes the same few blocks, and the blocks become Markdown.

mod archive;
mod block;
mod docx;
mod html;
mod markdown;
mod odt;
mod pdf;
mod plain;
mod pptx;
mod xml;

use crate::{fault::Fault, format::Format};
use block::Block;
use std::{fs::File, path::Path};

pub(crate) use archive::inspect as inspect_archive;
pub(crate) use pdf::inspect as inspect_pdf;

/// A lesson plan of a thousand pages is some three million characters; more is not a lesson plan.
pub(crate) const TEXT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Reads a lesson plan and writes its text as Markdown: LF only, no byte order mark, ends with one line feed.
///
/// # Errors
/// A [`Fault`] about the file: encrypted, damaged, without text, or beyond a limit.
pub(crate) fn to_markdown(format: Format, path: &Path) -> Result<String, Fault> {
    let text = match format {
        Format::Docx => rendered(&docx::blocks(File::open(path)?)?),
        Format::Pptx => rendered(&pptx::blocks(File::open(path)?)?),
        Format::Odt => rendered(&odt::blocks(File::open(path)?)?),
        Format::Pdf => rendered(&pdf::blocks(&read_bounded(path)?)?),
        Format::Html => rendered(&html::blocks(&plain::decode(&read_bounded(path)?)?)),
        Format::Text => rendered(&plain::blocks(&plain::decode(&read_bounded(path)?)?)),
        Format::Markdown => plain::markdown(&plain::decode(&read_bounded(path)?)?)?,
        Format::Mp4 | Format::Matroska => return Err(Fault::Unsupported("video".into())),
    };
    if text.len() > TEXT_BYTES_MAX {
        return Err(Fault::TooLarge(format!("its text is longer than {TEXT_BYTES_MAX} bytes")));
    }
    if text.trim().is_empty() { Err(Fault::NoText) } else { Ok(text) }
}

fn rendered(blocks: &[Block]) -> String {
    markdown::render(blocks)
}

/// Whole files are held only where their parser needs it.
const WHOLE_FILE_BYTES_MAX: u64 = 128 * 1024 * 1024;

fn read_bounded(path: &Path) -> Result<Vec<u8>, Fault> {
    if std::fs::metadata(path)?.len() > WHOLE_FILE_BYTES_MAX {
        return Err(Fault::TooLarge(format!("files of this type may have {WHOLE_FILE_BYTES_MAX} bytes")));
    }
    Ok(std::fs::read(path)?)
}
