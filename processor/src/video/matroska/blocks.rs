use crate::{fault::Fault, video::captions::CUE_BYTES_MAX};
use std::io::{self, Read, Seek};

const SEGMENT: u32 = 0x1853_8067;
const CLUSTER: u32 = 0x1F43_B675;
const TIMESTAMP: u32 = 0xE7;
const SIMPLE_BLOCK: u32 = 0xA3;
const BLOCK_GROUP: u32 = 0xA0;
const BLOCK: u32 = 0xA1;
const BLOCK_DURATION: u32 = 0x9B;

/// A block's place in time, in ticks of the segment, and its bytes if its track was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) start: u64,
    pub(super) duration: Option<u64>,
    pub(super) payload: Option<Vec<u8>>,
}

/// Steps from block to block, over the pictures and the sound, which are never read.
///
/// Containers are entered, everything else is stepped over, so lengths that are not known (live recordings, RFC 8794
/// section 6.2) do no harm. A file that ends in the middle of a block ends there.
pub(super) struct Blocks<R> {
    input: R,
    wanted: Option<u64>,
    cluster: u64,
    /// A block of a group is held until the group has told its duration.
    held: Option<Block>,
}

impl<R: Read + Seek> Blocks<R> {
    pub(super) const fn new(input: R, wanted: Option<u64>) -> Self {
        Self { input, wanted, cluster: 0, held: None }
    }

    pub(super) fn next(&mut self) -> Result<Option<Block>, Fault> {
        match self.step() {
            Err(Fault::Internal(_)) | Ok(None) => Ok(self.held.take()),
            other => other,
        }
    }

    fn step(&mut self) -> Result<Option<Block>, Fault> {
        loop {
            let Some((id, size)) = element(&mut self.input)? else { return Ok(None) };
            match id {
                SEGMENT => {}
                CLUSTER | BLOCK_GROUP => {
                    if let Some(block) = self.held.take() {
                        self.enter(id);
                        return Ok(Some(block));
                    }
                    self.enter(id);
                }
                TIMESTAMP => self.cluster = self.number(size)?,
                BLOCK_DURATION => {
                    let duration = self.number(size)?;
                    if let Some(mut block) = self.held.take() {
                        block.duration = Some(duration);
                        return Ok(Some(block));
                    }
                }
                SIMPLE_BLOCK | BLOCK => {
                    let block = self.block(size)?;
                    if let Some(before) = self.held.replace(block) {
                        return Ok(Some(before));
                    }
                    if id == SIMPLE_BLOCK {
                        return Ok(self.held.take());
                    }
                }
                _ => self.skip(size)?,
            }
        }
    }

    const fn enter(&mut self, id: u32) {
        if id == CLUSTER {
            self.cluster = 0;
        }
    }

    fn number(&mut self, size: u64) -> Result<u64, Fault> {
        if size > 8 {
            return Err(Fault::Malformed("a number is longer than a number can be".into()));
        }
        let mut value = 0;
        for _ in 0..size {
            value = value << 8 | u64::from(byte(&mut self.input)?);
        }
        Ok(value)
    }

    /// RFC 9559, 10.1: track, time relative to the cluster, flags, then the frame. Text is never laced.
    fn block(&mut self, size: u64) -> Result<Block, Fault> {
        let (track, length) = vint(&mut self.input, true)?;
        let shift = i16::from_be_bytes([byte(&mut self.input)?, byte(&mut self.input)?]);
        byte(&mut self.input)?;
        let payload_bytes = size
            .checked_sub(length + 3)
            .ok_or_else(|| Fault::Malformed("a block is shorter than its own header".into()))?;
        let start = self.cluster.saturating_add_signed(i64::from(shift));
        let mut payload = None;
        if Some(track) == self.wanted {
            if payload_bytes > CUE_BYTES_MAX as u64 {
                return Err(Fault::Malformed("a caption is longer than a caption can be".into()));
            }
            let mut bytes = Vec::new();
            (&mut self.input).take(payload_bytes).read_to_end(&mut bytes)?;
            payload = Some(bytes);
        } else {
            self.skip(payload_bytes)?;
        }
        Ok(Block { start, duration: None, payload })
    }

    fn skip(&mut self, bytes: u64) -> Result<(), Fault> {
        let bytes = i64::try_from(bytes)
            .map_err(|_| Fault::Malformed("an element is longer than any file".into()))?;
        self.input.seek_relative(bytes)?;
        Ok(())
    }
}

/// An element's id and size; `None` at the end.
fn element<R: Read>(input: &mut R) -> Result<Option<(u32, u64)>, Fault> {
    let (id, _) = match vint(input, false) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(Fault::malformed(error)),
    };
    let id = u32::try_from(id).map_err(|_| Fault::Malformed("an element has no id".into()))?;
    let (size, _) = vint(input, true)?;
    Ok(Some((id, size)))
}

/// A number of variable length (RFC 8794, 4): its value and its bytes. The marker belongs to ids, not to sizes.
fn vint<R: Read>(input: &mut R, unmarked: bool) -> io::Result<(u64, u64)> {
    let first = byte(input)?;
    let more = first.leading_zeros();
    if more > 7 {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it holds a number that is none"));
    }
    let mut value = u64::from(first);
    if unmarked {
        value &= !(0x80 >> more);
    }
    for _ in 0..more {
        value = value << 8 | u64::from(byte(input)?);
    }
    Ok((value, u64::from(more) + 1))
}

fn byte<R: Read>(input: &mut R) -> io::Result<u8> {
    let mut byte = [0];
    input.read_exact(&mut byte)?;
    Ok(byte[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn all(bytes: &[u8]) -> Result<Vec<Block>, Fault> {
        let mut blocks = Blocks::new(Cursor::new(bytes), Some(2));
        let mut found = Vec::new();
        while let Some(block) = blocks.next()? {
            found.push(block);
        }
        Ok(found)
    }

    #[test]
    fn text_is_read_and_pictures_are_stepped_over() {
        let mut bytes = vec![0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        bytes.extend([0x1F, 0x43, 0xB6, 0x75, 0xFF, 0xE7, 0x82, 0x03, 0xE8]);
        bytes.extend([0xA3, 0x86, 0x81, 0x00, 0x05, 0x80, 9, 9]);
        bytes.extend([0xA0, 0x89, 0xA1, 0x86, 0x82, 0xFF, 0xFF, 0x00, b'h', b'i', 0x9B, 0x81, 0x07]);
        bytes.extend([0xA0, 0x87, 0xA1, 0x85, 0x82, 0x00, 0x00, 0x00, b'x']);
        let expect = [
            Block { start: 1005, duration: None, payload: None },
            Block { start: 999, duration: Some(7), payload: Some(b"hi".to_vec()) },
            Block { start: 1000, duration: None, payload: Some(b"x".to_vec()) },
        ];
        assert_eq!(all(&bytes).unwrap(), expect);
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let found = all(&bytes).map_or(0, |blocks| blocks.len());
            prop_assert!(found <= bytes.len());
        }
    }
}
