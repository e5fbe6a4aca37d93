use super::*;
use crate::{Fault, Role, limits::CUES_MAX};
use proptest::prelude::*;

fn read(file: &str) -> Result<Spoken, NormalizeError> {
    Ttml.read(&Candidate::new(Role::Captions, "application/ttml+xml", file.as_bytes()))
}

fn document(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<tt xmlns=\"http://www.w3.org/ns/ttml\" xmlns:ttm=\"http://www.w3.org/ns/ttml#metadata\" \
         xmlns:tts=\"http://www.w3.org/ns/ttml#styling\" xmlns:ttp=\"http://www.w3.org/ns/ttml#parameter\" ttp:frameRate=\"25\" xml:lang=\"en\">\
         <head><metadata><ttm:title>No speech</ttm:title><ttm:agent xml:id=\"t\" type=\"person\"><ttm:name type=\"alias\">T</ttm:name>\
         <ttm:name type=\"full\">Teacher</ttm:name></ttm:agent></metadata></head>{body}</tt>"
    )
}

/// Segments as `start-end speaker: text`, lines joined by `/`, and the repairs as `code counts`.
fn check(file: &str, segments: &[&str], repairs: &[&str]) {
    let spoken = read(file).unwrap();
    let shown = spoken.transcript.segments.iter().map(|segment| {
        let speaker = segment.speaker.as_ref().map_or(String::new(), |speaker| format!("{speaker}: "));
        format!("{}-{} {speaker}{}", segment.start_ms, segment.end_ms, segment.text.replace('\n', "/"))
    });
    assert_eq!(shown.collect::<Vec<_>>(), segments, "{file}");
    let told = spoken.repairs.iter().map(|repair| {
        let counts = repair.note.split_once(": ").map_or("", |(_, counts)| counts.trim_end_matches('.'));
        format!("{} {counts}", repair.code)
    });
    assert_eq!(told.collect::<Vec<_>>(), repairs, "{file}");
}

fn fault(file: &str) -> Fault {
    read(file).expect_err(file).fault
}

#[test]
fn paragraphs_are_read_with_their_times() {
    check(
        &document(
            "<body begin='10s'><div begin='1s'>\n<p begin='00:00:01' end='00:00:02:05'>Good <span tts:color='red'>morning</span>,<br/>\n class!</p>\n\
             <p begin='500ms' dur='1s'>x &amp; &#121;<!-- no --> <![CDATA[<z>]]></p></div></body>",
        ),
        &["11500-12500 x & y <z>", "12000-13200 Good morning,/class!"],
        &["cues-sorted "],
    );
}

#[test]
fn sequences_and_bounds_are_those_of_the_parent() {
    check(
        &document(
            "<body end='10s'><div timeContainer='seq'><p dur='2s'>a</p><p begin='1s' dur='2s'>b</p></div><div><p begin='8s'>c</p><p begin='10s'>d</p></div></body>",
        ),
        &["0-2000 a", "3000-5000 b", "8000-10000 c"],
        &["malformed-skipped texts that are never shown (1)"],
    );
    check(
        &document("<body><div><p begin='1s'>a</p><p begin='3s'>b</p><p begin='3s'>c</p></div></body>"),
        &["1000-3000 a", "3000-3000 b", "3000-3000 c"],
        &["cue-ends-assumed cues (3)"],
    );
    check(&document("<body><div><p begin='3s' end='2s'>a</p></div></body>"), &["3000-2000 a"], &[]);
}

#[test]
fn spans_with_times_are_words() {
    let spoken = read(&document(
        "<body><div><p><span begin='1s' end='2s'>one</span> <span begin='2s' end='4s'>two</span></p><p><span begin='5s' end='6s'>a whole line</span></p></div></body>",
    ))
    .unwrap();
    let [first, second] = &spoken.transcript.segments[..] else { panic!("two segments") };
    assert_eq!((first.start_ms, first.end_ms, first.text.as_str()), (1_000, 4_000, "one two"));
    let words: Vec<_> =
        first.words.iter().map(|word| (word.text.as_str(), word.start_ms, word.end_ms)).collect();
    assert_eq!(words, [("one", 1_000, 2_000), ("two", 2_000, 4_000)]);
    assert_eq!((second.start_ms, second.end_ms, second.words.len()), (5_000, 6_000, 0));
}

#[test]
fn agents_are_speakers() {
    check(
        &document(
            "<body><div><p end='1s' ttm:agent='t'>a</p><p begin='1s' end='2s'><span ttm:agent='t'>- b</span><br/><span ttm:agent='pupil'>- c</span></p></div>\
                   <div ttm:agent='t pupil'><p begin='2s' end='3s'>d</p></div></body>",
        ),
        &[
            "0-1000 Teacher: a",
            "1000-2000 Teacher: - b",
            "1000-2000 pupil: - c",
            "2000-3000 Teacher, pupil: d",
        ],
        &[],
    );
}

#[test]
fn names_may_have_any_prefix_or_an_older_namespace() {
    let paragraph = "begin=\"1s\" end=\"2s\"";
    for file in [
        format!(
            "<tt:tt xmlns:tt=\"http://www.w3.org/ns/ttml\"><tt:body><tt:div><tt:p {paragraph}>a</tt:p></tt:div></tt:body></tt:tt>"
        ),
        format!(
            "<x:tt xmlns:x='http://www.w3.org/2006/10/ttaf1'><x:body><x:p {paragraph}>a</x:p></x:body></x:tt>"
        ),
        format!("<tt xmlns='http://www.w3.org/2006/04/ttaf1'><body><p {paragraph}>a</p></body></tt>"),
        format!("<tt><body><p {paragraph}>a</p></body></tt>"),
        format!(
            "<tt xmlns='http://www.w3.org/ns/ttml' xmlns:o='urn:other'><body><o:p>b</o:p><p o:begin='x' {paragraph}>a<o:x>c</o:x></p></body></tt>"
        ),
        "<tt ttp:tickRate='1000' xmlns='http://www.w3.org/ns/ttml'><body><p begin='1000t' end='2000t'>a</p></body></tt>".to_owned(),
    ] {
        assert!(Ttml.recognises(&Candidate::new(Role::Captions, "text/xml", file.as_bytes())), "{file}");
        check(&file, &["1000-2000 a"], &[]);
    }
}

#[test]
fn other_files_are_not_taken() {
    for other in [
        "",
        "x",
        "<html><tt/></html>",
        "<tt xmlns='urn:other'/>",
        "<TT/>",
        "<!-- <tt> -->",
        "<tt",
        "{\"tt\":1}",
    ] {
        assert!(!Ttml.recognises(&Candidate::new(Role::Captions, "text/xml", other.as_bytes())), "{other}");
    }
    let long = document(&format!("<body><p>{}</p></body>", "x".repeat(200_000)));
    assert!(Ttml.recognises(&Candidate::new(Role::Captions, "text/xml", long.as_bytes())));
}

#[test]
fn white_space_and_languages_are_inherited() {
    check(
        &document(
            "<body><p end='1s' xml:space='preserve'>a\r\n  b</p><p begin='1s' end='2s' xml:space='default'> c\n  d </p></body>",
        ),
        &["0-1000 a/  b", "1000-2000 c d"],
        &[],
    );
    let language = |body: &str| read(&document(body)).unwrap().transcript.language;
    assert_eq!(language("<body><p end='1s'>a</p></body>").as_deref(), Some("en"));
    assert_eq!(language("<body xml:lang='fr'><p end='1s'>a</p></body>").as_deref(), Some("fr"));
    assert_eq!(
        language("<body><p end='1s'>a <span xml:lang='fr'>b</span></p></body>").as_deref(),
        Some("en")
    );
    check(
        &document("<body><p end='1s'>a <span xml:lang='fr'>b</span></p></body>"),
        &["0-1000 a b"],
        &["not-speech-left-out passages in another language that were marked (1)"],
    );
}

#[test]
fn what_is_no_speech_is_left_out_and_counted() {
    check(
        &document(
            "<head><styling><style/></styling><layout><region><style/></region></layout></head><body>stray<div><metadata>m</metadata>\
                   <p end='1s'><metadata><p>n</p></metadata>a<set begin='x' tts:color='red'/><span tts:ruby='container'><span tts:ruby='base'>漢</span><span tts:ruby='text'>kan</span></span></p></div></body>",
        ),
        &["0-1000 a漢"],
        &[
            "not-speech-left-out styles (2), regions (1), animations (1), readings of characters (1)",
            "malformed-skipped texts outside of paragraphs (1)",
        ],
    );
}

#[test]
fn what_is_not_read_has_a_fault_of_its_own() {
    let unsupported = |what| Fault::Unsupported { format: "TTML", what };
    let bomb = "<!DOCTYPE tt [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><tt xmlns='http://www.w3.org/ns/ttml'><body><p>&b;</p></body></tt>";
    assert!(Ttml.recognises(&Candidate::new(Role::Captions, "text/xml", bomb.as_bytes())));
    assert_eq!(fault(bomb), unsupported("a document type declaration"));
    for base in ["smpte", "clock"] {
        let file = document("").replace("ttp:frameRate", &format!("ttp:timeBase='{base}' ttp:frameRate"));
        assert_eq!(fault(&file), unsupported("a time base other than that of the media"));
    }
    assert_eq!(fault(&document("<body begin='wallclock(\"12:00\")'/>")), unsupported("times of day"));
}

#[test]
fn malformed_files_are_refused_with_the_place() {
    for file in [
        document("<body><p end='1s'>&nbsp;</p></body>"),
        document("<body><p end='1s'>a & b</p></body>"),
        document("<body><p end='1s'>&#0;</p></body>"),
        document("<body><p end='x'>a</p></body>"),
        document("<body><p end='1s>a</p></body>"),
        document("<body><p end='&lol;'>a</p></body>"),
        document("<body><p>a</div></body>"),
        document("").replace("25", "none"),
        document("").replace("</tt>", ""),
        document("") + "<tt/>",
        "<tt".to_owned(),
        String::new(),
    ] {
        let error = read(&file).expect_err(&file);
        assert!(matches!(error.fault, Fault::Malformed { format: "TTML", .. }), "{file}: {error}");
        assert!(error.place.starts_with("captions/byte "), "{error}");
    }
}

#[test]
fn depth_width_and_number_are_bounded() {
    let deep = "<div>".repeat(100_000);
    assert_eq!(fault(&document(&deep)), Fault::TooMany { what: "levels of elements", most: 64 });
    let declared = " xmlns:n='urn:n'".repeat(100);
    assert_eq!(
        fault(&document(&format!("<body{declared}/>"))),
        Fault::TooMany { what: "declared namespaces", most: 64 }
    );
    let paragraphs =
        |count| document(&format!("<body end='1s'>{}</body>", "<p begin='0.0s'>x</p>".repeat(count)));
    assert_eq!(read(&paragraphs(CUES_MAX)).unwrap().transcript.segments.len(), CUES_MAX);
    assert_eq!(fault(&paragraphs(CUES_MAX + 1)), Fault::TooMany { what: "cues", most: CUES_MAX });
}

#[test]
fn the_declaration_names_the_character_set() {
    let text = |bytes: &[u8]| {
        let file = Candidate::new(Role::Captions, "application/ttml+xml", bytes);
        assert!(Ttml.recognises(&file));
        let spoken = Ttml.read(&file).unwrap();
        (spoken.transcript.segments[0].text.clone(), spoken.repairs.len())
    };
    let with = |declaration: &str| format!("{declaration}<tt><body end='1s'><p>é</p></body></tt>");
    let latin = |file: String| file.chars().map(|c| c as u8).collect::<Vec<_>>();
    assert_eq!(text(&latin(with("<?xml version='1.0' encoding = 'ISO-8859-1'?>"))), ("é".to_owned(), 0));
    assert_eq!(text(&latin(with("<?xml version='1.0'?>"))), ("é".to_owned(), 1));
    assert_eq!(text(with("<?xml version='1.0' encoding='utf-16'?>").as_bytes()), ("é".to_owned(), 0));
    let utf16 = with("\u{FEFF}<?xml version='1.0' encoding='utf-16'?>")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect::<Vec<_>>();
    assert_eq!(text(&utf16), ("é".to_owned(), 0));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for bytes in [bytes.clone(), [b"<tt><body><p>".as_slice(), &bytes].concat()] {
            let file = Candidate::new(Role::Captions, "text/xml", &bytes);
            let _ = Ttml.recognises(&file);
            let _ = Ttml.read(&file);
        }
    }

    #[test]
    fn any_arrangement_of_pieces_is_read_or_refused(pieces in proptest::collection::vec(prop::sample::select(vec![
        "<div>", "</div>", "<div timeContainer='seq'>", "<p begin='1s'>", "<p dur='2s'>", "<p begin='18446744073s' dur='18446744073s'>", "</p>",
        "<span begin='1s' end='2s'>", "<span>", "</span>", "<br/>", "words", " ", "\n", "&amp;", "&#x10FFFF;", "<set/>", "<metadata>", "</metadata>",
    ]), 0..30)) {
        if let Ok(spoken) = read(&document(&format!("<body>{}</body>", pieces.concat()))) {
            let segments = &spoken.transcript.segments;
            prop_assert!(segments.is_sorted_by_key(|segment| segment.start_ms));
            prop_assert!(segments.iter().all(|segment| segment.start_ms <= segment.end_ms && !segment.text.trim().is_empty()));
        }
    }
}
