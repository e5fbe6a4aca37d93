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

#[cfg(test)]
mod tests {
    use super::{super::tests::Memory, *};

    #[tokio::test]
    async fn the_end_is_found_as_far_from_the_end_as_a_comment_can_put_it() {
        let tail = usize::try_from(TAIL_BYTES_MAX).unwrap();
        for (distance, sound) in [(tail - 1, true), (tail, true), (tail + 1, false)] {
            let comment = vec![b'x'; distance - END_SIGNATURE.len()];
            let file = [b"PK\x03\x04 content".as_slice(), END_SIGNATURE, &comment].concat();
            let source = Memory::new(file);
            assert_eq!(inspect(&source, source.size()).await.unwrap().is_ok(), sound, "{distance}");
        }
    }
}
