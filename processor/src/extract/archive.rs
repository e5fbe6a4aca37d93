use crate::fault::Fault;
use std::{
    fs::File,
    io::{BufReader, Read as _},
};
use zip::{ZipArchive, result::ZipError};

/// A document with more parts than this is a bomb: the largest real ones have a few thousand pictures.
const ENTRIES_MAX: usize = 20_000;
/// One part's size once unpacked. The text of a thousand pages is some 20 MiB of XML.
const PART_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// All parts that are read of one document together.
const PARTS_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// A ZIP file of named parts (OPC and ODF packages), read within bounds.
pub(super) struct Archive {
    zip: ZipArchive<BufReader<File>>,
    bytes_left: u64,
}

impl Archive {
    pub(super) fn open(file: File) -> Result<Self, Fault> {
        let zip = ZipArchive::new(BufReader::new(file)).map_err(fault)?;
        if zip.len() > ENTRIES_MAX {
            return Err(Fault::TooLarge(format!("it holds more than {ENTRIES_MAX} parts")));
        }
        Ok(Self { zip, bytes_left: PARTS_BYTES_MAX })
    }

    /// The part's bytes, or `None` if there is no such part.
    pub(super) fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        let entry = match self.zip.by_name(name) {
            Ok(entry) => entry,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(fault(error)),
        };
        let cap = PART_BYTES_MAX.min(self.bytes_left);
        let mut bytes = Vec::new();
        // The announced size is the author's word; what comes out is counted.
        entry.take(cap + 1).read_to_end(&mut bytes).map_err(Fault::malformed)?;
        let read = bytes.len() as u64;
        if read > cap {
            return Err(Fault::TooLarge(format!("its parts unpack to more than {cap} bytes")));
        }
        self.bytes_left -= read;
        Ok(Some(bytes))
    }

    /// The part's bytes.
    pub(super) fn required(&mut self, name: &str) -> Result<Vec<u8>, Fault> {
        self.part(name)?.ok_or_else(|| Fault::Malformed(format!("the part {name} is missing")))
    }
}

fn fault(error: ZipError) -> Fault {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Fault::Encrypted,
        ZipError::Io(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => Fault::malformed(error),
        ZipError::Io(_) => Fault::Truncated("its directory is cut off"),
        error => Fault::malformed(error),
    }
}

/// Whether the package can be opened at all: its directory is whole and nothing in it is encrypted.
pub(crate) fn inspect(file: File) -> Result<(), Fault> {
    let mut archive = Archive::open(file)?;
    for index in 0..archive.zip.len() {
        if archive.zip.by_index_raw(index).map_err(fault)?.encrypted() {
            return Err(Fault::Encrypted);
        }
    }
    // ODF encrypts part by part and says so in its manifest (OpenDocument 1.3, part 2, 4.8.1).
    let manifest = archive.part("META-INF/manifest.xml")?.unwrap_or_default();
    let encrypted = manifest.windows(15).any(|window| window == b"encryption-data");
    if encrypted { Err(Fault::Encrypted) } else { Ok(()) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::io::{Seek as _, Write as _};
    use zip::{ZipWriter, write::SimpleFileOptions};

    /// A package with these parts.
    pub(crate) fn package(parts: &[(&str, &[u8])]) -> File {
        let mut writer = ZipWriter::new(tempfile::tempfile().unwrap());
        for (name, bytes) in parts {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        let mut file = writer.finish().unwrap();
        file.rewind().unwrap();
        file
    }

    #[test]
    fn parts_are_read_and_bombs_are_not() {
        let mut archive = Archive::open(package(&[("a", b"one"), ("b", b"")])).unwrap();
        assert_eq!(archive.required("a").unwrap(), b"one");
        assert_eq!(archive.part("c").unwrap(), None);
        assert_eq!(archive.required("c").unwrap_err().code(), "file-damaged");

        let zeros = vec![0; usize::try_from(PART_BYTES_MAX).unwrap() + 1];
        let mut bomb = Archive::open(package(&[("bomb", &zeros)])).unwrap();
        assert_eq!(bomb.part("bomb").unwrap_err().code(), "file-too-large");
    }

    #[test]
    fn a_cut_or_encrypted_package_is_told() {
        let mut whole = Vec::new();
        package(&[("a", b"one")]).read_to_end(&mut whole).unwrap();
        let check = |bytes: &[u8], expect| {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(bytes).unwrap();
            file.rewind().unwrap();
            assert_eq!(inspect(file).map_err(|fault| fault.code()), expect);
        };
        check(&whole, Ok(()));
        check(&whole[..whole.len() / 2], Err("file-damaged"));

        // Bit 0 of the general purpose flag, in the local and in the central header.
        let mut locked = whole.clone();
        let central = whole.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
        locked[6] |= 1;
        locked[central + 8] |= 1;
        check(&locked, Err("file-encrypted"));

        let manifest = br"<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>";
        let odf = package(&[("META-INF/manifest.xml", manifest)]);
        assert_eq!(inspect(odf).unwrap_err().code(), "file-encrypted");
    }
}
