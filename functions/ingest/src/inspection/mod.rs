//! Whether a file is one that Lectern takes, found out with a few small reads.

mod archive;
mod boxes;
mod pdf;

use document::{Code, Failure, FileType, HEAD_BYTES};
use edge::Trouble;
use sha2::{Digest, Sha256};

/// Longest file name taken, in bytes: what file systems hold.
const FILE_NAME_BYTES_MAX: usize = 255;

/// A file that can be read piece by piece.
pub(crate) trait Source: Sync {
    /// Reads `length` bytes from `from` on; the caller stays inside the file.
    fn read(&self, from: u64, length: u64) -> impl Future<Output = Result<Vec<u8>, Trouble>> + Send;
}

/// What is known of a file before it is read.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) file_name: &'a str,
    /// Bytes.
    pub(crate) size: u64,
    /// The largest file taken.
    pub(crate) bytes_max: u64,
    /// The SHA-256 that S3 keeps, in lower-case hexadecimal.
    pub(crate) stored_sha256: Option<&'a str>,
    /// What the teacher's client said of it beforehand.
    pub(crate) announced: Option<Announced<'a>>,
}

/// What was announced of a file.
#[derive(Debug)]
pub(crate) struct Announced<'a> {
    /// Bytes.
    pub(crate) size: u64,
    /// Lower-case hexadecimal.
    pub(crate) sha256: Option<&'a str>,
}

/// Looks at a file. The outer error is ours, the inner one the file's.
pub(crate) async fn inspect(
    source: &impl Source,
    subject: &Subject<'_>,
) -> Result<Result<(), Failure>, Trouble> {
    let file_type = match from_outside(subject) {
        Ok(file_type) => file_type,
        Err(failure) => return Ok(Err(failure)),
    };
    let head = source.read(0, subject.size.min(HEAD_BYTES as u64)).await?;
    if let Err(mismatch) = file_type.check(&head) {
        return Ok(Err(Failure::new(mismatch.code())));
    }
    if let Err(failure) = compare_checksum(subject, &head) {
        return Ok(Err(failure));
    }
    match file_type {
        FileType::Docx | FileType::Pptx | FileType::Odt => archive::inspect(source, subject.size).await,
        FileType::Pdf => pdf::inspect(source, subject.size).await,
        FileType::Mp4 | FileType::Mov => boxes::inspect(source, subject.size, &head).await,
        FileType::Html | FileType::Markdown | FileType::Text | FileType::Webm | FileType::Mkv => Ok(Ok(())),
    }
}

/// What needs no read: the name and the size.
fn from_outside(subject: &Subject<'_>) -> Result<FileType, Failure> {
    if subject.file_name.len() > FILE_NAME_BYTES_MAX {
        return Err(Failure::new(Code::FileNameTooLong));
    }
    let Some(file_type) = FileType::of_name(subject.file_name) else {
        return Err(Failure::new(Code::FileTypeUnsupported));
    };
    if subject.size == 0 {
        return Err(Failure::new(Code::FileEmpty));
    }
    if subject.size > subject.bytes_max {
        let detail = format!("It has {} bytes; we take {}.", subject.size, subject.bytes_max);
        return Err(Failure::new(Code::FileTooLarge).with_detail(&detail));
    }
    match &subject.announced {
        Some(announced) if announced.size != subject.size => {
            let detail = format!("It has {} bytes instead of {}.", subject.size, announced.size);
            Err(Failure::new(Code::FileChecksumMismatch).with_detail(&detail))
        }
        _ => Ok(file_type),
    }
}

/// Compares the announced SHA-256 where one is at hand; for other files transfer compares it while it sends.
fn compare_checksum(subject: &Subject<'_>, head: &[u8]) -> Result<(), Failure> {
    let Some(announced) = subject.announced.as_ref().and_then(|announced| announced.sha256) else {
        return Ok(());
    };
    let read_whole = head.len() as u64 == subject.size;
    let actual = match subject.stored_sha256 {
        Some(stored) => stored.to_owned(),
        None if read_whole => hex::encode(Sha256::digest(head)),
        None => return Ok(()),
    };
    if actual == announced { Ok(()) } else { Err(Failure::new(Code::FileChecksumMismatch)) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A file in memory that counts its reads.
    pub(crate) struct Memory {
        bytes: Vec<u8>,
        pub(crate) reads: AtomicU32,
    }

    impl Memory {
        pub(crate) fn new(bytes: impl Into<Vec<u8>>) -> Self {
            Self { bytes: bytes.into(), reads: AtomicU32::new(0) }
        }

        pub(crate) fn size(&self) -> u64 {
            self.bytes.len() as u64
        }
    }

    impl Source for Memory {
        async fn read(&self, from: u64, length: u64) -> Result<Vec<u8>, Trouble> {
            self.reads.fetch_add(1, Ordering::Relaxed);
            let from = usize::try_from(from).unwrap();
            Ok(self.bytes[from..from + usize::try_from(length).unwrap()].to_vec())
        }
    }

    /// The code under which a whole inspection rejects a file.
    async fn code_of(name: &str, bytes: &[u8], announced: Option<Announced<'_>>) -> Option<String> {
        let source = Memory::new(bytes);
        let size = source.size();
        let subject = Subject { file_name: name, size, bytes_max: 1000, stored_sha256: None, announced };
        inspect(&source, &subject).await.unwrap().err().map(|failure| failure.code)
    }

    #[tokio::test]
    async fn each_wrong_file_has_its_reason() {
        let zip = [b"PK\x03\x04 content ".as_slice(), b"PK\x05\x06", &[0; 18]].concat();
        let cases: &[(&str, &[u8], Option<&str>)] = &[
            ("plan.docx", &zip, None),
            ("plan.docx", b"PK\x03\x04 cut off", Some("file-damaged")),
            ("plan.docx", b"", Some("file-empty")),
            ("plan.docx", b"%PDF-1.7", Some("file-type-mismatch")),
            ("plan.pptx", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Some("file-encrypted")),
            ("plan.exe", b"MZ", Some("file-type-unsupported")),
            ("plan", b"text", Some("file-type-unsupported")),
            ("plan.md", b"# Plan", None),
            ("plan.txt", &[b'x'; 1000], None),
            ("plan.txt", &[b'x'; 1001], Some("file-too-large")),
            (
                "plan.pdf",
                b"%PDF-1.4\ntrailer << /Encrypt 5 0 R >>\nstartxref\n9\n%%EOF",
                Some("file-encrypted"),
            ),
            ("film.mp4", b"\0\0\0\x08ftyp\0\0\0\x08moov\0\0\0\x10mdat", Some("file-damaged")),
        ];
        for (name, bytes, expect) in cases {
            assert_eq!(code_of(name, bytes, None).await.as_deref(), *expect, "{name} {bytes:?}");
        }
    }

    #[tokio::test]
    async fn a_name_may_have_255_bytes_of_any_script() {
        let name =
            |bytes: usize| format!("{}{}.md", "x".repeat((bytes - 3) % 2), "é".repeat((bytes - 3) / 2));
        for (bytes, expect) in [
            (FILE_NAME_BYTES_MAX - 1, None),
            (FILE_NAME_BYTES_MAX, None),
            (FILE_NAME_BYTES_MAX + 1, Some("file-name-too-long")),
        ] {
            assert_eq!(name(bytes).len(), bytes);
            assert_eq!(code_of(&name(bytes), b"# Plan", None).await.as_deref(), expect, "{bytes}");
        }
    }

    #[tokio::test]
    async fn what_was_announced_must_have_come() {
        let sum = hex::encode(Sha256::digest(b"# Plan"));
        let check = async |size, sha256, expect: Option<&str>| {
            let announced = Some(Announced { size, sha256 });
            assert_eq!(code_of("plan.md", b"# Plan", announced).await.as_deref(), expect);
        };
        check(6, None, None).await;
        check(6, Some(sum.as_str()), None).await;
        check(7, None, Some("file-checksum-mismatch")).await;
        check(6, Some(&"0".repeat(64)), Some("file-checksum-mismatch")).await;
    }
}
