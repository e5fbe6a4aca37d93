use super::*;
use crate::{
    Role, adapter,
    candidate::Candidate,
    schema::Word,
    transcript::{self, Spoken},
};
use proptest::prelude::*;

fn segment(start_ms: u64, end_ms: u64, speaker: Option<&str>, text: &str) -> Segment {
    Segment {
        id: "s".to_owned(),
        start_ms,
        end_ms,
        speaker: speaker.map(str::to_owned),
        text: text.to_owned(),
        confidence: None,
        words: Vec::new(),
    }
}

fn check(segments: &[Segment], expect: &str) {
    let transcript = Transcript { segments: segments.to_vec(), ..Transcript::default() };
    assert_eq!(web_vtt(&transcript), format!("WEBVTT\n{expect}"));
}

#[test]
fn what_fits_stays_as_it_is() {
    check(
        &[
            segment(0, 1_500, Some("Teacher"), "Good morning."),
            segment(2_000, 4_000, None, "- Yes?\r\n- I know!"),
            segment(3_723_004, 3_724_000, None, "1 < 2 & 3 > 2"),
        ],
        "\n00:00:00.000 --> 00:00:01.500\n<v Teacher>Good morning.\n\n\
         00:00:02.000 --> 00:00:04.000\n- Yes?\n- I know!\n\n\
         01:02:03.004 --> 01:02:04.004\n1 &lt; 2 &amp; 3 &gt; 2\n",
    );
    check(&[segment(0, 1_500, Some("A --"), "No arrow")], "\n00:00:00.000 --> 00:00:01.500\n<v A>No arrow\n");
    check(&[], "");
    check(&[segment(0, 1, None, " \n "), segment(0, 1, Some("A"), "")], "");
}

#[test]
fn text_cannot_end_a_cue_or_begin_another() {
    check(
        &[
            segment(5, 5, Some("a>b\n\nc"), "x\r\n\r\n00:00 --> 00:01"),
            segment(9_000, 8_000, Some(" \n"), "\0<script>y"),
        ],
        "\n00:00:00.005 --> 00:00:01.005\n<v a&gt;b c>x\n00:00 --&gt; 00:01\n\n\
         00:00:09.000 --> 00:00:10.000\n\u{FFFD}&lt;script&gt;y\n",
    );
}

#[test]
fn short_cues_linger_and_long_ones_leave() {
    check(
        &[
            segment(0, 200, None, "Yes"),
            segment(600, 800, Some("B"), "No"),
            segment(5_000, 60_000, None, "Silence"),
        ],
        "\n00:00:00.000 --> 00:00:00.600\nYes\n\n00:00:00.600 --> 00:00:01.600\n<v B>No\n\n\
         00:00:05.000 --> 00:00:12.000\nSilence\n",
    );
    check(
        &[segment(0, 300, Some("A"), "Okay."), segment(350, 1_500, Some("A"), "Open your books.")],
        "\n00:00:00.000 --> 00:00:01.500\n<v A>Okay.\nOpen your books.\n",
    );
    let long = "It takes a while to read a line of this length";
    check(
        &[segment(0, 500, None, long), segment(10_000, 10_500, None, "x")],
        "\n00:00:00.000 --> 00:00:02.250\nIt takes a while to read\na line of this length\n\n00:00:10.000 --> 00:00:11.000\nx\n",
    );
}

#[test]
fn long_segments_are_cut_at_good_places() {
    let text = "The sun stands low in the morning, so the shadows are long. At noon it stands high, and they are short.";
    check(
        &[segment(0, 10_000, Some("A"), text)],
        "\n00:00:00.000 --> 00:00:05.728\n<v A>The sun stands low in the morning,\nso the shadows are long.\n\n\
         00:00:05.825 --> 00:00:10.000\n<v A>At noon it stands high,\nand they are short.\n",
    );
    let mut spoken = segment(0, 20_000, None, "So ... we wait");
    let times = [("So", 0, 500), ("...", 500, 600), ("we", 15_000, 15_500), ("wait", 15_500, 20_000)];
    spoken.words = times
        .map(|(text, start_ms, end_ms)| Word { text: text.to_owned(), start_ms, end_ms, confidence: None })
        .to_vec();
    check(&[spoken], "\n00:00:00.000 --> 00:00:01.000\nSo ...\n\n00:00:15.000 --> 00:00:20.000\nwe wait\n");
    check(
        &[segment(0, 6_000, None, &"光は速いです。".repeat(8))],
        "\n00:00:00.000 --> 00:00:03.000\n光は速いです。光は速いです。\n光は速いです。光は速いです。\n\n\
         00:00:03.000 --> 00:00:06.000\n光は速いです。光は速いです。\n光は速いです。光は速いです。\n",
    );
}

#[test]
fn a_segment_without_end_is_cut_in_little_time() {
    let text = "word ".repeat(50_000);
    let written =
        web_vtt(&Transcript { segments: vec![segment(0, 1, None, &text)], ..Transcript::default() });
    assert_valid(&written);
    let letters = web_vtt(&Transcript {
        segments: vec![segment(0, 1, None, &"a".repeat(200_000))],
        ..Transcript::default()
    });
    assert_valid(&letters);
}

/// The rules of a WebVTT file, and of captions that people can read.
fn assert_valid(written: &str) {
    let body = written.strip_prefix("WEBVTT\n").expect("begins with its name");
    let mut before_ms = 0;
    for block in
        body.split("\n\n").map(|block| block.trim_start_matches('\n')).filter(|block| !block.is_empty())
    {
        let mut lines = block.lines();
        let (start, end) = lines.next().and_then(|line| line.split_once(" --> ")).expect("times come first");
        let (start_ms, end_ms) = (stamp(start), stamp(end));
        assert!(before_ms <= start_ms && start_ms < end_ms, "{block}");
        assert!(end_ms - start_ms <= CUE_MS_MAX, "{block}");
        before_ms = start_ms;
        let mut count = 0;
        for line in lines {
            count += 1;
            let bare =
                line.strip_prefix("<v ").map_or(line, |voice| voice.split_once('>').expect("tags end").1);
            assert!(
                !line.contains("-->") && !bare.contains(['<', '>']) && !bare.trim().is_empty(),
                "{block:?}"
            );
            let mut decoded = line.to_owned();
            for (reference, sign) in [("&lt;", "<"), ("&gt;", ">")] {
                decoded = decoded.replace(reference, sign);
            }
            assert!(!decoded.replace("&amp;", "").contains('&'), "{block:?}");
            let bare = bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            assert!(bare.chars().count() <= LINE_WIDTH_MAX, "{block:?}");
        }
        assert!((1..=2).contains(&count), "{block:?}");
    }
}

fn stamp(written: &str) -> u64 {
    let (hours, rest) = written.split_once(':').expect("hours");
    let parts: Vec<u64> = rest.split([':', '.']).map(|part| part.parse().expect("digits")).collect();
    assert!(hours.len() >= 2 && rest.len() == 9 && parts[0] < 60 && parts[1] < 60, "{written}");
    (hours.parse::<u64>().expect("digits") * 3_600 + parts[0] * 60 + parts[1]) * 1000 + parts[2]
}

/// Text and names with everything that could go wrong in them.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zäß]{1,12}[.,?!]?",
        1 => Just("-->".to_owned()), 1 => Just("<b>".to_owned()), 1 => Just("&amp;&".to_owned()), 1 => Just("WEBVTT".to_owned()),
        1 => Just("\r\n\r\n".to_owned()), 1 => Just("\n".to_owned()), 1 => Just("00:01.000 --> 00:02.000".to_owned()),
        1 => "[漢字。、かな]{1,60}", 1 => "[a-z]{40,130}", 1 => Just("👩‍🏫".to_owned()), 1 => Just("\0".to_owned()), 1 => Just("\u{85}\u{2028}\u{A0}".to_owned()),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.join(" "))
}

fn time() -> impl Strategy<Value = u64> {
    prop_oneof![8 => 0_u64..100_000, 1 => any::<u64>()]
}

fn segments() -> impl Strategy<Value = Vec<Segment>> {
    let words = prop::collection::vec((time(), time(), "[a-z]{1,5}"), 0..4);
    let segment = (time(), time(), prop::option::of(text()), text(), words, any::<bool>());
    let segment = segment.prop_map(|(start_ms, end_ms, speaker, text, foreign, has_own)| {
        let own = text
            .split_whitespace()
            .enumerate()
            .map(|(index, text)| (start_ms.wrapping_add(index as u64 * 400), text.to_owned()));
        let own = own.map(|(start_ms, text)| Word {
            text,
            start_ms,
            end_ms: start_ms.saturating_add(350),
            confidence: None,
        });
        let foreign = foreign.into_iter().map(|(start_ms, end_ms, text)| Word {
            text,
            start_ms,
            end_ms,
            confidence: None,
        });
        let words = if has_own { own.collect() } else { foreign.collect() };
        Segment { id: "s".to_owned(), start_ms, end_ms, speaker, text, confidence: None, words }
    });
    prop::collection::vec(segment, 0..5)
}

fn without_space(text: &str) -> String {
    text.replace('\0', "\u{FFFD}").chars().filter(|c| !c.is_whitespace()).collect()
}

proptest! {
    /// Whatever the transcript, the file is valid, readable, and read back by this project's own reader.
    #[test]
    fn any_transcript_becomes_valid_captions(segments in segments()) {
        let written = web_vtt(&Transcript { segments: segments.clone(), ..Transcript::default() });
        assert_valid(&written);
        let file = Candidate::new(Role::Captions, "text/vtt", written.as_bytes());
        let Spoken { transcript, replaced_characters, .. } = adapter::read(transcript::ADAPTERS, &file).unwrap().0;
        prop_assert_eq!(replaced_characters, 0);
        let letters = |segments: &[Segment]| {
            let mut all: Vec<_> = segments.iter().flat_map(|segment| without_space(&segment.text).chars().collect::<Vec<_>>()).collect();
            all.sort_unstable();
            all
        };
        prop_assert_eq!(letters(&transcript.segments), letters(&segments));
    }

    /// All words are there in order, whole where a line can hold them.
    #[test]
    fn words_keep_their_order(parts in prop::collection::vec((0_u64..12_000, text()), 1..8)) {
        let mut at = 0;
        let segments: Vec<_> = parts.iter().map(|(length, text)| {
            let segment = segment(at, at + length, None, text);
            at += length + 1;
            segment
        }).collect();
        let written = web_vtt(&Transcript { segments: segments.clone(), ..Transcript::default() });
        let file = Candidate::new(Role::Captions, "text/vtt", written.as_bytes());
        let read = adapter::read(transcript::ADAPTERS, &file).unwrap().0.transcript;
        let all = |segments: &[Segment]| segments.iter().map(|segment| without_space(&segment.text)).collect::<String>();
        prop_assert_eq!(all(&read.segments), all(&segments));
        let words = |segments: &[Segment]| segments.iter().flat_map(|segment| segment.text.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).filter(|word| word.len() < 40 && word.is_ascii()).collect::<Vec<_>>();
        let (found, expect) = (words(&read.segments), words(&segments));
        let mut found = found.iter();
        prop_assert!(expect.iter().filter(|word| !word.contains('\0')).all(|word| found.any(|found| found == word)));
    }
}
