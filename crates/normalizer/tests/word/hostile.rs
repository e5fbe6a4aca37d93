use crate::{
    NOTHING_FOUND,
    package::{DOCX, Word, archive, p, r},
    plan, word,
};
use proptest::prelude::*;

fn code(bytes: &[u8]) -> &'static str {
    let error = word(bytes).expect_err("must not be normalized");
    assert!(error.sentence().ends_with('.') && error.advice().ends_with('.'), "{error}");
    error.code()
}

fn says(bytes: &[u8], why: &str) {
    let error = word(bytes).expect_err("must not be normalized").to_string();
    assert!(error.contains(why), "{error}");
}

#[test]
fn what_is_no_word_document_is_told() {
    let rels = |target: &str| {
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Type=\"x/officeDocument\" Target=\"{target}\"/></Relationships>"
        )
    };
    let with = |target: &str, root: &str| {
        archive([("_rels/.rels", rels(target).as_bytes()), (target, root.as_bytes())])
    };
    says(&with("xl/workbook.xml", "<workbook/>"), "Excel workbook (.xlsx)");
    says(&with("ppt/presentation.xml", "<p/>"), "PowerPoint presentation (.pptx)");
    says(&archive([("mimetype", &b"application/vnd.oasis.opendocument.text"[..])]), "no document of Office");
    says(&archive([]), "no document of Office");
    let mut compound = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    says(&compound, "Word 97 to 2003");
    compound.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(code(&compound), "file-protected");
    // A polyglot is what its beginning and its announcement say.
    let bytes = Word::new(&p("", &r("x"))).bytes();
    let html = [b"<html><body>x</body>".as_slice(), &bytes].concat();
    assert_eq!(code(&html), "format-unrecognised");
    let pdf = [b"%PDF-1.7\n".as_slice(), &bytes].concat();
    assert_eq!(code(&pdf), "format-unrecognised");
    let wrongly = plan(("text/plain", &bytes), ("application/json", NOTHING_FOUND)).unwrap_err();
    assert_eq!(wrongly.code(), "format-not-as-announced");
}

#[test]
fn an_encrypted_entry_is_told() {
    let mut bytes = Word::new(&p("", &r("x"))).bytes();
    // The flags lie eight bytes into each entry of the directory and six into its header (APPNOTE.TXT 4.3.7 and 4.3.12).
    for (magic, flags) in [(b"PK\x01\x02", 8), (b"PK\x03\x04", 6)] {
        let places: Vec<_> =
            bytes.windows(4).enumerate().filter(|(_, four)| four == magic).map(|(at, _)| at).collect();
        for at in places {
            bytes[at + flags] |= 1;
        }
    }
    assert_eq!(code(&bytes), "file-protected");
}

#[test]
fn entities_and_document_types_are_refused() {
    let laughs = "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;\">]><w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>&c;</w:t></w:r></w:p></w:body></w:document>";
    says(
        &Word::new("").with("word/document.xml", laughs).bytes(),
        "declares a document type, which is refused",
    );
    says(&Word::new(&p("", &r("&a;"))).bytes(), "uses an entity of its own");
    says(&Word::new("<w:p>").bytes(), "is not XML");
    says(&Word::new("").with("word/document.xml", "\u{1}").bytes(), "has no element");
    assert_eq!(code(&Word::new(&"<w:sdt>".repeat(100_000)).bytes()), "content-too-large");
}

#[test]
fn bombs_are_bounded() {
    let bomb = p("", &r(&"a".repeat(2 * 1024 * 1024)));
    says(&Word::new(&bomb).bytes(), "more than 200 times its compressed size");
    let many: Vec<String> = (0..10_001).map(|number| format!("word/{number}")).collect();
    assert_eq!(code(&archive(many.iter().map(|name| (name.as_str(), &b""[..])))), "content-too-large");
    let changes = "<w:ins w:author=\"A\"><w:r><w:t>a</w:t></w:r></w:ins><w:ins w:author=\"B\"><w:r><w:t>a</w:t></w:r></w:ins>";
    assert_eq!(code(&Word::new(&p("", &changes.repeat(10_001))).bytes()), "content-too-large");
    let space = "http://purl.oclc.org/ooxml/wordprocessingml/main";
    let spaces = (0..100).fold(String::new(), |all, number| format!("{all} xmlns:p{number}=\"{space}\""));
    assert_eq!(code(&Word::new(&format!("<w:p{spaces}/>")).bytes()), "content-too-large");
}

#[test]
fn damage_is_told() {
    let good = Word::new(&p("", &r("x"))).bytes();
    assert_eq!(code(&good[..good.len() - 30]), "format-malformed");
    // Two entries of the directory that lead to one header.
    let mut twice = good.clone();
    let directory = memchr::memmem::find(&twice, b"PK\x01\x02").unwrap();
    let second = directory + 4 + memchr::memmem::find(&twice[directory + 4..], b"PK\x01\x02").unwrap();
    twice.copy_within(directory + 42..directory + 46, second + 42);
    assert_eq!(code(&twice), "format-malformed");
    let mut flipped = good.clone();
    flipped[60] ^= 0x55;
    assert_eq!(code(&flipped), "format-malformed");
}

fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "<w:p>",
        "</w:p>",
        "<w:p/>",
        "<w:pPr>",
        "</w:pPr>",
        "<w:rPr>",
        "</w:rPr>",
        "<w:r>",
        "</w:r>",
        "<w:t>",
        "</w:t>",
        "a 🌱",
        " ",
        "<w:r><w:t>word</w:t></w:r>",
        "<w:ins w:author=\"A\">",
        "</w:ins>",
        "<w:del w:author=\"A\">",
        "</w:del>",
        "<w:ins/>",
        "<w:del/>",
        "<w:delText>gone</w:delText>",
        "<w:moveTo>",
        "</w:moveTo>",
        "<w:tbl>",
        "</w:tbl>",
        "<w:tr>",
        "</w:tr>",
        "<w:tc>",
        "</w:tc>",
        "<w:trPr><w:del/></w:trPr>",
        "<w:tcPr><w:cellDel/></w:tcPr>",
        "<w:txbxContent>",
        "</w:txbxContent>",
        "<mc:AlternateContent>",
        "</mc:AlternateContent>",
        "<mc:Choice>",
        "</mc:Choice>",
        "<mc:Fallback>",
        "</mc:Fallback>",
        "<w:fldChar w:fldCharType=\"begin\"/>",
        "<w:fldChar w:fldCharType=\"separate\"/>",
        "<w:fldChar w:fldCharType=\"end\"/>",
        "<w:commentRangeStart w:id=\"0\"/>",
        "<w:commentRangeEnd w:id=\"0\"/>",
        "<w:commentReference w:id=\"0\"/>",
        "<w:footnoteReference w:id=\"0\"/>",
        "<w:br/>",
        "<w:tab/>",
        "<w:numPr><w:numId w:val=\"1\"/></w:numPr>",
        "&amp;",
        "&#9;",
        "<!-- -->",
        "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>",
        "<w:pPr><w:rPr><w:ins/></w:rPr></w:pPr>",
        "<w:vanish/>",
        "<w:sdt>",
        "</w:sdt>",
    ])
}

/// Closes what was opened, so that most arrangements are well-formed and are read to their end.
fn balanced(pieces: &[&str]) -> String {
    let mut open: Vec<String> = Vec::new();
    let mut xml = String::new();
    for piece in pieces {
        if let Some(name) = piece.strip_prefix("</") {
            if open.last().is_some_and(|last| *last == name) {
                open.pop();
                xml.push_str(piece);
            }
            continue;
        }
        xml.push_str(piece);
        if piece.starts_with("<w:") || piece.starts_with("<mc:") {
            let is_whole = piece.ends_with("/>") || piece.matches('<').count() > 1;
            if !is_whole {
                let name: String = piece[1..].chars().take_while(|c| !matches!(c, ' ' | '>')).collect();
                open.push(format!("{name}>"));
            }
        }
    }
    open.iter().rev().fold(xml, |xml, name| format!("{xml}</{name}"))
}

proptest! {
    #[test]
    fn any_arrangement_has_a_verdict(pieces in proptest::collection::vec(piece(), 0..60)) {
        let comments = "<w:comment w:id=\"0\"><w:p><w:r><w:t>c</w:t></w:r></w:p></w:comment>";
        let notes = format!("<w:footnote w:id=\"0\">{}</w:footnote>", balanced(&pieces));
        let body = p("", &r("start")) + &balanced(&pieces);
        let bytes = Word::new(&body).related("comments", "w:comments", comments).related("footnotes", "w:footnotes", &notes).bytes();
        let document = word(&bytes).unwrap();
        prop_assert!(document.text.starts_with("start"));
        let both = plan((DOCX, &bytes), (DOCX, &bytes)).unwrap();
        prop_assert_eq!(both.annotations, document.annotations);
    }

    #[test]
    fn any_damage_has_a_verdict(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>(), part in "\\PC{0,40}") {
        let mut bytes = Word::new(&p("", &r("text"))).with("word/document.xml", &part).bytes();
        let _ = word(&bytes);
        let place = at.index(bytes.len());
        bytes[place] = byte;
        let _ = word(&bytes);
        bytes.truncate(cut.index(bytes.len()) + 1);
        let _ = plan((DOCX, &bytes), (DOCX, &bytes));
    }

    #[test]
    fn any_bytes_have_a_verdict(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = word(&[b"PK\x03\x04".as_slice(), &bytes].concat());
        let _ = word(&[b"PK\x03\x04".as_slice(), &bytes, b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x2E\0\0\0\0\0\0\0\0\0"].concat());
    }
}
