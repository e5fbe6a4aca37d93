//! PDF: glyphs with places become lines, lines become paragraphs, larger letters become headings.
//!
//! A PDF has no structure of its own that could be relied on; this recovers what a reader sees.

mod layout;

use super::block::Block;
use crate::fault::Fault;
use layout::Layout;
use pdf_extract::{
    Document, Error, MediaBox, OutputDev, OutputError, Transform, encryption::DecryptionError,
};
use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
};

/// Where a trailer can lie: at the end, or at the beginning of a linearized file.
const TRAILER_BYTES: u64 = 64 * 1024;
/// More pages than this are not a lesson plan.
const PAGES_MAX: usize = 2_000;
/// More glyphs than this are not a lesson plan; bounds what a page drawn over and over can make us hold.
const GLYPHS_MAX: usize = 8_000_000;

/// Reads a PDF. May panic on damaged fonts: the caller runs it where a panic is an error.
pub(super) fn blocks(bytes: &[u8]) -> Result<Vec<Block>, Fault> {
    let document = open(bytes)?;
    if document.get_pages().len() > PAGES_MAX {
        return Err(Fault::TooLarge(format!("it has more than {PAGES_MAX} pages")));
    }
    let mut glyphs = Glyphs::default();
    pdf_extract::output_doc(&document, &mut glyphs).map_err(Fault::malformed)?;
    Ok(glyphs.layout.blocks())
}

/// Whether a password is needed. Looks at the trailer only, and reads the whole file only if that names a key.
pub(crate) fn inspect(mut file: File) -> Result<(), Fault> {
    let length = file.metadata()?.len();
    let mut named = false;
    for start in [0, length.saturating_sub(TRAILER_BYTES)] {
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(start))?;
        (&mut file).take(TRAILER_BYTES).read_to_end(&mut bytes)?;
        named |= bytes.windows(8).any(|eight| eight == b"/Encrypt");
    }
    if named && length <= super::WHOLE_FILE_BYTES_MAX {
        let mut bytes = Vec::new();
        file.rewind()?;
        file.read_to_end(&mut bytes)?;
        if let Err(Fault::Encrypted) = open(&bytes) {
            return Err(Fault::Encrypted);
        }
    }
    Ok(())
}

/// Many documents are encrypted with an empty password, against changes only; those can be read.
fn open(bytes: &[u8]) -> Result<Document, Fault> {
    let fault = |error| match error {
        Error::Decryption(DecryptionError::IncorrectPassword) | Error::InvalidPassword => Fault::Encrypted,
        error => Fault::malformed(error),
    };
    let mut document = Document::load_mem(bytes).map_err(fault)?;
    if document.is_encrypted() {
        document.decrypt("").map_err(fault)?;
    }
    Ok(document)
}

#[derive(Default)]
struct Glyphs {
    layout: Layout,
    page_height: f64,
    seen: usize,
}

impl OutputDev for Glyphs {
    fn begin_page(
        &mut self,
        _number: u32,
        media: &MediaBox,
        _art: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        self.page_height = media.ury - media.lly;
        self.layout.page();
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn output_character(
        &mut self,
        place: &Transform,
        width: f64,
        _spacing: f64,
        font_size: f64,
        character: &str,
    ) -> Result<(), OutputError> {
        self.seen += 1;
        if self.seen > GLYPHS_MAX {
            return Err(OutputError::IoError(std::io::Error::other("it draws too many letters")));
        }
        // The side of a square of the area that the font's square has on the page.
        let across = font_size * (place.m11 + place.m21);
        let down = font_size * (place.m12 + place.m22);
        let size = (across * down).abs().sqrt();
        self.layout.glyph(place.m31, self.page_height - place.m32, width * size, size, character);
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pdf_extract::{
        Object, Stream,
        content::{Content, Operation},
        dictionary,
    };
    use std::io::Write as _;

    /// A one-page document that shows these lines: (size, from the top, text).
    fn pdf(lines: &[(i64, i64, &str)]) -> Vec<u8> {
        let mut document = Document::with_version("1.5");
        let pages = document.new_object_id();
        let font = document
            .add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" });
        let mut operations = Vec::new();
        for (size, top, text) in lines {
            operations.push(Operation::new("BT", vec![]));
            operations.push(Operation::new("Tf", vec!["F1".into(), (*size).into()]));
            operations.push(Operation::new("Td", vec![50.into(), (800 - top).into()]));
            operations.push(Operation::new("Tj", vec![Object::string_literal(*text)]));
            operations.push(Operation::new("ET", vec![]));
        }
        let content =
            document.add_object(Stream::new(dictionary! {}, Content { operations }.encode().unwrap()));
        let page = document.add_object(dictionary! {
            "Type" => "Page", "Parent" => pages, "Contents" => content,
            "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        });
        document.objects.insert(
            pages,
            Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }),
        );
        let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
        document.trailer.set("Root", catalog);
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn large_letters_are_headings_and_near_lines_are_one_paragraph() {
        let found = blocks(&pdf(&[
            (20, 0, "Water"),
            (11, 40, "Rain falls on"),
            (11, 54, "the hills."),
            (11, 90, "Rivers carry it."),
        ]))
        .unwrap();
        let expect = [
            Block::heading(1, "Water"),
            Block::paragraph("Rain falls on the hills."),
            Block::paragraph("Rivers carry it."),
        ];
        assert_eq!(found, expect);
    }

    #[test]
    fn a_damaged_file_is_told() {
        assert_eq!(blocks(b"%PDF-1.7\nnothing").unwrap_err().code(), "file-damaged");
        let whole = pdf(&[(11, 0, "text")]);
        assert!(blocks(&whole[..whole.len() / 2]).is_err());
    }

    #[test]
    fn a_password_is_noticed_at_first_sight() {
        use pdf_extract::{EncryptionState, EncryptionVersion, Permissions};
        let mut document = Document::load_mem(&pdf(&[(11, 0, "secret")])).unwrap();
        let id = Object::string_literal("0123456789abcdef");
        document.trailer.set("ID", vec![id.clone(), id]);
        let version = EncryptionVersion::V2 {
            document: &document,
            owner_password: "owner",
            user_password: "user",
            key_length: 128,
            permissions: Permissions::all(),
        };
        let state = EncryptionState::try_from(version).unwrap();
        document.encrypt(&state).unwrap();
        let mut file = tempfile::tempfile().unwrap();
        let mut bytes = Vec::new();
        document.save_to(&mut bytes).unwrap();
        file.write_all(&bytes).unwrap();
        assert_eq!(inspect(file).unwrap_err().code(), "file-encrypted");
        assert_eq!(blocks(&bytes).unwrap_err().code(), "file-encrypted");
    }
}
