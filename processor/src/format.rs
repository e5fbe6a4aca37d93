use crate::{fault::Fault, wire::Kind};
use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
};

/// How much of a file's beginning is looked at to tell its type. A PDF header may lie anywhere in the first kilobyte.
const HEAD_BYTES: usize = 1024;
/// An OLE compound file: how Office stores a document that is protected with a password (also the old `.doc`).
const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// How many boxes of an MP4 file are stepped over in search of its index.
const TOP_BOXES_MAX: usize = 100_000;

/// The file formats that are worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Docx,
    Pptx,
    Odt,
    Pdf,
    Html,
    Markdown,
    Text,
    /// ISO base media and its ancestor, `QuickTime`.
    Mp4,
    /// Matroska and its subset, `WebM`.
    Matroska,
}

impl Format {
    /// By the name's extension, else by the media type; `None` if neither is known or they do not belong to `kind`.
    pub(crate) fn announced(kind: Kind, file_name: &str, media_type: &str) -> Option<Self> {
        let extension = file_name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        let format = match extension.as_deref() {
            Some("docx") => Self::Docx,
            Some("pptx") => Self::Pptx,
            Some("odt") => Self::Odt,
            Some("pdf") => Self::Pdf,
            Some("html" | "htm") => Self::Html,
            Some("md" | "markdown") => Self::Markdown,
            Some("txt") => Self::Text,
            Some("mp4" | "m4v" | "mov") => Self::Mp4,
            Some("mkv" | "webm") => Self::Matroska,
            _ => Self::of_media_type(media_type)?,
        };
        (format.kind() == kind).then_some(format)
    }

    fn of_media_type(media_type: &str) -> Option<Self> {
        Some(match media_type.split(';').next()?.trim() {
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => Self::Docx,
            "application/vnd.openxmlformats-officedocument.presentationml.presentation" => Self::Pptx,
            "application/vnd.oasis.opendocument.text" => Self::Odt,
            "application/pdf" => Self::Pdf,
            "text/html" => Self::Html,
            "text/markdown" => Self::Markdown,
            "text/plain" => Self::Text,
            "video/mp4" | "video/quicktime" => Self::Mp4,
            "video/x-matroska" | "video/matroska" | "video/webm" => Self::Matroska,
            _ => return None,
        })
    }

    const fn kind(self) -> Kind {
        match self {
            Self::Mp4 | Self::Matroska => Kind::Video,
            _ => Kind::LessonPlan,
        }
    }

    /// What can be told at once, without reading the whole file: empty, encrypted, cut off, or another type altogether.
    ///
    /// # Errors
    /// A [`Fault`] about the file, or about the disk.
    pub(crate) fn inspect(self, path: &Path) -> Result<(), Fault> {
        let mut file = File::open(path)?;
        let mut head = Vec::with_capacity(HEAD_BYTES);
        (&mut file).take(HEAD_BYTES as u64).read_to_end(&mut head)?;
        if head.is_empty() {
            return Err(Fault::Empty);
        }
        match self {
            Self::Docx | Self::Pptx | Self::Odt if head.starts_with(OLE) => Err(Fault::Encrypted),
            Self::Docx | Self::Pptx | Self::Odt if head.starts_with(b"PK\x03\x04") => {
                crate::extract::inspect_archive(file)
            }
            Self::Pdf if head.windows(5).any(|five| five == b"%PDF-") => crate::extract::inspect_pdf(file),
            Self::Mp4 => inspect_mp4(&mut file, &head),
            Self::Matroska if head.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]) => Ok(()),
            Self::Html | Self::Markdown | Self::Text => Ok(()),
            _ => Err(Fault::Malformed("its first bytes are not those of its type".into())),
        }
    }
}

/// Steps from box to box (ISO/IEC 14496-12, 4.2): every box must fit, and the index, `moov`, must be there.
fn inspect_mp4(file: &mut File, head: &[u8]) -> Result<(), Fault> {
    const FIRST: [&[u8]; 7] = [b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"];
    if !FIRST.contains(&head.get(4..8).unwrap_or_default()) {
        return Err(Fault::Malformed("its first bytes are not those of its type".into()));
    }
    let length = file.metadata()?.len();
    let (mut position, mut index_found) = (0, false);
    for _ in 0..TOP_BOXES_MAX {
        if length - position < 8 {
            break;
        }
        file.seek(SeekFrom::Start(position))?;
        let mut header = [0; 16];
        let header_bytes = usize::try_from((length - position).min(16)).unwrap_or(16);
        file.read_exact(&mut header[..header_bytes])?;
        let (small, large) = header.split_at(8);
        let size = match u32::from_be_bytes([small[0], small[1], small[2], small[3]]) {
            0 => length - position,
            1 => u64::from_be_bytes(large.try_into().unwrap_or_default()),
            size => u64::from(size),
        };
        index_found |= &small[4..] == b"moov";
        if size < 8 {
            return Err(Fault::Malformed("a box is shorter than its own header".into()));
        }
        position = position
            .checked_add(size)
            .filter(|end| *end <= length)
            .ok_or(Fault::Truncated("its last box is cut off"))?;
    }
    if index_found { Ok(()) } else { Err(Fault::Truncated("it has no index (moov)")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn a_name_tells_the_format_and_the_kind_must_fit() {
        let check = |kind, name: &str, media_type: &str, expect| {
            assert_eq!(Format::announced(kind, name, media_type), expect, "{name} {media_type}");
        };
        check(Kind::LessonPlan, "plan.DOCX", "", Some(Format::Docx));
        check(Kind::LessonPlan, "plan", "text/plain; charset=utf-8", Some(Format::Text));
        check(Kind::LessonPlan, "lesson.mp4", "video/mp4", None);
        check(Kind::Video, "lesson.mov", "", Some(Format::Mp4));
        check(Kind::LessonPlan, "plan.exe", "application/octet-stream", None);
    }

    fn inspected(format: Format, bytes: &[u8]) -> Result<(), &'static str> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        format.inspect(file.path()).map_err(|fault| fault.code())
    }

    #[test]
    fn what_is_wrong_at_first_sight_is_told_at_once() {
        assert_eq!(inspected(Format::Text, b""), Err("file-empty"));
        assert_eq!(inspected(Format::Docx, OLE), Err("file-encrypted"));
        assert_eq!(inspected(Format::Docx, b"hello"), Err("file-damaged"));
        assert_eq!(inspected(Format::Pdf, b"hello"), Err("file-damaged"));
        assert_eq!(inspected(Format::Matroska, b"hello"), Err("file-damaged"));
        assert_eq!(inspected(Format::Mp4, b"\0\0\0\x08ftyp\0\0\0\x08moov"), Ok(()));
        assert_eq!(inspected(Format::Mp4, b"\0\0\0\x08ftyp\0\0\0\x08mdat"), Err("file-damaged"));
        assert_eq!(inspected(Format::Mp4, b"\0\0\0\x08ftyp\0\0\0\x09moov"), Err("file-damaged"));
        assert_eq!(inspected(Format::Mp4, b"\0\0\0\x08ftyp\0\0\0\x03moov"), Err("file-damaged"));
        assert_eq!(
            inspected(Format::Mp4, b"\0\0\0\x08ftyp\0\0\0\x01moov\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"),
            Err("file-damaged")
        );
    }
}
