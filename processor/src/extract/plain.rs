use super::block::Block;
use crate::fault::Fault;
use encoding_rs::{Encoding, WINDOWS_1252};
use pulldown_cmark::{Event, Options, Parser};

/// Bytes to text: a byte order mark decides; else UTF-8 if it is valid; else Windows-1252, which old editors write.
/// Line ends become LF.
pub(super) fn decode(bytes: &[u8]) -> Result<String, Fault> {
    let text = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode_with_bom_removal(bytes).0,
        None => match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        },
    };
    if text.contains('\0') {
        return Err(Fault::Malformed("it holds bytes that no text has".into()));
    }
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// Plain text: blank lines part paragraphs, marks at the beginning of lines make items.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut paragraph = String::new();
    for line in text.lines().map(str::trim).chain([""]) {
        let item = ["- ", "* ", "• ", "– "].iter().find_map(|mark| line.strip_prefix(mark));
        if (line.is_empty() || item.is_some()) && !paragraph.is_empty() {
            blocks.push(Block::paragraph(std::mem::take(&mut paragraph)));
        }
        match item {
            Some(item) => blocks.push(Block::item(0, false, item)),
            None if line.is_empty() => {}
            None => {
                if !paragraph.is_empty() {
                    paragraph.push('\n');
                }
                paragraph.push_str(line);
            }
        }
    }
    blocks
}

/// Markdown stays as its author wrote it, so long as there is text in it.
pub(super) fn markdown(text: &str) -> Result<String, Fault> {
    let text = text.trim_start_matches('\u{FEFF}').trim_end();
    let words = Parser::new_ext(text, Options::ENABLE_TABLES)
        .any(|event| matches!(event, Event::Text(text) | Event::Code(text) if !text.trim().is_empty()));
    if words { Ok(format!("{text}\n")) } else { Err(Fault::NoText) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_encodings_are_told_apart() {
        let utf16: Vec<u8> = "\u{FEFF}Größe\r\nx".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&utf16).unwrap(), "Größe\nx");
        assert_eq!(decode("\u{FEFF}Größe".as_bytes()).unwrap(), "Größe");
        assert_eq!(decode(b"Gr\xF6\xDFe \x96 5 \x80\r").unwrap(), "Größe \u{2013} 5 \u{20AC}\n");
        assert_eq!(decode(b"a\0b").unwrap_err().code(), "file-damaged");
    }

    #[test]
    fn lines_make_paragraphs_and_items() {
        let found = blocks("Goals\nof today\n\n\n- one\n* two\nrest");
        let expect = [
            Block::paragraph("Goals\nof today"),
            Block::item(0, false, "one"),
            Block::item(0, false, "two"),
            Block::paragraph("rest"),
        ];
        assert_eq!(found, expect);
    }

    #[test]
    fn markdown_is_kept_and_must_hold_words() {
        assert_eq!(markdown("\u{FEFF}# A\n\n\n").unwrap(), "# A\n");
        assert_eq!(markdown("\n---\n\n<!-- x -->\n").unwrap_err().code(), "file-without-text");
    }
}
