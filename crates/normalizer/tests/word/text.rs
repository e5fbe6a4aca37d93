use crate::{
    package::{Word, p, r},
    word,
};
use normalizer::schema::BlockKind::{self, Heading, ListItem, Paragraph, Quote, TableCell};

type Expected<'a> = (BlockKind, Option<u32>, Option<u64>, &'a str);

fn check(document: Word, expect: &[Expected<'_>]) {
    let document = word(&document.bytes()).expect("the document is sound");
    let chars: Vec<char> = document.text.chars().collect();
    let texts: Vec<String> =
        document.blocks.iter().map(|block| chars[block.start..block.end].iter().collect()).collect();
    let found: Vec<_> = document
        .blocks
        .iter()
        .zip(&texts)
        .map(|(block, text)| (block.kind, block.level, block.ordinal, text.as_str()))
        .collect();
    assert_eq!(found, expect);
    assert_eq!(document.provenance.text_view.as_deref(), Some("accepted"));
}

fn plain(body: &str, expect: &str) {
    check(Word::new(body), &[(Paragraph, None, None, expect)]);
}

#[test]
fn runs_make_one_text() {
    plain(
        &p("<w:tabs><w:tab w:pos=\"9\"/></w:tabs>", &(r("one ") + &r("&lt;two&gt; &#x1F331; ") + &r(" 3"))),
        "one <two> 🌱  3",
    );
    plain("<w:p><w:r><w:t> cut </w:t><w:t>off</w:t></w:r></w:p>", "cutoff");
    plain(
        "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t><w:softHyphen/><w:t>e</w:t><w:sym w:font=\"Wingdings\" w:char=\"2713\"/></w:r></w:p>",
        "a\tb\nc\u{2011}d\u{AD}e✓",
    );
    plain(
        "<w:p><w:hyperlink w:anchor=\"x\"><w:r><w:t>link</w:t></w:r></w:hyperlink><m:oMath><m:r><m:t>=x</m:t></m:r></m:oMath></w:p>",
        "link=x",
    );
    plain(
        "<w:p><w:ruby><w:rt><w:r><w:t>ka</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>蚊</w:t></w:r></w:rubyBase></w:ruby></w:p>",
        "蚊",
    );
    plain("<w:p><w:r><w:t><![CDATA[a & b]]></w:t></w:r></w:p><w:p/><w:p><w:r/></w:p>", "a & b");
    plain(
        "<w:sdt><w:sdtPr><w:alias w:val=\"t\"/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>x</w:t></w:r></w:p></w:sdtContent></w:sdt>",
        "x",
    );
}

#[test]
fn any_prefix_may_stand_for_the_vocabulary() {
    let strict = r#"<d:document xmlns:d="http://purl.oclc.org/ooxml/wordprocessingml/main"><d:body><d:p><d:r><d:t>yes</d:t><x:t xmlns:x="urn:x">no</x:t></d:r></d:p></d:body></d:document>"#;
    check(Word::new("").with("word/document.xml", strict), &[(Paragraph, None, None, "yes")]);
    let default = strict.replace("d:", "").replace("xmlns:d=", "xmlns=");
    check(Word::new("").with("word/document.xml", &default), &[(Paragraph, None, None, "yes")]);
    let utf16: Vec<u8> =
        [0xFEFF].into_iter().chain(strict.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let rels = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="x/officeDocument" Target="/Word/document2.xml"/></Relationships>"#;
    let bytes = crate::package::archive([("_rels/.rels", rels.as_bytes()), ("word/document2.xml", &utf16)]);
    assert_eq!(word(&bytes).unwrap().text, "yes");
}

#[test]
fn fields_show_their_results() {
    let field = |kind: &str| format!("<w:r><w:fldChar w:fldCharType=\"{kind}\"/></w:r>");
    let instruction = "<w:r><w:instrText> IF </w:instrText></w:r>";
    let inner = field("begin") + instruction + &field("separate") + &r("condition") + &field("end");
    let outer = field("begin") + instruction + &inner + &field("separate") + &r("result") + &field("end");
    plain(&p("", &(r("a ") + &outer + &r(" b"))), "a result b");
    plain(&p("", &format!("<w:fldSimple w:instr=\"PAGE\">{}</w:fldSimple>", r("7"))), "7");
}

#[test]
fn text_boxes_follow_their_paragraph_once() {
    let content =
        format!("<w:txbxContent>{}{}</w:txbxContent>", p("", &r("in the box")), p("", &r("second")));
    let body = format!(
        "<w:p>{}<w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing><wps:txbx>{content}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{content}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>{}</w:p>{}",
        r("before "),
        r("after"),
        p("", &r("next")),
    );
    let line = |text| (Paragraph, None, None, text);
    check(Word::new(&body), &[line("before after"), line("in the box"), line("second"), line("next")]);
}

#[test]
fn headings_are_told_by_outline_level_in_any_language() {
    let styles = r#"
        <w:style w:type="paragraph" w:default="1" w:styleId="Standard"><w:name w:val="Normal"/></w:style>
        <w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
        <w:style w:type="paragraph" w:styleId="Meine"><w:name w:val="Meine"/><w:basedOn w:val="berschrift2"/></w:style>
        <w:style w:type="paragraph" w:styleId="Kreis"><w:name w:val="a"/><w:basedOn w:val="Kreis"/></w:style>
        <w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>
        <w:style w:type="paragraph" w:styleId="Zitat"><w:name w:val="Quote"/></w:style>"#;
    let named = |id: &str, more: &str| p(&format!("<w:pStyle w:val=\"{id}\"/>{more}"), &r(id));
    let body = named("Titel", "")
        + &named("berschrift2", "")
        + &named("Meine", "")
        + &named("Meine", "<w:outlineLvl w:val=\"9\"/>")
        + &named("Kreis", "<w:outlineLvl w:val=\"8\"/>")
        + &named("Kreis", "<w:pPrChange><w:pPr><w:pStyle w:val=\"Titel\"/></w:pPr></w:pPrChange>")
        + &named("Zitat", "");
    check(
        Word::new(&body).related("styles", "w:styles", styles),
        &[
            (Heading, Some(1), None, "Titel"),
            (Heading, Some(2), None, "berschrift2"),
            (Heading, Some(2), None, "Meine"),
            (Paragraph, None, None, "Meine"),
            (Heading, Some(6), None, "Kreis"),
            (Paragraph, None, None, "Kreis"),
            (Quote, None, None, "Zitat"),
        ],
    );
}

#[test]
fn lists_are_counted() {
    let numbering = r#"
        <w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/></w:lvl>
            <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/></w:lvl></w:abstractNum>
        <w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>
        <w:abstractNum w:abstractNumId="2"><w:numStyleLink w:val="Liste"/></w:abstractNum>
        <w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
        <w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
        <w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
        <w:num w:numId="4"><w:abstractNumId w:val="2"/></w:num>"#;
    let styles = r#"<w:style w:type="numbering" w:styleId="Liste"><w:name w:val="L"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
        <w:style w:type="paragraph" w:styleId="Punkt"><w:name w:val="List Bullet"/><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>"#;
    let item = |list: u32, level: u32| {
        p(&format!("<w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{list}\"/></w:numPr>"), &r("x"))
    };
    let body = item(1, 0)
        + &item(1, 1)
        + &item(1, 1)
        + &item(1, 0)
        + &item(1, 1)
        + &item(2, 0)
        + &item(3, 0)
        + &item(3, 0)
        + &item(4, 0)
        + &item(0, 0)
        + &item(99, 0)
        + &p("<w:pStyle w:val=\"Punkt\"/>", &r("x"));
    let of = |level, ordinal| (ListItem, Some(level), ordinal, "x");
    check(
        Word::new(&body).related("numbering", "w:numbering", numbering).related("styles", "w:styles", styles),
        &[
            of(1, Some(3)),
            of(2, Some(1)),
            of(2, Some(2)),
            of(1, Some(4)),
            of(2, Some(1)),
            of(1, None),
            of(1, Some(1)),
            of(1, Some(2)),
            of(1, Some(3)),
            (Paragraph, None, None, "x"),
            of(1, None),
            of(1, None),
        ],
    );
}

#[test]
fn tables_keep_their_grid() {
    let cell = |inner: &str| format!("<w:tc><w:tcPr/>{inner}</w:tc>");
    let row = |cells: &str| format!("<w:tr><w:trPr/>{cells}</w:tr>");
    let table = |rows: &str| format!("<w:tbl><w:tblPr/><w:tblGrid/>{rows}</w:tbl>");
    let inner = table(&row(&(cell(&p("", &r("i1"))) + &cell(&p("", &r("i2"))))));
    let body = p("", &r("above"))
        + &table(
            &(row(&(cell(&p("", &r("Time"))) + &cell(&p("", &r("Do")))))
                + &row(&(cell(&(p("", &r("5")) + "<w:p/>" + &p("", &r("min")))) + &cell("<w:p/>")))
                + &row(&(cell(&(inner + &p("", &r("rest")))) + &cell(&p("", &r("last")))))),
        )
        + &p("", &r("below"));
    let document = word(&Word::new(&body).bytes()).unwrap();
    assert_eq!(document.text, "above\n\nTime\tDo\n5\nmin\t\n\n\ni1\ti2\n\nrest\tlast\n\nbelow");
    assert_eq!(document.blocks.iter().filter(|block| block.kind == TableCell).count(), 9);
}

#[test]
fn notes_follow_the_body_and_hidden_text_does_not() {
    let body = p(
        "",
        &(r("body")
            + "<w:r><w:footnoteReference w:id=\"2\"/></w:r><w:r><w:endnoteReference w:id=\"1\"/></w:r>"
            + "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:rPr><w:vanish w:val=\"0\"/></w:rPr><w:t xml:space=\"preserve\"> shown</w:t></w:r>"),
    );
    let note =
        |kind: &str, id: u32, text: &str| format!("<w:{kind} w:id=\"{id}\">{}</w:{kind}>", p("", &r(text)));
    let document = Word::new(&body)
        .related(
            "footnotes",
            "w:footnotes",
            &(note("footnote", 0, "separator") + &note("footnote", 2, "foot")),
        )
        .related("endnotes", "w:endnotes", &note("endnote", 1, "end"))
        .related("header", "w:hdr", &p("", &r("header")));
    let document = word(&document.bytes()).unwrap();
    assert_eq!(document.text, "body shown\n\nfoot\n\nend");
    assert_eq!(document.provenance.repairs[0].code, "hidden-text-left-out");
}
