use crate::{Code, Kind};

/// How many bytes of the beginning [`FileType::check`] looks at.
pub const HEAD_BYTES: usize = 4096;

/// The file types that Lectern takes, told by extension and proved by their first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileType {
    Docx,
    Pptx,
    Odt,
    Pdf,
    Html,
    Markdown,
    Text,
    Mp4,
    Mov,
    Webm,
    Mkv,
}

/// What is wrong with a file's first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// They belong to another type.
    Other,
    /// An Office document inside an encrypted container (OLE compound file, [MS-OFFCRYPTO]).
    Encrypted,
}

impl Mismatch {
    /// The code under which a teacher reads of it.
    pub const fn code(self) -> Code {
        match self {
            Self::Other => Code::FileTypeMismatch,
            Self::Encrypted => Code::FileEncrypted,
        }
    }
}

impl FileType {
    /// Every extension that is taken, with what it stands for.
    pub const EXTENSIONS: [(&'static str, Self); 14] = [
        ("docx", Self::Docx),
        ("pptx", Self::Pptx),
        ("odt", Self::Odt),
        ("pdf", Self::Pdf),
        ("html", Self::Html),
        ("htm", Self::Html),
        ("md", Self::Markdown),
        ("markdown", Self::Markdown),
        ("txt", Self::Text),
        ("mp4", Self::Mp4),
        ("m4v", Self::Mp4),
        ("mov", Self::Mov),
        ("webm", Self::Webm),
        ("mkv", Self::Mkv),
    ];

    /// By the name's extension, in any case.
    pub fn of_name(file_name: &str) -> Option<Self> {
        let (_, extension) = file_name.rsplit_once('.')?;
        let known = Self::EXTENSIONS.into_iter().find(|(known, _)| extension.eq_ignore_ascii_case(known));
        known.map(|(_, file_type)| file_type)
    }

    /// A lesson plan or a video.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Mp4 | Self::Mov | Self::Webm | Self::Mkv => Kind::Video,
            _ => Kind::LessonPlan,
        }
    }

    /// The registered media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            Self::Odt => "application/vnd.oasis.opendocument.text",
            Self::Pdf => "application/pdf",
            Self::Html => "text/html",
            Self::Markdown => "text/markdown",
            Self::Text => "text/plain",
            Self::Mp4 => "video/mp4",
            Self::Mov => "video/quicktime",
            Self::Webm => "video/webm",
            Self::Mkv => "video/x-matroska",
        }
    }

    /// Compares the first bytes (up to [`HEAD_BYTES`]) with the type.
    pub fn check(self, head: &[u8]) -> Result<(), Mismatch> {
        const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
        let fits = match self {
            Self::Docx | Self::Pptx | Self::Odt if head.starts_with(OLE) => return Err(Mismatch::Encrypted),
            Self::Docx | Self::Pptx | Self::Odt => head.starts_with(b"PK\x03\x04"),
            // Readers accept a PDF header anywhere in the first kilobyte.
            Self::Pdf => {
                head.iter().take(1024).collect::<Vec<_>>().windows(5).any(|w| w.iter().copied().eq(b"%PDF-"))
            }
            Self::Html | Self::Markdown | Self::Text => is_text(head),
            Self::Mp4 | Self::Mov => is_iso_media(head),
            Self::Webm | Self::Mkv => head.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]),
        };
        if fits { Ok(()) } else { Err(Mismatch::Other) }
    }
}

/// Text holds no NUL unless it is UTF-16 and says so, and no program begins like it.
fn is_text(head: &[u8]) -> bool {
    let utf16 = head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]);
    let binary =
        [&b"MZ\x90"[..], b"\x7FELF", b"PK\x03\x04", b"%PDF-"].iter().any(|magic| head.starts_with(magic));
    utf16 || !(binary || head.contains(&0))
}

/// ISO/IEC 14496-12: a file begins with a box of one of these types; older files have no `ftyp`.
fn is_iso_media(head: &[u8]) -> bool {
    let first_box = head.get(4..8).unwrap_or_default();
    [&b"ftyp"[..], b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"].contains(&first_box)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_first_bytes_are_told_apart() {
        let check = |name: &str, head: &[u8], expect| {
            assert_eq!(FileType::of_name(name).map(|kind| kind.check(head)), expect, "{name}");
        };
        check("plan.DOCX", b"PK\x03\x04rest", Some(Ok(())));
        check("plan.docx", b"MZ\x90\x00", Some(Err(Mismatch::Other)));
        check("plan.docx", &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], Some(Err(Mismatch::Encrypted)));
        check("plan.pdf", b"\n%PDF-1.7", Some(Ok(())));
        check("plan.pdf", b"%PD", Some(Err(Mismatch::Other)));
        check("plan.txt", "Größe".as_bytes(), Some(Ok(())));
        check("plan.txt", &[0xFF, 0xFE, b'a', 0], Some(Ok(())));
        check("plan.md", b"a\0b", Some(Err(Mismatch::Other)));
        check("film.mp4", b"\0\0\0\x20ftypisom", Some(Ok(())));
        check("film.mp4", b"", Some(Err(Mismatch::Other)));
        check("film.mkv", &[0x1A, 0x45, 0xDF, 0xA3], Some(Ok(())));
        check("tool.exe", b"MZ", None);
        check("no extension", b"text", None);
    }
}
