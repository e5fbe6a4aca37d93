use super::{Spoken, cue_text};
use crate::{
    Fault, NormalizeError,
    adapter::Adapter,
    candidate::Candidate,
    limits::CUES_MAX,
    schema::{Segment, Transcript},
};

/// WebVTT, read as the W3C parser algorithm says (section 6.1): a malformed cue is skipped and never an error.
///
/// Regions, style sheets and cue settings say how cues are drawn; they are recognised, so that they are not mistaken for
/// text, and have no place in a transcript.
pub(crate) struct WebVtt;

const SIGNATURE: &str = "WEBVTT";
const ARROW: &str = "-->";

impl Adapter for WebVtt {
    type Output = Spoken;

    fn name(&self) -> &'static str {
        "web-vtt"
    }

    fn looked_for(&self) -> &'static str {
        "WebVTT (a file that begins with `WEBVTT`)"
    }

    fn media_types(&self) -> &'static [&'static str] {
        &["text/vtt"]
    }

    fn recognises(&self, file: &Candidate<'_>) -> bool {
        let content = file.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file.bytes);
        let after = content.strip_prefix(SIGNATURE.as_bytes());
        after.is_some_and(|after| matches!(after.first(), None | Some(b' ' | b'\t' | b'\n' | b'\r')))
    }

    fn read(&self, file: &Candidate<'_>) -> Result<Spoken, NormalizeError> {
        let wrong = |fault| NormalizeError::new(file.role.as_str(), fault);
        if !self.recognises(file) {
            return Err(wrong(Fault::Malformed {
                format: "WebVTT",
                why: "it does not begin with WEBVTT".to_owned(),
            }));
        }
        let bytes = file.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file.bytes);
        let decoded = String::from_utf8_lossy(bytes);
        let original_replacements =
            bytes.windows(3).filter(|window| *window == "\u{FFFD}".as_bytes()).count();
        let replaced_characters = decoded.matches('\u{FFFD}').count().saturating_sub(original_replacements);
        let input = decoded.replace('\0', "\u{FFFD}").replace("\r\n", "\n").replace('\r', "\n");
        let cues = Blocks::after_header(&input).cues().map_err(wrong)?;
        let transcript = Transcript { segments: segments(&cues).map_err(wrong)?, ..Transcript::default() };
        Ok(Spoken { transcript, time_unit: "milliseconds", replaced_characters, repairs: Vec::new() })
    }
}

/// A cue as it stands in the file.
#[derive(Debug, PartialEq, Eq)]
struct Cue {
    start_ms: u64,
    end_ms: u64,
    text: String,
}

/// Cues with words, one segment for each voice in them.
fn segments(cues: &[Cue]) -> Result<Vec<Segment>, Fault> {
    let mut segments = Vec::with_capacity(cues.len());
    for cue in cues {
        for spoken in cue_text::voices(&cue.text) {
            segments.push(Segment {
                id: format!("s{}", segments.len() + 1),
                start_ms: cue.start_ms,
                end_ms: cue.end_ms,
                speaker: spoken.speaker,
                text: spoken.text,
                confidence: None,
                words: Vec::new(),
            });
        }
        if segments.len() > CUES_MAX {
            return Err(Fault::TooMany { what: "segments", most: CUES_MAX });
        }
    }
    Ok(segments)
}

/// The file, block by block. The names follow the algorithm's.
struct Blocks<'a> {
    input: &'a str,
    position: usize,
}

impl<'a> Blocks<'a> {
    /// Skips the signature line and the rest of the header.
    fn after_header(input: &'a str) -> Self {
        let mut blocks = Self { input, position: 0 };
        blocks.line();
        if blocks.rest().starts_with('\n') {
            blocks.position += 1;
        } else if !blocks.at_end() {
            blocks.block(true);
        }
        blocks.skip_line_feeds();
        blocks
    }

    fn cues(mut self) -> Result<Vec<Cue>, Fault> {
        let mut cues = Vec::new();
        while !self.at_end() {
            cues.extend(self.block(false));
            if cues.len() > CUES_MAX {
                return Err(Fault::TooMany { what: "cues", most: CUES_MAX });
            }
            self.skip_line_feeds();
        }
        Ok(cues)
    }

    fn rest(&self) -> &'a str {
        &self.input[self.position..]
    }

    fn at_end(&self) -> bool {
        self.position == self.input.len()
    }

    fn skip_line_feeds(&mut self) {
        self.position += self.rest().len() - self.rest().trim_start_matches('\n').len();
    }

    /// The next line, and whether a line feed ended it.
    fn line(&mut self) -> (&'a str, bool) {
        let rest = self.rest();
        if let Some((line, _)) = rest.split_once('\n') {
            self.position += line.len() + 1;
            return (line, true);
        }
        self.position = self.input.len();
        (rest, false)
    }

    /// "Collect a WebVTT block".
    fn block(&mut self, in_header: bool) -> Option<Cue> {
        let (mut line_count, mut seen_arrow, mut seen_cue) = (0_u64, false, false);
        let (mut cue, mut buffer) = (None, String::new());
        let mut previous_position = self.position;
        loop {
            let (line, ended) = self.line();
            line_count += 1;
            if line.contains(ARROW) {
                let may_be_timing = line_count == 1 || (line_count == 2 && !seen_arrow);
                if in_header || !may_be_timing {
                    self.position = previous_position;
                    break;
                }
                seen_arrow = true;
                previous_position = self.position;
                cue = timings(line);
                if cue.is_some() {
                    buffer.clear();
                    seen_cue = true;
                }
            } else if line.is_empty() {
                break;
            } else {
                let definition = ["STYLE", "REGION"].contains(&buffer.trim_end());
                if !in_header && line_count == 2 && !seen_cue && definition {
                    buffer.clear();
                }
                if !buffer.is_empty() {
                    buffer.push('\n');
                }
                buffer.push_str(line);
                previous_position = self.position;
            }
            if !ended {
                break;
            }
        }
        cue.map(|(start_ms, end_ms)| Cue { start_ms, end_ms, text: buffer })
    }
}

/// "Collect WebVTT cue timings and settings", without the settings.
fn timings(line: &str) -> Option<(u64, u64)> {
    let (start, rest) = timestamp(line.trim_ascii_start())?;
    let rest = rest.trim_ascii_start().strip_prefix(ARROW)?;
    let (end, _settings) = timestamp(rest.trim_ascii_start())?;
    Some((start, end))
}

/// "Collect a WebVTT timestamp": `mm:ss.mmm` or `h…h:mm:ss.mmm`, and what follows it.
pub(super) fn timestamp(input: &str) -> Option<(u64, &str)> {
    let (first, first_digits, rest) = number(input)?;
    let (second, rest) = digits(rest.strip_prefix(':')?, 2)?;
    let hours_first = first_digits != 2 || first > 59 || rest.starts_with(':');
    let (hours, minutes, seconds, rest) = if hours_first {
        let (third, rest) = digits(rest.strip_prefix(':')?, 2)?;
        (first, second, third, rest)
    } else {
        (0, first, second, rest)
    };
    let (millis, rest) = digits(rest.strip_prefix('.')?, 3)?;
    if minutes > 59 || seconds > 59 {
        return None;
    }
    let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
    let time = minutes.checked_mul(60_000)?.checked_add(seconds * 1000 + millis)?;
    Some((time, rest))
}

/// A run of digits: its value, how many there are, and what follows.
fn number(input: &str) -> Option<(u64, usize, &str)> {
    let count = input.bytes().take_while(u8::is_ascii_digit).count();
    let value = input[..count].parse().ok()?;
    Some((value, count, &input[count..]))
}

/// A run of exactly so many digits.
fn digits(input: &str, count: usize) -> Option<(u64, &str)> {
    number(input).filter(|(_, found, _)| *found == count).map(|(value, _, rest)| (value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Role;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> Result<Spoken, NormalizeError> {
        WebVtt.read(&Candidate::new(Role::Captions, "text/vtt", bytes))
    }

    /// Cues as `start-end text`, lines joined by `/`.
    fn check(file: &str, expect: &[&str]) {
        let spoken = read(file.as_bytes()).unwrap();
        let segments = spoken.transcript.segments.iter();
        let found: Vec<_> =
            segments.map(|s| format!("{}-{} {}", s.start_ms, s.end_ms, s.text.replace('\n', "/"))).collect();
        assert_eq!(found, expect, "{file:?}");
    }

    #[test]
    fn cues_are_read_with_and_without_hours_and_ids() {
        check(
            "WEBVTT - title\nX: y\n\n00:01.000 --> 00:02.500\none\ntwo\n\nid\n100:00:01.000 --> 100:00:02.000 align:start line:0\nlate\n",
            &["1000-2500 one/two", "360001000-360002000 late"],
        );
        check("\u{FEFF}WEBVTT\r\n\r\n00:01.000-->00:02.000\r\ntight\r\n", &["1000-2000 tight"]);
        check("WEBVTT\r00:01.000 --> 00:02.000\rno blank line\r", &["1000-2000 no blank line"]);
        check("WEBVTT", &[]);
        check("WEBVTT\n\nNOTE nothing was said\n", &[]);
    }

    #[test]
    fn notes_styles_and_regions_are_not_cues() {
        check(
            "WEBVTT\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n\nNOTE\n\nNOTE one\nline\n\n00:00.000 --> 00:01.000\nok",
            &["0-1000 ok"],
        );
    }

    #[test]
    fn malformed_cues_are_skipped() {
        for line in [
            "00:00.000 -> 00:01.000",
            "00:00.000 --> 00:61.000",
            "00:60.000 --> 01:00.000",
            "0:00.000 --> 00:01.000",
            "00:00,000 --> 00:01,000",
            "00:00.00 --> 00:01.000",
            "99999999999999999999:00:00.000 --> 00:01.000",
            "18446744073709551615:00:00.000 --> 00:01.000",
            "--> 00:01.000",
            "00:00.000 -->",
        ] {
            check(&format!("WEBVTT\n\n{line}\nbad\n\n00:02.000 --> 00:03.000\ngood\n"), &["2000-3000 good"]);
        }
    }

    #[test]
    fn an_arrow_ends_a_cue_without_a_blank_line() {
        check(
            "WEBVTT\n\n00:00.000 --> 00:01.000\none\n00:01.000 --> 00:02.000\ntwo\n",
            &["0-1000 one", "1000-2000 two"],
        );
        check(
            "WEBVTT\n\nid\n00:00.000 --> 00:01.000\n00:01.000 --> 00:02.000\nsecond\n",
            &["1000-2000 second"],
        );
    }

    #[test]
    fn broken_characters_are_replaced_and_counted() {
        let spoken = read(b"WEBVTT\n\n00:00.000 --> 00:01.000\na\xFFb\0c\xEF\xBF\xBD\n").unwrap();
        assert_eq!(spoken.transcript.segments[0].text, "a\u{FFFD}b\u{FFFD}c\u{FFFD}");
        assert_eq!(spoken.replaced_characters, 1);
    }

    #[test]
    fn other_beginnings_are_not_web_vtt() {
        for other in
            ["", "WEBVT", "WEBVTTX\n", "webvtt\n", "\nWEBVTT\n", "1\n00:00:00,000 --> 00:00:01,000\nx\n"]
        {
            assert!(read(other.as_bytes()).is_err(), "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(tail in proptest::collection::vec(any::<u8>(), 0..300)) {
            let bytes = [b"WEBVTT\n".as_slice(), &tail].concat();
            prop_assert!(read(&bytes).is_ok());
        }

        #[test]
        fn any_arrangement_of_lines_is_read(lines in proptest::collection::vec(prop_oneof![
            Just("00:01.000 --> 00:02.000"), Just("-->"), Just(""), Just("STYLE"), Just("REGION"), Just("NOTE x"), Just("words"), Just("<v A>&amp;")
        ], 0..30)) {
            let spoken = read(format!("WEBVTT\n{}", lines.join("\n")).as_bytes()).unwrap();
            prop_assert!(spoken.transcript.segments.len() <= lines.len());
        }
    }
}
