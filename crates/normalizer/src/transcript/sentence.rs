//! Where a sentence ends.

/// What may follow the sign that ends a sentence and still belongs to it.
const CLOSING: [char; 18] =
    ['"', '\'', '’', '”', '“', '»', '«', '›', '‹', ')', ']', '}', '」', '』', '）', '》', '〉', '】'];

/// Words that are written with a full stop and hardly ever end a sentence, lower case. Words that often stand at the end
/// of one as well (`no.`, `etc.`) are missing on purpose: a segment too many is worse than none, but only slightly.
const ABBREVIATIONS: [&str; 45] = [
    "abb", "abs", "allg", "approx", "bd", "bsp", "bspw", "bzw", "ca", "cf", "dept", "dr", "evtl", "fr",
    "ggf", "hr", "inkl", "insb", "jr", "lt", "mag", "mlle", "mme", "mr", "mrs", "ms", "mt", "nr", "prof",
    "resp", "rev", "sen", "sog", "sr", "sra", "st", "str", "tel", "usw", "vgl", "viz", "vs", "zb", "zzgl",
    "zzt",
];

/// Digits of a number that, with a full stop, may be an ordinal: days and most other things that are numbered.
const ORDINAL_DIGITS_MAX: usize = 2;

/// Whether a sentence ends with `word`, `next` being the word after it.
///
/// The full stop means many things. After an abbreviation, a single letter, letters with dots between them (`z.B.`) or a small
/// number it ends nothing, nor does it before a small letter: to miss an end makes a segment longer, to see one that is not
/// there tears a sentence.
pub(super) fn ends(word: &str, next: &str) -> bool {
    let bare = word.trim_end_matches(CLOSING);
    match bare.chars().next_back() {
        Some(
            '!' | '?' | '。' | '！' | '？' | '｡' | '؟' | '۔' | '।' | '॥' | '։' | '።' | '‼' | '⁇' | '⁈' | '⁉',
        ) => true,
        Some('.' | '…' | '．') => {
            !next.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with(char::is_lowercase)
                && !is_abbreviation(bare)
        }
        _ => false,
    }
}

/// Whether the full stop at the end of a word belongs to the word.
fn is_abbreviation(word: &str) -> bool {
    let Some(stem) = word.strip_suffix('.') else { return false };
    let stem = stem.trim_start_matches(|c: char| !c.is_alphanumeric());
    let mut chars = stem.chars();
    let is_letter = chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none();
    let is_ordinal =
        (1..=ORDINAL_DIGITS_MAX).contains(&stem.len()) && stem.bytes().all(|b| b.is_ascii_digit());
    let has_dots = stem.contains('.')
        && stem
            .split('.')
            .all(|part| (1..=2).contains(&part.chars().count()) && part.chars().all(char::is_alphabetic));
    is_letter || is_ordinal || has_dots || ABBREVIATIONS.iter().any(|known| known.eq_ignore_ascii_case(stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, next: &str, expect: bool) {
        assert_eq!(ends(word, next), expect, "{word:?} {next:?}");
    }

    #[test]
    fn sentences_end_at_their_signs() {
        for word in
            ["done.", "done!", "done?", "done.”", "(done.)", "fertig.“", "2024.", "3.5.", "[PII].", "…done…"]
        {
            check(word, "Next", true);
        }
        for word in ["終わり。", "本当？", "すごい！」", "معنى؟", "अंत।"] {
            check(word, "次", true);
        }
        for word in ["done", "done,", "done:", "done;", "3.5", "", "[PII]", "\""] {
            check(word, "Next", false);
        }
    }

    #[test]
    fn a_full_stop_may_belong_to_its_word() {
        for word in ["Dr.", "Prof.", "z.", "B.", "z.B.", "e.g.", "U.S.", "bzw.", "(ca.", "3.", "24.", "Mrs."]
        {
            check(word, "Berg", false);
        }
        check("wait...", "and", false);
        check("wait…", "“and", false);
        check("wait...", "And", true);
    }
}
