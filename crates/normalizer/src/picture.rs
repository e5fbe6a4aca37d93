//! Formats of the roles `poster` and `rendition`: proved, passed on, never decoded.

use crate::{Fault, NormalizeError, Role, adapter::Adapter, adapter::Adapters, candidate::Candidate};
use document::{FileType, HEAD_BYTES};

/// The width and height of a picture, or nothing for video.
pub(crate) type Size = Option<(u32, u32)>;

/// The adapters of these two roles.
pub(crate) fn adapters(role: Role) -> Adapters<Size> {
    match role {
        Role::Poster => &[&Jpeg, &Png],
        _ => &[
            &Container { file: FileType::Mp4, name: "mp4" },
            &Container { file: FileType::Webm, name: "webm" },
        ],
    }
}

struct Jpeg;
struct Png;

/// A video container, told by its first bytes alone: a rendition may be larger than memory.
struct Container {
    file: FileType,
    name: &'static str,
}

fn malformed(file: &Candidate<'_>, format: &'static str, why: &str) -> NormalizeError {
    NormalizeError::new(file.role.as_str(), Fault::Malformed { format, why: why.to_owned() })
}

impl Adapter for Jpeg {
    type Output = Size;

    fn name(&self) -> &'static str {
        "jpeg"
    }

    fn looked_for(&self) -> &'static str {
        "JPEG"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["image/jpeg"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        file.bytes.starts_with(&[0xFF, 0xD8, 0xFF])
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Size, NormalizeError> {
        if !file.bytes.trim_ascii_end().ends_with(&[0xFF, 0xD9]) {
            return Err(malformed(file, "JPEG", "it does not end with an end marker"));
        }
        jpeg_size(file.bytes).map(Some).ok_or_else(|| malformed(file, "JPEG", "it has no frame header"))
    }
}

/// Walks the marker segments (ITU-T T.81, annex B) to the frame header.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.get(2..)?;
    loop {
        let [0xFF, marker, after @ ..] = rest else { return None };
        match marker {
            // Fill bytes.
            0xFF => rest = &rest[1..],
            // Frame headers: all of 0xC0 to 0xCF but the Huffman, JPEG extension and arithmetic tables.
            0xC0..=0xCF if ![0xC4, 0xC8, 0xCC].contains(marker) => {
                let [_, _, _, h1, h2, w1, w2, ..] = after else { return None };
                let (height, width) = (u16::from_be_bytes([*h1, *h2]), u16::from_be_bytes([*w1, *w2]));
                return (height > 0 && width > 0).then(|| (width.into(), height.into()));
            }
            // Image data or the end before any frame header.
            0xD9 | 0xDA | 0x00 => return None,
            _ => {
                let [l1, l2, ..] = after else { return None };
                let length = usize::from(u16::from_be_bytes([*l1, *l2]));
                rest = after.get(length.max(2)..)?;
            }
        }
    }
}

impl Adapter for Png {
    type Output = Size;

    fn name(&self) -> &'static str {
        "png"
    }

    fn looked_for(&self) -> &'static str {
        "PNG"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["image/png"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        file.bytes.starts_with(b"\x89PNG\r\n\x1A\n")
    }

    /// The header chunk comes first and the end chunk last (W3C PNG, sections 5.6 and 11.2).
    fn read(&self, file: &Candidate<'_>) -> Result<Size, NormalizeError> {
        let ended = file.bytes.ends_with(b"\0\0\0\0IEND\xAE\x42\x60\x82");
        let header = file.bytes.get(8..24).filter(|chunk| chunk.starts_with(b"\0\0\0\x0DIHDR"));
        let Some([w1, w2, w3, w4, h1, h2, h3, h4]) = header.and_then(|chunk| chunk.get(8..)) else {
            return Err(malformed(file, "PNG", "it has no header chunk"));
        };
        let size = (u32::from_be_bytes([*w1, *w2, *w3, *w4]), u32::from_be_bytes([*h1, *h2, *h3, *h4]));
        if !ended || size.0 == 0 || size.1 == 0 {
            return Err(malformed(file, "PNG", "it is incomplete or has no size"));
        }
        Ok(Some(size))
    }
}

impl Adapter for Container {
    type Output = Size;

    fn name(&self) -> &'static str {
        self.name
    }

    fn looked_for(&self) -> &'static str {
        self.name
    }

    fn media_types(&self) -> &'static [&'static str] {
        match self.file {
            FileType::Webm => &["video/webm", "video/x-matroska"],
            _ => &["video/mp4", "video/quicktime"],
        }
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        self.file.check(&file.bytes[..file.bytes.len().min(HEAD_BYTES)]).is_ok()
    }

    fn read(&self, _: &Candidate<'_>) -> Result<Size, NormalizeError> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Role, check_type};
    use proptest::prelude::*;

    const JPEG: &[u8] = &[
        0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xFF, 0xC0, 0, 11, 8, 0, 16, 0, 32, 1, 1, 0x11, 0, 0xFF,
        0xDA, 0, 2, 9, 0xFF, 0xD9,
    ];

    fn code(role: Role, media_type: &str, bytes: &[u8]) -> &'static str {
        check_type(role, media_type, bytes).map_or_else(|error| error.code(), |found| found.adapter)
    }

    #[test]
    fn pictures_are_told_by_their_structure() {
        assert_eq!(code(Role::Poster, "image/jpeg", JPEG), "jpeg");
        assert_eq!(code(Role::Poster, "image/png", JPEG), "format-not-as-announced");
        assert_eq!(code(Role::Poster, "image/jpeg", &JPEG[..JPEG.len() - 2]), "format-malformed");
        assert_eq!(code(Role::Poster, "image/jpeg", b"\xFF\xD8\xFF\xD9"), "format-malformed");
        assert_eq!(code(Role::Poster, "image/jpeg", b"<svg/>"), "format-unrecognised");
        let png = |width: u8| {
            let mut bytes = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\0\0\0\0\0\x05\x08\0\0\0\0....".to_vec();
            bytes[19] = width;
            bytes.extend_from_slice(b"\0\0\0\0IEND\xAE\x42\x60\x82");
            bytes
        };
        assert_eq!(code(Role::Poster, "image/png", &png(7)), "png");
        assert_eq!(code(Role::Poster, "image/png", &png(0)), "format-malformed");
    }

    #[test]
    fn renditions_are_told_by_their_beginning() {
        assert_eq!(code(Role::Rendition, "video/mp4", b"\0\0\0\x20ftypisom"), "mp4");
        assert_eq!(code(Role::Rendition, "video/webm", b"\x1A\x45\xDF\xA3"), "webm");
        assert_eq!(code(Role::Rendition, "video/mp4", b"\x1A\x45\xDF\xA3"), "format-not-as-announced");
        assert_eq!(code(Role::Rendition, "video/mp4", b"<html>"), "format-unrecognised");
    }

    proptest! {
        #[test]
        fn any_bytes_have_a_verdict(tail in proptest::collection::vec(any::<u8>(), 0..64)) {
            for head in [&b""[..], b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR"] {
                let bytes = [head, &tail, b"\xFF\xD9"].concat();
                prop_assert!(check_type(Role::Poster, "image/gif", &bytes).is_err());
                let _ = check_type(Role::Poster, "image/jpeg", &bytes);
            }
        }
    }
}
