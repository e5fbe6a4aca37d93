use std::fmt::Write as _;

/// A caption: when it shows, in milliseconds, and its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cue {
    pub(super) start_ms: u64,
    pub(super) end_ms: u64,
    pub(super) text: String,
}

/// More captions than this are a mistake: a day of one a second.
pub(super) const CUES_MAX: usize = 86_400;
/// A caption is a few lines.
pub(super) const CUE_BYTES_MAX: usize = 16 * 1024;

/// In order of time, inside the video, without the empty ones, which only end the caption before them.
/// A duration of 0 is unknown.
pub(super) fn within(cues: &[Cue], duration_ms: u64) -> Vec<Cue> {
    let last_ms = if duration_ms == 0 { u64::MAX } else { duration_ms };
    let mut kept: Vec<Cue> = cues
        .iter()
        .map(|cue| Cue { end_ms: cue.end_ms.min(last_ms), ..cue.clone() })
        .filter(|cue| cue.start_ms < cue.end_ms && !cue.text.trim().is_empty())
        .take(CUES_MAX)
        .collect();
    kept.sort_by_key(|cue| (cue.start_ms, cue.end_ms));
    kept
}

/// Writes WebVTT (W3C): plain words, no markup.
pub(super) fn webvtt(cues: &[Cue]) -> String {
    let mut out = "WEBVTT\n".to_owned();
    for (number, cue) in cues.iter().enumerate() {
        let _ = write!(out, "\n{}\n{} --> {}\n", number + 1, clock(cue.start_ms), clock(cue.end_ms));
        // An empty line would end the cue.
        for line in cue.text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let escaped = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let _ = writeln!(out, "{escaped}");
        }
    }
    out
}

/// A valid transcript of nothing, which says why.
pub(super) fn none() -> String {
    "WEBVTT\n\nNOTE This video carries no captions, and speech is not recognised here.\n".to_owned()
}

/// Takes tags and the entities of WebVTT and SRT out of a cue's words.
pub(super) fn without_markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        if let Some(close) = rest[open..].find('>') {
            rest = &rest[open + close + 1..];
        } else {
            out.push_str(&rest[open..]);
            rest = "";
        }
    }
    out.push_str(rest);
    // The ampersand comes last, so that what it reveals stays as it is.
    [("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&lrm;", ""), ("&rlm;", ""), ("&amp;", "&")]
        .iter()
        .fold(out, |text, (entity, plain)| text.replace(entity, plain))
}

fn clock(ms: u64) -> String {
    format!("{:02}:{:02}:{:02}.{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cue(start_ms: u64, end_ms: u64, text: &str) -> Cue {
        Cue { start_ms, end_ms, text: text.to_owned() }
    }

    #[test]
    fn cues_are_put_in_order_and_cut_at_the_end() {
        let cues =
            [cue(5_000, 9_000, "b"), cue(0, 1_500, "a"), cue(2_000, 2_000, "never"), cue(3_000, 4_000, " ")];
        assert_eq!(within(&cues, 8_000), [cue(0, 1_500, "a"), cue(5_000, 8_000, "b")]);
        assert_eq!(within(&cues, 0).len(), 2);
    }

    #[test]
    fn markup_is_taken_out() {
        assert_eq!(without_markup("<v Teacher>Open <b>books</b> &amp;lt; 3 < 4"), "Open books &lt; 3 < 4");
    }

    #[test]
    fn words_cannot_become_markup() {
        let written = webvtt(&[cue(3_723_004, 3_724_000, "a --> <b>\n\n& c")]);
        assert_eq!(written, "WEBVTT\n\n1\n01:02:03.004 --> 01:02:04.000\na --&gt; &lt;b&gt;\n&amp; c\n");
    }
}
