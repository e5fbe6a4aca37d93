use super::*;
use crate::{Role, transcript::words::Said};

/// Words as `text start end speaker`, times in milliseconds; `~` in front glues. The segments as `start-end speaker text`.
fn check(words: &str, expect: &[&str]) {
    let mut all = Words::default();
    for word in words.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut parts = word.split(' ');
        let text = parts.next().unwrap();
        let mut time = || parts.next().map(|time| time.parse().unwrap());
        let (start, end) = (time(), time());
        let speaker = all.speakers.named(parts.next().unwrap_or_default().into()).unwrap();
        let said = Said {
            text: text.trim_start_matches('~').into(),
            start: Ok(start),
            end: Ok(end),
            confidence: None,
            speaker,
            glued: text.starts_with('~'),
            sign: start.is_none(),
        };
        all.take(said, String::new);
    }
    let (segments, ledger) = join(all, "words");
    assert!(ledger.close(Role::Transcript).is_ok());
    let line = |segment: &Segment| {
        format!(
            "{}-{} {} {}",
            segment.start_ms,
            segment.end_ms,
            segment.speaker.as_deref().unwrap_or("-"),
            segment.text
        )
    };
    assert_eq!(segments.iter().map(line).collect::<Vec<_>>(), expect, "{words}");
}

#[test]
fn segments_end_with_sentences_and_at_pauses() {
    check(
        "Open 0 300\nit 300 500\n~.\nNow 550 800\n~!\nGo 850 900",
        &["0-500 - Open it.", "550-800 - Now!", "850-900 - Go"],
    );
    check("wait 0 300\nfor 1099 1200\nit 2000 2100", &["0-1200 - wait for", "2000-2100 - it"]);
    check(
        "Dr. 0 100\nBerg 100 200\nhas 200 300\n3.5 300 400\nkg 400 500\n~.",
        &["0-500 - Dr. Berg has 3.5 kg."],
    );
    check("z 0 100\n~.\nB 100 200\n~.\nLicht 200 300", &["0-300 - z. B. Licht"]);
    check(
        "He 0 100\nsaid 100 200\n~:\n\"Yes 200 300\n~.\n~\"\nThen 300 400",
        &["0-300 - He said: \"Yes.\"", "300-400 - Then"],
    );
    check("~¿\nQué 100 200\n~?\n~(\nx 250 300\n~)", &["100-200 - ¿Qué?", "250-300 - (x)"]);
    check("wait 0 100\n~.\n~.\n~.\nand 100 200\nso 200 300", &["0-300 - wait... and so"]);
}

#[test]
fn a_change_of_speakers_ends_a_segment() {
    check(
        "what 0 300 A\nis 300 500 A\nit 500 700 A\nlight 900 1300 B\nright 1450 1700 A",
        &["0-700 A what is it", "900-1300 B light", "1450-1700 A right"],
    );
    check(
        "so 0 300 A\nyes 300 600 B\nwell 1099 1200 A",
        &["0-300 A so", "300-600 B yes", "1099-1200 A well"],
    );
}

#[test]
fn voices_that_overlap_keep_whole_sentences() {
    check(
        "one 0 400 A\nun 100 500 B\ntwo 400 800 A\ndeux 500 900 B\nthree 800 1200 A\ntrois 900 1300 B",
        &["0-1200 A one two three", "100-1300 B un deux trois"],
    );
    check(
        "a 0 200 A\nb 200 400 B\nc 400 600 A\nd 600 800 B\ne 800 1000 A\nf 1000 1200 B",
        &["0-1000 A a c e", "200-1200 B b d f"],
    );
    check(
        "The 0 200 A\nsun 200 500 A\nmm-hm 520 700 B\nis 720 900 A\nlow 900 1200 A",
        &["0-1200 A The sun is low", "520-700 B mm-hm"],
    );
}

#[test]
fn a_long_segment_is_cut_at_a_good_place() {
    let words = |times: std::ops::Range<u32>, comma: u32| {
        let word =
            |at| format!("w{at}{} {} {}\n", if at == comma { "," } else { "" }, at * 500, at * 500 + 450);
        times.map(word).collect::<String>()
    };
    let mut all = Words::default();
    for word in words(0..100, 40).lines() {
        let parts: Vec<_> = word.split(' ').collect();
        let time = |text: &str| Ok(Some(text.parse().unwrap()));
        let said = Said {
            text: parts[0].to_owned().into(),
            start: time(parts[1]),
            end: time(parts[2]),
            confidence: Some(0.5),
            speaker: None,
            glued: false,
            sign: false,
        };
        all.take(said, String::new);
    }
    let (segments, _) = join(all, "words");
    assert!(segments[0].text.ends_with("w40,"), "{}", segments[0].text);
    assert!(segments.iter().all(|segment| segment.end_ms - segment.start_ms <= 30_000));
    assert_eq!(segments[0].confidence, Some(0.5));
}

#[test]
fn confidence_is_weighted_by_characters() {
    let mut all = Words::default();
    for (text, confidence) in [("a", Some(0.1)), ("abcdefghi", Some(0.9)), ("none", None)] {
        let said = Said {
            text: text.into(),
            start: Ok(Some(0)),
            end: Ok(Some(1)),
            confidence,
            speaker: None,
            glued: false,
            sign: false,
        };
        all.take(said, String::new);
    }
    assert_eq!(join(all, "words").0[0].confidence, Some(0.82));
}
