/// A vocabulary that matters, in either of its two dialects (ECMA-376, part 1 "strict" and part 4 "transitional").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    Word,
    Math,
    /// Markup compatibility (ECMA-376, part 3).
    Compatibility,
    /// Comments' threads ([MS-DOCX] 2.5).
    Word2012,
    Relationships,
    Other,
}

impl Space {
    pub(super) fn of(uri: &[u8]) -> Self {
        match uri {
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
            | b"http://purl.oclc.org/ooxml/wordprocessingml/main" => Self::Word,
            b"http://schemas.openxmlformats.org/officeDocument/2006/math"
            | b"http://purl.oclc.org/ooxml/officeDocument/math" => Self::Math,
            b"http://schemas.openxmlformats.org/markup-compatibility/2006" => Self::Compatibility,
            b"http://schemas.microsoft.com/office/word/2012/wordml" => Self::Word2012,
            b"http://schemas.openxmlformats.org/package/2006/relationships" => Self::Relationships,
            _ => Self::Other,
        }
    }

    /// The element's name, or nothing if nothing here asks for it.
    pub(super) fn name(self, local: &[u8]) -> &'static str {
        let names: &[&'static str] = match self {
            Self::Word => &WORD,
            Self::Math => &["t"],
            Self::Compatibility => &["AlternateContent", "Choice", "Fallback"],
            Self::Word2012 => &["commentEx"],
            Self::Relationships => &["Relationship"],
            Self::Other => &[],
        };
        names.binary_search_by(|name| name.as_bytes().cmp(local)).map_or("", |index| names[index])
    }
}

/// In the order of their bytes.
const WORD: [&str; 81] = [
    "abstractNum",
    "abstractNumId",
    "basedOn",
    "body",
    "br",
    "cellDel",
    "cellIns",
    "comment",
    "commentRangeEnd",
    "commentRangeStart",
    "commentReference",
    "comments",
    "cr",
    "del",
    "delInstrText",
    "delText",
    "document",
    "endnote",
    "endnoteReference",
    "endnotes",
    "ffData",
    "fldChar",
    "fldSimple",
    "footnote",
    "footnoteReference",
    "footnotes",
    "ilvl",
    "ins",
    "instrText",
    "lvl",
    "lvlOverride",
    "moveFrom",
    "moveTo",
    "name",
    "noBreakHyphen",
    "num",
    "numFmt",
    "numId",
    "numPr",
    "numStyleLink",
    "numbering",
    "numberingChange",
    "outlineLvl",
    "p",
    "pPr",
    "pPrChange",
    "pStyle",
    "ptab",
    "r",
    "rPr",
    "rPrChange",
    "rt",
    "sdtEndPr",
    "sdtPr",
    "sectPr",
    "sectPrChange",
    "softHyphen",
    "start",
    "startOverride",
    "style",
    "styles",
    "sym",
    "t",
    "tab",
    "tabs",
    "tbl",
    "tblGrid",
    "tblGridChange",
    "tblPr",
    "tblPrChange",
    "tblPrEx",
    "tblPrExChange",
    "tc",
    "tcPr",
    "tcPrChange",
    "tr",
    "trPr",
    "trPrChange",
    "txbxContent",
    "vanish",
    "webHidden",
];
