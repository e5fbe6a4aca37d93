use crate::{
    NOTHING_FOUND,
    package::{DOCX, Word, p, r},
    plan, told, word,
};

fn ins(inner: &str) -> String {
    format!("<w:ins w:id=\"1\" w:author=\"A\">{inner}</w:ins>")
}

fn del(text: &str) -> String {
    format!(
        "<w:del w:id=\"2\" w:author=\"A\"><w:r><w:delText xml:space=\"preserve\">{text}</w:delText></w:r></w:del>"
    )
}

fn check(body: &str, text: &str, expect: &[(&str, Option<&str>, &str)]) {
    let document = word(&Word::new(body).bytes()).expect("the document is sound");
    assert_eq!(document.text, text);
    assert_eq!(document.annotations.iter().map(told).collect::<Vec<_>>(), expect);
}

#[test]
fn insertions_cover_their_text_and_deletions_are_points() {
    check(
        &p("", &(r("The ") + &del("old ") + &ins(&r("ne")) + &ins(&(r("w") + &del("er"))) + &r(" plan"))),
        "The new plan",
        &[
            ("deletion", Some(""), "Deleted: “old ”"),
            ("insertion", Some("new"), "Inserted."),
            ("deletion", Some(""), "Deleted: “er”"),
        ],
    );
    let other = ins(&r("b")).replace("\"A\"", "\"B\"");
    check(
        &p("", &(ins(&r("a")) + &other)),
        "ab",
        &[("insertion", Some("a"), "Inserted."), ("insertion", Some("b"), "Inserted.")],
    );
    let long = "x".repeat(500);
    let document = word(&Word::new(&p("", &(r("a") + &del(&long) + &del(&long)))).bytes()).unwrap();
    assert_eq!(document.annotations.len(), 1);
    assert!(document.annotations[0].message.ends_with("” and 800 more characters"));
}

#[test]
fn changes_run_through_the_ends_of_paragraphs() {
    check(
        &(p("<w:rPr><w:ins w:id=\"3\" w:author=\"A\"/></w:rPr>", &(r("one ") + &ins(&r("two"))))
            + &p("", &(ins(&r("three")) + &r(" four")))),
        "one two\n\nthree four",
        &[("insertion", Some("two\n\nthree"), "Inserted.")],
    );
    let removed = "<w:rPr><w:del w:id=\"3\" w:author=\"A\"/></w:rPr>";
    check(
        &(p(removed, &(r("one ") + &del("two"))) + &p("", &(del("three ") + &r("four")))),
        "one four",
        &[("deletion", Some(""), "Deleted: “two\nthree ”")],
    );
    check(
        &(p(removed, &del("all of it")) + &p(removed, &r("last"))),
        "last",
        &[
            ("deletion", Some(""), "Deleted: “all of it\n”"),
            ("deletion", Some(""), "Deleted: the end of a paragraph."),
        ],
    );
}

#[test]
fn moves_are_told_at_both_ends() {
    let from = "<w:moveFromRangeStart w:id=\"1\" w:name=\"m\"/><w:moveFrom w:id=\"2\" w:author=\"A\"><w:r><w:t>this</w:t></w:r></w:moveFrom><w:moveFromRangeEnd w:id=\"1\"/>";
    let to = "<w:moveTo w:id=\"4\" w:author=\"A\"><w:r><w:t>this</w:t></w:r></w:moveTo>";
    check(
        &(p("", &(from.to_owned() + &r("a"))) + &p("", &(r("b ") + to))),
        "a\n\nb this",
        &[("move", Some(""), "Moved away: “this”"), ("move", Some("this"), "Moved here.")],
    );
}

#[test]
fn rows_and_cells_are_removed_and_put_in() {
    let cell =
        |properties: &str, inner: &str| format!("<w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc>", p("", inner));
    let row = |properties: &str, cells: &str| format!("<w:tr><w:trPr>{properties}</w:trPr>{cells}</w:tr>");
    let body = format!(
        "<w:tbl>{}{}{}</w:tbl>",
        row(
            "",
            &(cell("", &r("a"))
                + &cell("<w:cellDel w:id=\"1\" w:author=\"A\"/>", &r("gone"))
                + &cell("", &r("b")))
        ),
        row("<w:del w:id=\"2\" w:author=\"A\"/>", &(cell("", &del("c")) + &cell("", &r("d")))),
        row("<w:ins w:id=\"3\" w:author=\"A\"/>", &cell("", &r("e"))),
    );
    check(
        &body,
        "a\tb\ne",
        &[
            ("deletion", Some(""), "Deleted: “gone”"),
            ("deletion", Some(""), "Deleted: “c”"),
            ("deletion", Some(""), "Deleted: “d”"),
            ("insertion", Some("e"), "Inserted."),
        ],
    );
}

fn commented() -> Word {
    let comment = |id: u32, paragraph: &str, text: &str| {
        format!(
            "<w:comment w:id=\"{id}\" w:author=\"A\" w:initials=\"A\"><w:p w14:paraId=\"{paragraph}\"><w:r><w:annotationRef/></w:r>{}</w:p></w:comment>",
            r(text)
        )
    };
    let (start, end, reference) = (
        |id: u32| format!("<w:commentRangeStart w:id=\"{id}\"/>"),
        |id: u32| format!("<w:commentRangeEnd w:id=\"{id}\"/>"),
        |id: u32| format!("<w:r><w:commentReference w:id=\"{id}\"/></w:r>"),
    );
    let body = p(
        "",
        &(r("The ") + &start(0) + &r("first 🌱") + &end(0) + &reference(0) + &reference(1) + &r(" line")),
    ) + &start(2)
        + &p("", &r("second"))
        + &p("", &(r("third") + &reference(9)))
        + &end(2)
        + &p("", &r("fourth"));
    Word::new(&body)
        .related(
            "comments",
            "w:comments",
            &(comment(0, "AA", "why?") + &comment(1, "AB", "here") + &comment(2, "AC", "two lines") + &comment(3, "AD", "because") + &comment(4, "AE", "")),
        )
        .related(
            "commentsExtended",
            "w15:commentsEx",
            "<w15:commentEx w15:paraId=\"AA\" w15:done=\"1\"/><w15:commentEx w15:paraId=\"AD\" w15:paraIdParent=\"AA\" w15:done=\"0\"/>",
        )
}

const COMMENTS: [(&str, Option<&str>, &str); 5] = [
    ("comment", Some("first 🌱"), "why? (resolved)"),
    ("comment", Some("first 🌱"), "Reply: because"),
    ("comment", Some(""), "here"),
    ("comment", Some("second\n\nthird"), "two lines"),
    ("comment", None, "A comment without text."),
];

#[test]
fn comments_hang_where_their_marks_are() {
    let document = word(&commented().bytes()).unwrap();
    assert_eq!(document.annotations.iter().map(told).collect::<Vec<_>>(), COMMENTS);
    assert_eq!(document.provenance.repairs[0].code, "comments-missing");
    let written = serde_json::to_string(&document).unwrap();
    assert!(!written.contains("\"A\""), "nobody's name is carried");
}

#[test]
fn one_document_in_both_roles_says_everything_once() {
    let bytes = commented().bytes();
    let document = plan((DOCX, &bytes), (DOCX, &bytes)).unwrap();
    assert_eq!(document.annotations.iter().map(told).collect::<Vec<_>>(), COMMENTS);
    assert_eq!(document.provenance.adapter, "docx, docx");
    let plain = word(&Word::new(&p("", &r("x"))).bytes()).unwrap();
    assert!(plain.annotations.is_empty());
}

#[test]
fn annotations_of_a_document_find_their_places_in_another_form_of_the_text() {
    let markdown = "# *Added* title\n\nThe first 🌱 line\n\nsecond\n\nthird\n\nfourth";
    let document = plan(("text/markdown", markdown.as_bytes()), (DOCX, &commented().bytes())).unwrap();
    let told: Vec<_> = document.annotations.iter().map(told).collect();
    assert!(told.contains(&("comment", Some("second\n\nthird"), "two lines")), "{told:?}");
    let changed = Word::new(&p("", &(r("one ") + &del("two") + &ins(&r("three ")) + &r("four")))).bytes();
    let document = plan(("text/plain", b"First: one three four"), (DOCX, &changed)).unwrap();
    let told: Vec<_> = document.annotations.iter().map(crate::told).collect();
    assert_eq!(told, [("deletion", Some(""), "Deleted: “two”"), ("insertion", Some("three "), "Inserted.")]);
}

#[test]
fn findings_of_others_join_those_of_the_document() {
    let bytes = Word::new(&p("", &(ins(&r("teh")) + &r(" cat")))).bytes();
    let found = br#"{"matches":[{"message":"m","offset":0,"length":3,"replacements":[{"value":"the"}],"context":{"text":"teh cat","offset":0,"length":3}}]}"#;
    let document = plan((DOCX, &bytes), ("application/json", found)).unwrap();
    let ids: Vec<_> = document.annotations.iter().map(|annotation| annotation.id.as_str()).collect();
    assert_eq!(ids, ["a1", "a2"]);
    assert!(document.annotations.iter().all(|annotation| told(annotation).1 == Some("teh")));
    assert_ne!(NOTHING_FOUND, found);
}

#[test]
fn a_plan_as_word_writes_it() {
    let bytes = include_bytes!("../fixtures/plan.docx");
    let document = plan((DOCX, bytes), (DOCX, bytes)).unwrap();
    insta::assert_json_snapshot!(document);
}
