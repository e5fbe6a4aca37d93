use super::*;
use crate::{Fault, Role, limits::CUES_MAX};
use proptest::prelude::*;

fn read(media_type: &str, bytes: &[u8]) -> Result<Spoken, NormalizeError> {
    Srt.read(&Candidate::new(Role::Captions, media_type, bytes))
}

/// Segments as `start-end text`, lines joined by `/`, and the repairs as `code place: note` without what is always the same.
fn check(file: &str, segments: &[&str], repairs: &[&str]) {
    let spoken = read("application/x-subrip", file.as_bytes()).unwrap();
    let shown = spoken.transcript.segments.iter();
    let shown = shown.map(|s| format!("{}-{} {}", s.start_ms, s.end_ms, s.text.replace('\n', "/")));
    assert_eq!(shown.collect::<Vec<_>>(), segments, "{file:?}");
    let told = spoken.repairs.iter().map(|repair| {
        let place = repair.place.trim_start_matches("captions").trim_start_matches('/');
        let note = repair.note.split_once(": ").map_or("", |(_, counts)| counts.trim_end_matches('.'));
        format!("{} {place}{note}", repair.code)
    });
    assert_eq!(told.collect::<Vec<_>>(), repairs, "{file:?}");
}

const TIMES: &str = "00:00:01,000 --> 00:00:02,000";
const LATER: &str = "00:00:03,000 --> 00:00:04,000";

#[test]
fn clean_files_need_no_repair() {
    check(
        &format!("1\n{TIMES}\none\ntwo\n\n2\n{LATER}\nthree\n"),
        &["1000-2000 one/two", "3000-4000 three"],
        &[],
    );
    check(
        &format!("\u{FEFF}1\r\n{TIMES}\r\none\r\n\r\n2\r\n{LATER}\r\nthree"),
        &["1000-2000 one", "3000-4000 three"],
        &[],
    );
    check(&format!("0\r{TIMES}\rone\r\r1\r{LATER}\rthree\r\r\r"), &["1000-2000 one", "3000-4000 three"], &[]);
    check(
        &format!("1\n{TIMES}\nTEACHER: Good morning!\n- Hi &amp; bye\n"),
        &["1000-2000 TEACHER: Good morning!/- Hi &amp; bye"],
        &[],
    );
    check(&format!("1\n{TIMES}\n\n\n2\n{LATER}\n \n"), &[], &[]);
}

#[test]
fn counters_may_be_wrong_or_missing() {
    check(
        &format!("{TIMES}\na\n\n{LATER}\nb"),
        &["1000-2000 a", "3000-4000 b"],
        &["cues-mended cues without a counter (2)"],
    );
    check(
        &format!("7\n{TIMES}\na\n\n7\n{LATER}\nb"),
        &["1000-2000 a", "3000-4000 b"],
        &["cues-mended counters out of order (1)"],
    );
    check(&format!("1\n\n{TIMES}\na\n\n2\n\n\n{LATER}\nb"), &["1000-2000 a", "3000-4000 b"], &[]);
    check(&format!("99999999999999999999999\n{TIMES}\na"), &["1000-2000 a"], &[]);
}

#[test]
fn blank_lines_may_be_missing_or_too_many() {
    check(
        &format!("1\n{TIMES}\na\n2\n{LATER}\nb"),
        &["1000-2000 a", "3000-4000 b"],
        &["cues-mended blank lines that were missing (1)"],
    );
    check(
        &format!("1\n{TIMES}\na\n{LATER}\nb"),
        &["1000-2000 a", "3000-4000 b"],
        &["cues-mended cues without a counter (1), blank lines that were missing (1)"],
    );
    check(&format!("1\n{TIMES}\n\na\n\n2\n{LATER}\nb"), &["1000-2000 a", "3000-4000 b"], &[]);
}

#[test]
fn numbers_are_text_where_they_do_not_count() {
    check(&format!("1\n{TIMES}\n42\n\n2\n{LATER}\n43"), &["1000-2000 42", "3000-4000 43"], &[]);
    check(&format!("1\n{TIMES}\n42\n43\n"), &["1000-2000 42/43"], &[]);
    check(
        &format!("1\n{TIMES}\n42\n{LATER}\nb"),
        &["1000-2000 42", "3000-4000 b"],
        &["cues-mended cues without a counter (1), blank lines that were missing (1)"],
    );
    check(&format!("1\n{TIMES}\n2\n{LATER}\nb"), &["3000-4000 b"], &[]);
}

#[test]
fn times_may_be_written_otherwise() {
    check(
        "1\n00:00:01.5 --> 00:02,25\na",
        &["1500-2250 a"],
        &["cues-mended cues whose times are not written `hh:mm:ss,mmm` (1)"],
    );
    check(
        &format!("1\n{TIMES} X1:10 X2:20 Y1:30 Y2:40\na\n\n2\n{LATER} words\nmore"),
        &["1000-2000 a", "3000-4000 words/more"],
        &["not-speech-left-out positions (1)"],
    );
}

#[test]
fn cues_are_sorted_and_stay_in_order_where_they_begin_together() {
    check(
        &format!("1\n{LATER}\nc\n\n2\n{TIMES}\na\n\n3\n{TIMES}\nb"),
        &["1000-2000 a", "1000-2000 b", "3000-4000 c"],
        &["cues-sorted "],
    );
}

#[test]
fn what_is_no_cue_is_skipped_and_recorded() {
    check(
        &format!(
            "made by hand\n\n1\n{TIMES}\na\n\nlost\nwords\n\n2\n00:00:99,000 --> 00:01:00,000\nbad\n\n3\n{LATER}\nb\n4\n00:00:99,000 --> x\nbad"
        ),
        &["1000-2000 a", "3000-4000 b"],
        &[
            "malformed-skipped line 1",
            "malformed-skipped lines 7 to 8",
            "malformed-skipped lines 10 to 12",
            "malformed-skipped lines 17 to 19",
        ],
    );
    check(&format!("1\n{TIMES}\na --> b\n\n2"), &["1000-2000 a --> b"], &["malformed-skipped line 5"]);
    check(
        &format!("1\n{TIMES}\na\n\njunk\n2\n{LATER}\nb"),
        &["1000-2000 a", "3000-4000 b"],
        &["malformed-skipped line 5"],
    );
    let junk = format!("{TIMES}\na\n\n{}", "junk\n\n".repeat(1_000));
    let repairs = read("text/srt", junk.as_bytes()).unwrap().repairs;
    assert_eq!(repairs.len(), 22);
    assert_eq!(repairs[20].note, "Skipped, because it is no cue: passages (980).");
}

#[test]
fn tags_are_left_out_and_counted() {
    check(
        &format!("1\n{TIMES}\n{{\\an8}}<i>a</i>\n<font color=\"red\">b</font>"),
        &["1000-2000 a/b"],
        &["not-speech-left-out tags (5)"],
    );
    check(&format!("1\n{TIMES}\n<i></i>"), &[], &["not-speech-left-out tags (2)"]);
}

#[test]
fn character_sets_are_announced_or_guessed() {
    let file = format!("1\n{TIMES}\n«Où ?» – é");
    let check = |media_type: &str, bytes: &[u8], guessed: bool| {
        let spoken = read(media_type, bytes).unwrap();
        assert_eq!(spoken.transcript.segments[0].text, "«Où ?» – é", "{media_type}");
        assert_eq!(
            spoken.repairs.iter().any(|repair| repair.code == "charset-guessed"),
            guessed,
            "{media_type}"
        );
        assert!(Srt.recognises(&Candidate::new(Role::Captions, media_type, bytes)));
    };
    let windows: Vec<u8> = file.chars().map(|c| if c == '–' { 0x96 } else { c as u8 }).collect();
    let utf16: Vec<u8> = file.encode_utf16().flat_map(u16::to_le_bytes).collect();
    check("text/srt", file.as_bytes(), false);
    check("text/srt", &windows, true);
    check("text/plain; charset=windows-1252", &windows, false);
    check("text/srt", &utf16, true);
    check("text/srt", &[b"\xFF\xFE".as_slice(), &utf16].concat(), false);
    let fault = read("text/srt; charset=utf-8", &windows).unwrap_err().fault;
    assert_eq!(fault, Fault::Undecodable { charset: "UTF-8" });
}

#[test]
fn other_files_are_not_taken() {
    let taken = |text: &str| Srt.recognises(&Candidate::new(Role::Captions, "text/plain", text.as_bytes()));
    assert!(taken(&format!("\n\n1\n{TIMES}\na")));
    assert!(taken(&format!("some words\n\n1\n{TIMES}\na")));
    for other in [
        "",
        "1\n",
        "words --> words",
        &format!("<html>\n{TIMES}\n"),
        &format!("WEBVTT\n\n{TIMES}\nx"),
        &format!("{{\"a\":\"\n{TIMES}\n\"}}"),
        &format!("\u{FEFF} <?xml?>\n{TIMES}\n"),
    ] {
        assert!(!taken(other), "{other:?}");
    }
}

#[test]
fn too_many_cues_are_refused() {
    let cues = |count| read("text/srt", format!("{TIMES}\nx\n").repeat(count).as_bytes());
    assert_eq!(cues(CUES_MAX).unwrap().transcript.segments.len(), CUES_MAX);
    assert_eq!(cues(CUES_MAX + 1).unwrap_err().fault, Fault::TooMany { what: "cues", most: CUES_MAX });
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let file = Candidate::new(Role::Captions, "text/srt", &bytes);
        let _ = Srt.recognises(&file);
        let fault = Srt.read(&file).err().map(|error| error.fault);
        let fits = fault.is_none_or(|fault| matches!(fault, Fault::Undecodable { .. }));
        prop_assert!(fits);
    }

    /// Every piece of text between two lines of times is either said or recorded as skipped.
    #[test]
    fn any_arrangement_of_lines_is_read(lines in proptest::collection::vec(prop::sample::select(vec![
        TIMES, LATER, "", "", "1", "2", "3", "words", "a --> b", "00:00:99,000 --> x", "<i>", "{\\an8}x", "0:00:01.5-->0:00:02 X1:1",
    ]), 0..40)) {
        let spoken = read("text/srt", lines.join("\n").as_bytes()).unwrap();
        prop_assert!(spoken.transcript.segments.is_sorted_by_key(|segment| segment.start_ms));
        let said: usize = spoken.transcript.segments.iter().map(|segment| segment.text.matches("words").count()).sum();
        let all = lines.iter().filter(|line| **line == "words").count();
        prop_assert!(said <= all);
        prop_assert!(said == all || spoken.repairs.iter().any(|repair| repair.code == "malformed-skipped"));
    }
}
