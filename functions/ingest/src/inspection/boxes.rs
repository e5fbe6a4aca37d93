//! MP4 and `QuickTime`: cut off if the chain of boxes ends before the index and the media are whole (ISO/IEC 14496-12, 4.2).

use super::Source;
use document::{Code, Failure};
use edge::Trouble;

/// A box's header: four bytes of size, four of type, and eight of size again for a large one.
const HEADER_BYTES: u64 = 16;
/// Reads that one walk may make: a file has a handful of boxes on its first level. One with more is
/// fragmented, or odd, and left to the processor.
const READS_MAX: u32 = 32;
/// Boxes that one walk may pass, of which most lie in what was read already.
const BOXES_MAX: u32 = 1024;

/// One box on the first level.
#[derive(Debug, PartialEq, Eq)]
struct Header {
    kind: [u8; 4],
    /// Bytes with the header; `None` reaches to the end of the file.
    size: Option<u64>,
}

pub(super) async fn inspect(
    source: &impl Source,
    size: u64,
    head: &[u8],
) -> Result<Result<(), Failure>, Trouble> {
    let damaged = |why: &str| Ok(Err(Failure::new(Code::FileDamaged).caused_by(why)));
    let (mut has_index, mut has_media) = (false, false);
    let (mut at, mut reads) = (0_u64, 0);
    for _ in 0..BOXES_MAX {
        if has_index && has_media {
            // What follows is not needed to play it.
            return Ok(Ok(()));
        }
        if at >= size {
            return damaged("mp4-box-missing");
        }
        let length = HEADER_BYTES.min(size - at);
        let known = usize::try_from(at).ok().and_then(|at| head.get(at..at + usize::try_from(length).ok()?));
        let read;
        let bytes = if let Some(known) = known {
            known
        } else if reads < READS_MAX {
            reads += 1;
            read = source.read(at, length).await?;
            &read[..]
        } else {
            return Ok(Ok(()));
        };
        let Some(header) = Header::parse(bytes) else {
            return damaged("mp4-box-malformed");
        };
        let end = header.size.map_or(Some(size), |length| at.checked_add(length));
        let Some(end) = end.filter(|&end| end <= size) else {
            return damaged("mp4-cut-off");
        };
        has_index |= &header.kind == b"moov";
        // An empty one carries nothing.
        has_media |= &header.kind == b"mdat" && end - at > 8;
        at = end;
    }
    Ok(Ok(()))
}

impl Header {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let small = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?);
        let kind = bytes.get(4..8)?.try_into().ok()?;
        let size = match small {
            0 => None,
            1 => {
                let large = u64::from_be_bytes(bytes.get(8..16)?.try_into().ok()?);
                Some(large).filter(|&large| large >= HEADER_BYTES).map(Some)?
            }
            2..=7 => return None,
            small => Some(u64::from(small)),
        };
        Some(Self { kind, size })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::Memory, *};
    use std::sync::atomic::Ordering;

    fn part(kind: [u8; 4], content: usize) -> Vec<u8> {
        let size = u32::try_from(content + 8).unwrap();
        [size.to_be_bytes().as_slice(), &kind, &vec![7; content]].concat()
    }

    fn large(kind: [u8; 4], content: usize) -> Vec<u8> {
        let size = content as u64 + 16;
        [1_u32.to_be_bytes().as_slice(), &kind, &size.to_be_bytes(), &vec![7; content]].concat()
    }

    async fn check(bytes: Vec<u8>, sound: bool) -> u32 {
        let source = Memory::new(bytes.clone());
        let head = &bytes[..bytes.len().min(64)];
        let outcome = inspect(&source, source.size(), head).await.unwrap();
        assert_eq!(outcome.is_ok(), sound, "{} bytes", bytes.len());
        source.reads.load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn whole_files_are_sound_in_any_order_of_boxes() {
        let (start, index, media) = (part(*b"ftyp", 12), part(*b"moov", 100), part(*b"mdat", 5000));
        check([start.clone(), index.clone(), media.clone()].concat(), true).await;
        check([start.clone(), media.clone(), index.clone()].concat(), true).await;
        check([start.clone(), part(*b"free", 0), large(*b"mdat", 5000), index.clone()].concat(), true).await;
        // The last box may reach to the end, and what comes after the needed boxes is of no account.
        let open = [&0_u32.to_be_bytes(), b"mdat".as_slice(), &[7; 50]].concat();
        check([start.clone(), index.clone(), open].concat(), true).await;
        check([start, index, media, vec![9; 5]].concat(), true).await;
    }

    #[tokio::test]
    async fn every_cut_is_noticed() {
        let whole = [part(*b"ftyp", 12), part(*b"mdat", 300), part(*b"moov", 100)].concat();
        for end in 1..whole.len() {
            check(whole[..end].to_vec(), false).await;
        }
        check([part(*b"ftyp", 12), part(*b"moov", 10)].concat(), false).await;
        check([part(*b"ftyp", 12), part(*b"moov", 10), part(*b"mdat", 0)].concat(), false).await;
        check([part(*b"ftyp", 12), vec![0, 0, 0, 3, 1, 1, 1, 1, 1]].concat(), false).await;
        check([part(*b"ftyp", 12), vec![0xFF; 16]].concat(), false).await;
    }

    #[tokio::test]
    async fn a_long_chain_ends_the_walk_and_not_the_file() {
        // The first box lies in the head; a file that ends within the walk is found to lack what it needs.
        let chain = |boxes: u32| vec![part(*b"free", 60); usize::try_from(boxes).unwrap()].concat();
        assert_eq!(check(chain(READS_MAX), false).await, READS_MAX - 1);
        assert_eq!(check(chain(READS_MAX + 1), false).await, READS_MAX);
        assert_eq!(check(chain(READS_MAX + 2), true).await, READS_MAX);
        assert_eq!(check(chain(500), true).await, READS_MAX);
    }

    #[tokio::test]
    async fn so_does_a_chain_of_empty_boxes() {
        let walk = async |boxes: u32| {
            let bytes = vec![part(*b"free", 0); usize::try_from(boxes).unwrap()].concat();
            inspect(&Memory::new(bytes.clone()), bytes.len() as u64, &bytes).await.unwrap().is_ok()
        };
        assert!(!walk(BOXES_MAX - 1).await, "it ends, and lacks what it needs");
        assert!(walk(BOXES_MAX).await && walk(BOXES_MAX + 1).await);
    }
}
