//! ZIP containers (.docx, .pptx, .odt): cut off if the record that ends them is missing (APPNOTE.TXT, 4.3.16).

use super::Source;
use document::{Code, Failure};
use edge::Trouble;

/// The end-of-central-directory record begins like this.
const END_SIGNATURE: &[u8] = b"PK\x05\x06";
/// Where it can begin at the earliest, in bytes from the end: its 22 bytes and the longest comment.
const TAIL_BYTES_MAX: u64 = 22 + 65_535;

pub(super) async fn inspect(source: &impl Source, size: u64) -> Result<Result<(), Failure>, Trouble> {
    let length = size.min(TAIL_BYTES_MAX);
    let tail = source.read(size - length, length).await?;
    let ends = tail.windows(END_SIGNATURE.len()).any(|window| window == END_SIGNATURE);
    Ok(if ends { Ok(()) } else { Err(Failure::new(Code::FileDamaged).caused_by("zip-end-missing")) })
}
