use super::limits::{ENTRIES_MAX, PART_BYTES_MAX, PARTS_BYTES_MAX, RATIO_BYTES_MIN, RATIO_MAX};
use crate::{Fault, error};
use std::io::{Cursor, Read};
use zip::{CompressionMethod, ZipArchive, read::ZipFile, result::ZipError};

/// The name in errors.
pub(super) const FORMAT: &str = "Word";
/// Begins a compound file: a Word document with a password, or one of before 2007.
pub(super) const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/// In a compound file, the name of the stream that holds a document with a password ([MS-OFFCRYPTO] 2.3.4.4), in UTF-16.
const ENCRYPTED: &[u8] = b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0";
/// Ends an archive: 22 bytes and a comment (APPNOTE.TXT 4.3.16).
const END: &[u8] = b"PK\x05\x06";
const END_BYTES_MAX: usize = 22 + 0xFFFF;

pub(super) fn malformed(why: impl Into<String>) -> Fault {
    Fault::Malformed { format: FORMAT, why: why.into() }
}

/// The archive that a Word document is, its bounds proved before anything is taken out.
pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Uncompressed bytes that may still be taken out.
    bytes_left: usize,
}

impl<'a> Package<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Fault> {
        if bytes.starts_with(COMPOUND) {
            let encrypted = memchr::memmem::find(bytes, ENCRYPTED).is_some();
            return Err(if encrypted {
                Fault::Protected { format: FORMAT }
            } else {
                malformed("it is a document of Word 97 to 2003 (.doc)")
            });
        }
        check_end(bytes)?;
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| broken(&e))?;
        let mut package = Self { archive, bytes_left: PARTS_BYTES_MAX };
        package.check_entries()?;
        Ok(package)
    }

    /// Entries must not share bytes: each byte of the archive is taken out once.
    fn check_entries(&mut self) -> Result<(), Fault> {
        let count = self.archive.len();
        if count > ENTRIES_MAX {
            return Err(Fault::TooMany { what: "entries in the archive", most: ENTRIES_MAX });
        }
        let mut spans = Vec::with_capacity(count);
        for index in 0..count {
            let entry = self.archive.by_index_raw(index).map_err(|e| broken(&e))?;
            let start = entry.header_start();
            let data = entry.data_start().ok_or_else(|| malformed("an entry has no place"))?;
            spans.push((start, data.saturating_add(entry.compressed_size())));
        }
        spans.sort_unstable();
        if spans.array_windows().any(|[first, second]| first.1 > second.0) {
            return Err(malformed("entries of the archive overlap"));
        }
        Ok(())
    }

    /// Takes out a part. Names are compared as the standard does, without regard to case (ECMA-376, part 2, 6.2.2).
    pub(super) fn part(&mut self, name: &str) -> Result<Option<String>, Fault> {
        let same = |entry: &str| entry.trim_start_matches('/').eq_ignore_ascii_case(name);
        let named: Vec<usize> = (self.archive.file_names().enumerate())
            .filter_map(|(index, entry)| same(entry).then_some(index))
            .collect();
        let index = match named[..] {
            [] => return Ok(None),
            [index] => index,
            _ => return Err(malformed(format!("{name} is there twice"))),
        };
        if self.archive.by_index_raw(index).map_err(|e| broken(&e))?.encrypted() {
            return Err(Fault::Protected { format: FORMAT });
        }
        let mut part = self.archive.by_index(index).map_err(|e| broken(&e))?;
        let bytes = inflate(&mut part, self.bytes_left.min(PART_BYTES_MAX))?;
        self.bytes_left -= bytes.len();
        text(name, bytes).map(Some)
    }
}

fn broken(error: &ZipError) -> Fault {
    malformed(format!("its archive cannot be read: {}", error::why(error)))
}

/// Looks at the number of entries before the archive's directory is read into memory.
fn check_end(bytes: &[u8]) -> Result<(), Fault> {
    let tail = &bytes[bytes.len().saturating_sub(END_BYTES_MAX)..];
    let end = memchr::memmem::rfind(tail, END).and_then(|at| tail.get(at + 10..at + 12));
    let &[low, high] = end.ok_or_else(|| malformed("its archive has no end; it was cut off"))? else {
        return Err(malformed("its archive is cut off"));
    };
    if usize::from(u16::from_le_bytes([low, high])) > ENTRIES_MAX {
        return Err(Fault::TooMany { what: "entries in the archive", most: ENTRIES_MAX });
    }
    Ok(())
}

/// Takes out at most `most` bytes, whatever the archive says of the size.
fn inflate<R: Read>(part: &mut ZipFile<'_, R>, most: usize) -> Result<Vec<u8>, Fault> {
    if !matches!(part.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        return Err(malformed("a part is compressed with a method that Word does not use"));
    }
    let compressed = usize::try_from(part.compressed_size()).unwrap_or(usize::MAX);
    let allowed = most.min(compressed.saturating_mul(RATIO_MAX).max(RATIO_BYTES_MIN));
    let said = usize::try_from(part.size()).unwrap_or(usize::MAX);
    let mut bytes = Vec::with_capacity(said.min(allowed));
    let limit = allowed as u64 + 1;
    part.take(limit)
        .read_to_end(&mut bytes)
        .map_err(|e| malformed(format!("a part is damaged: {}", error::why(&e))))?;
    if bytes.len() <= allowed {
        return Ok(bytes);
    }
    Err(if allowed < most {
        Fault::TooMany { what: "times its compressed size in a part", most: RATIO_MAX }
    } else {
        Fault::TooMany { what: "uncompressed bytes in its parts", most }
    })
}

/// The characters of a part: UTF-8, or UTF-16 with its mark (ECMA-376, part 2, 6.2.5).
fn text(name: &str, bytes: Vec<u8>) -> Result<String, Fault> {
    let text = match bytes.as_slice() {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => crate::charset::decode(&bytes, None)?.text.into_owned(),
        _ => String::from_utf8(bytes).map_err(|_| malformed(format!("{name} is not UTF-8")))?,
    };
    Ok(text)
}
