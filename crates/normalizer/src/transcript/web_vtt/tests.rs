use super::*;
use crate::limits::CUES_MAX;
use proptest::prelude::*;

const CUE: &str = "00:00.000 --> 00:01.000";

fn read(bytes: &[u8]) -> Result<Spoken, NormalizeError> {
    WebVtt.read(&Candidate::new(Role::Captions, "text/vtt", bytes))
}

/// Blocks as `id|start-end|text`, `style|…`, `region|id` and `other|…`, lines joined by `/`.
fn check_blocks(file: &str, expect: &[&str]) {
    let input = Input::of(file.as_bytes());
    let (blocks, _) = Blocks::of(&input.text);
    let shown = blocks.map(|block| match block {
        Block::Cue(cue) => format!("{}|{}-{}|{}", cue.id, cue.start_ms, cue.end_ms, cue.text),
        Block::StyleSheet(text) => format!("style|{text}"),
        Block::Region(region) => format!("region|{}", region.id),
        Block::Other(text) => format!("other|{text}"),
    });
    let shown: Vec<_> = shown.map(|block| block.replace('\n', "/")).collect();
    assert_eq!(shown, expect, "{file:?}");
}

/// Segments as `start-end speaker: text`, and the repairs as `code note`.
fn check(file: &str, segments: &[&str], repairs: &[&str]) {
    let spoken = read(file.as_bytes()).unwrap();
    let shown = spoken.transcript.segments.iter().map(|segment| {
        let speaker = segment.speaker.as_ref().map_or(String::new(), |speaker| format!("{speaker}: "));
        format!("{}-{} {speaker}{}", segment.start_ms, segment.end_ms, segment.text.replace('\n', "/"))
    });
    assert_eq!(shown.collect::<Vec<_>>(), segments, "{file:?}");
    let notes = spoken.repairs.iter().map(|repair| format!("{} {}", repair.code, repair.note));
    assert_eq!(notes.collect::<Vec<_>>(), repairs, "{file:?}");
}

#[test]
fn the_header_is_skipped() {
    for header in [
        "WEBVTT\n\n",
        "WEBVTT - title\nKind: captions\n\n",
        "WEBVTT\t\n\n\n\n",
        "WEBVTT ",
        "WEBVTT\n",
        "WEBVTT\nREGION\nid:a\n\n",
        "WEBVTT --> x\n\n",
        "\u{FEFF}WEBVTT\r\n\r\n",
        "WEBVTT\nSTYLE\n::cue {}\n\n",
        "WEBVTT\r\r",
    ] {
        let separator = if header.ends_with(' ') { "\n\n" } else { "" };
        check_blocks(&format!("{header}{separator}{CUE}\nx"), &["|0-1000|x"]);
    }
    check_blocks("WEBVTT", &[]);
    check_blocks("WEBVTT\n", &[]);
    check_blocks("WEBVTT\n\n", &[]);
    check_blocks("WEBVTT\nheader", &[]);
    check_blocks(&format!("WEBVTT\n{CUE}\nx"), &["|0-1000|x"]);
    // The identifier belongs to the header.
    check_blocks(&format!("WEBVTT\nid\n{CUE}\nx"), &["|0-1000|x"]);
}

#[test]
fn other_beginnings_are_not_web_vtt() {
    for other in [
        "",
        "WEBVT",
        "WEBVTTX\n",
        "webvtt\n",
        "\nWEBVTT\n",
        " WEBVTT",
        "WEBVTT\u{A0}",
        "\u{FEFF}\u{FEFF}WEBVTT",
        "WEBVTT-\n",
        "1\n00:00:00,000 --> 00:00:01,000\nx\n",
    ] {
        assert!(read(other.as_bytes()).is_err(), "{other:?}");
    }
}

#[test]
fn lines_end_in_three_ways() {
    check_blocks(
        "WEBVTT\r\rcr\r00:00.000 --> 00:01.000\r1\r2\r\rlf\n00:00.000 --> 00:01.000\n1\n2\n\ncrlf\r\n00:00.000 --> 00:01.000\r\n1\r\n2\r\n\n\r00:00.000 --> 00:01.000\n\r1",
        &["cr|0-1000|1/2", "lf|0-1000|1/2", "crlf|0-1000|1/2", "|0-1000|", "other|1"],
    );
}

#[test]
fn cues_have_names_and_empty_texts() {
    check_blocks(
        &format!("WEBVTT\n\n a b \n{CUE}\nx\ny\n\n\n\n{CUE}\n\n{CUE}"),
        &[" a b |0-1000|x/y", "|0-1000|", "|0-1000|"],
    );
    check_blocks(&format!("WEBVTT\n\nNOTE\n{CUE}\nx"), &["NOTE|0-1000|x"]);
    check_blocks(&format!("WEBVTT\n\nSTYLE\n{CUE}\nx"), &["STYLE|0-1000|x"]);
    check_blocks(&format!("WEBVTT\n\none\ntwo\n{CUE}\nx"), &["other|one/two", "|0-1000|x"]);
}

#[test]
fn an_arrow_ends_a_block_without_a_blank_line() {
    check_blocks(&format!("WEBVTT\n\n{CUE}\none\n{CUE}\ntwo\n"), &["|0-1000|one", "|0-1000|two"]);
    check_blocks(&format!("WEBVTT\n\nid\n{CUE}\n{CUE}\nsecond\n"), &["id|0-1000|", "|0-1000|second"]);
    check_blocks(&format!("WEBVTT\n\n{CUE}\na --> b\nc"), &["|0-1000|", "other|c"]);
    check_blocks(
        &format!("WEBVTT\n\n-->\n{CUE}\n1\nfoo-->\n{CUE}\n2\n-->-->\n{CUE}\n3\n\n--\n>\n{CUE}"),
        &["other|", "|0-1000|1", "other|", "|0-1000|2", "other|", "|0-1000|3", "other|--/>", "|0-1000|"],
    );
    // The second line of a block may hold timings, but only if the first has no arrow.
    check_blocks(&format!("WEBVTT\n\nx --> y\n{CUE}\nz"), &["other|", "|0-1000|z"]);
    check_blocks(&format!("WEBVTT\n\nid\nx --> y\nz\n\n{CUE}"), &["other|id/x --> y/z", "|0-1000|"]);
}

#[test]
fn style_sheets_and_regions_stand_before_the_first_cue() {
    check_blocks(
        &format!(
            "WEBVTT\n\nSTYLE\n::cue {{}}\nb\n\nSTYLE \t\nx\n\nREGION\nid:a\nlines:2\n\nREGION\t\nid:b\n\n{CUE}\nx\n\nSTYLE\n::cue\n\nREGION\nid:c"
        ),
        &[
            "style|::cue {}/b",
            "style|x",
            "region|a",
            "region|b",
            "|0-1000|x",
            "other|STYLE/::cue",
            "other|REGION/id:c",
        ],
    );
    check_blocks(
        "WEBVTT\n\nSTYLE\n\nREGION\n\nSTYLEX\nx\n\nREGION:\nx",
        &["other|STYLE", "other|REGION", "other|STYLEX/x", "other|REGION:/x"],
    );
    check_blocks(
        &format!("WEBVTT\n\nSTYLE\na --> b\n\nSTYLE\n/* --\n> */\n{CUE}"),
        &["other|STYLE", "style|/* --/> */", "|0-1000|"],
    );
    // A cue without a time is none, so that what follows it is still read.
    check_blocks("WEBVTT\n\n00:00 --> 00:01\nx\n\nSTYLE\ny", &["other|x", "style|y"]);
}

#[test]
fn cues_know_their_region() {
    let file = format!("WEBVTT\n\nREGION\nid:a width:1%\n\nREGION\nid:a\nwidth:2%\n\n{CUE} region:a\nx");
    let (blocks, _) = Blocks::of(&file);
    let Some(Block::Cue(cue)) = blocks.last() else { panic!("the last block is a cue") };
    assert_eq!(cue.settings.region.map(|region| region.width), Some(2.0));
}

#[test]
fn malformed_cues_are_skipped_and_counted() {
    for line in [
        "00:00.000 --> 00:61.000",
        "00:60.000 --> 01:00.000",
        "0:00.000 --> 00:01.000",
        "00:00,000 --> 00:01,000",
        "00:00.00 --> 00:01.000",
        "--> 00:01.000",
        "00:00.000 -->",
        "00:00.000 -> 00:01.000",
    ] {
        check(
            &format!("WEBVTT\n\n{line}\nbad\n\n00:02.000 --> 00:03.000\ngood\n"),
            &["2000-3000 good"],
            &["malformed-skipped Skipped, as WebVTT asks, because it is no cue: blocks (1)."],
        );
    }
}

#[test]
fn what_is_no_speech_is_counted() {
    check(
        &format!(
            "WEBVTT\n\nSTYLE\nx\n\nREGION\nid:a\n\nNOTE\n\nNOTE one\nline\n\n1\n{CUE} region:a\n<i>a</i> <ruby>漢<rt>kan</rt></ruby><v.b C>d\n\nname\n{CUE} size:100%\n<lang fr>e"
        ),
        &["0-1000 a 漢", "0-1000 C: d", "0-1000 e"],
        &[
            "not-speech-left-out Left out because it is not speech: style sheets (1), regions (1), comments (2), names of cues (1), \
           cues with settings (1), tags and classes (2), readings of characters (1), passages in another language that were marked (1).",
        ],
    );
    check(
        "WEBVTT\n\nNOTEx\ny",
        &[],
        &["malformed-skipped Skipped, as WebVTT asks, because it is no cue: blocks (1)."],
    );
}

#[test]
fn voices_become_segments() {
    check(&format!("WEBVTT\n\n{CUE}\n<v Teacher>Open your books"), &["0-1000 Teacher: Open your books"], &[]);
    check(
        &format!("WEBVTT\n\n{CUE}\n<v  The   teacher >Quiet</v>\nbell"),
        &["0-1000 The teacher: Quiet", "0-1000 bell"],
        &[],
    );
    check(
        &format!("WEBVTT\n\n{CUE}\n<v A>- Yes?</v>\n<v B>- I &lt;know!</v>"),
        &["0-1000 A: - Yes?", "0-1000 B: - I <know!"],
        &[],
    );
    check(
        &format!("WEBVTT\n\n{CUE}\n<v A>a<v B>b</v>c<v>d"),
        &["0-1000 A: a", "0-1000 B: b", "0-1000 A: cd"],
        &[],
    );
    check(&format!("WEBVTT\n\n{CUE}\n<v A>\n\n{CUE}\n \t \n\n{CUE}\n&lrm;a"), &["0-1000 \u{200E}a"], &[]);
    let (long, kept) = ("n".repeat(5_000), "n".repeat(100));
    check(
        &format!("WEBVTT\n\n{CUE}\n<v {long}>x\n\n{CUE}\n<v &lt;{long}>x"),
        &[&format!("0-1000 {kept}: x"), &format!("0-1000 <{}: x", &kept[1..])],
        &[],
    );
}

#[test]
fn deep_voices_are_those_of_the_deepest_that_is_followed() {
    let file = format!("WEBVTT\n\n{CUE}\n<v A>{}b{}c</v>d", "<v B>".repeat(100_000), "</v>".repeat(100_000));
    check(&file, &["0-1000 B: b", "0-1000 A: c", "0-1000 d"], &[]);
}

#[test]
fn times_inside_cues_are_those_of_words() {
    let words = |cue: &str| {
        let spoken = read(format!("WEBVTT\n\n00:01.000 --> 00:04.000\n{cue}").as_bytes()).unwrap();
        let words = spoken.transcript.segments.into_iter().flat_map(|segment| segment.words);
        let words = words.map(|word| format!("{} {}-{}", word.text, word.start_ms, word.end_ms));
        (
            words.collect::<Vec<_>>().join(", "),
            spoken.repairs.iter().any(|repair| repair.code == "word-times-left-out"),
        )
    };
    let check = |cue: &str, expect: &str, disordered| {
        assert_eq!(words(cue), (expect.to_owned(), disordered), "{cue}");
    };
    check("no times", "", false);
    check(
        "good<00:02.000><c> morning</c><00:00:03.000><c> class</c>",
        "good 1000-2000, morning 2000-3000, class 3000-4000",
        false,
    );
    check("<00:01.000>Twin<00:01.500>kle <00:02.000>star", "Twinkle 1000-2000, star 2000-4000", false);
    check("<00:02.000>two words<00:04.000>", "two words 2000-4000", false);
    check("<v A>a <00:02.000>b<v B>c", "a 1000-2000, b 2000-4000, c 2000-4000", false);
    check("a <00:03.000>b <00:02.000>c", "", true);
    check("a <00:00.500>b", "", true);
    check("a <00:05.000>b", "", true);
    check("a <00:02.000 >b <1>c", "", false);
}

#[test]
fn the_language_comes_from_the_header_or_from_all_of_the_text() {
    let language = |file: &str| read(file.as_bytes()).unwrap().transcript.language;
    let check = |file: &str, expect: Option<&str>| assert_eq!(language(file).as_deref(), expect, "{file}");
    check("WEBVTT\nKind: captions\nLanguage: en-GB\n\n", Some("en-GB"));
    check(&format!("WEBVTT\n\n{CUE}\n<lang fr>a</lang> <lang fr>b"), Some("fr"));
    check(&format!("WEBVTT\n\n{CUE}\n<lang fr>a</lang> b"), None);
    check(&format!("WEBVTT\nLanguage: en\n\n{CUE}\n<lang fr>a</lang> b"), Some("en"));
    check(&format!("WEBVTT\nLanguage: no tag at all\n\n{CUE}\na"), None);
    check(&format!("WEBVTT\n\n{CUE}\na\nLanguage: en"), None);
}

#[test]
fn broken_characters_are_replaced_and_counted() {
    let spoken = read(b"WEBVTT\n\n00:00.000 --> 00:01.000\na\xFFb\0c\xEF\xBF\xBD\n").unwrap();
    assert_eq!(spoken.transcript.segments[0].text, "a\u{FFFD}b\u{FFFD}c\u{FFFD}");
    assert_eq!(spoken.replaced_characters, 1);
}

#[test]
fn too_many_cues_and_regions_are_refused() {
    let fault = |file: &str| read(file.as_bytes()).map(|_| ()).map_err(|error| error.fault);
    let cues = |count| format!("WEBVTT\n\n{}", format!("{CUE}\nx\n").repeat(count));
    assert_eq!(fault(&cues(CUES_MAX)), Ok(()));
    assert_eq!(fault(&cues(CUES_MAX + 1)), Err(Fault::TooMany { what: "cues", most: CUES_MAX }));
    let regions = format!("WEBVTT\n\n{}", "REGION\nid:a\n\n".repeat(REGIONS_MAX + 1));
    assert_eq!(fault(&regions), Err(Fault::TooMany { what: "regions", most: REGIONS_MAX }));
}

fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "00:01.000 --> 00:02.000",
        "00:01.000 --> 00:02.000 region:a line:1,end",
        "-->",
        "\n",
        "\n\n",
        "\r",
        "STYLE",
        "REGION",
        "id:a",
        "NOTE x",
        "words",
        "<v A>",
        "</v>",
        "<ruby>",
        "<rt>",
        "</ruby>",
        "<lang x>",
        "</lang>",
        "<00:01.500>",
        "<",
        ">",
        "&",
        "&amp;",
        "&#0;",
        "\0",
        "é",
        ".c",
    ])
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(tail in proptest::collection::vec(any::<u8>(), 0..300)) {
        let bytes = [b"WEBVTT\n".as_slice(), &tail].concat();
        prop_assert!(read(&bytes).is_ok());
    }

    #[test]
    fn any_arrangement_of_pieces_is_read(pieces in proptest::collection::vec(piece(), 0..60)) {
        let spoken = read(format!("WEBVTT\n{}", pieces.concat()).as_bytes()).unwrap();
        for segment in &spoken.transcript.segments {
            prop_assert_eq!((segment.start_ms, segment.end_ms), (1_000, 2_000));
            prop_assert!(!segment.text.trim().is_empty());
            prop_assert!(segment.words.is_sorted_by_key(|word| word.start_ms));
        }
    }
}

#[test]
fn a_comment_says_why_nothing_is_said() {
    let note = |file: &str| read(file.as_bytes()).unwrap().transcript.note;
    assert_eq!(note("WEBVTT\n\nNOTE\n\nNOTE no speech was found\n"), Some("no speech was found".to_owned()));
    assert_eq!(note("WEBVTT\n\nNOTE\n"), None);
    assert_eq!(note("WEBVTT"), None);
    assert_eq!(note("WEBVTT\n\nNOTE made by hand\n\n00:00.000 --> 00:01.000\nx"), None);
    assert_eq!(note(&format!("WEBVTT\n\nNOTE {}", "é".repeat(9_999))).unwrap().chars().count(), 300);
}
