//! Whether words are written apart.

/// Whether white space stands between two words that a vendor gives one by one.
///
/// Chinese and Japanese are written without any, also next to other scripts; Thai, Lao, Khmer and Burmese without any among
/// themselves.
pub(super) fn stand_apart(before: &str, after: &str) -> bool {
    let (Some(before), Some(after)) = (before.chars().next_back(), after.chars().next()) else {
        return false;
    };
    if before.is_ascii() && after.is_ascii() {
        return true;
    }
    !(is_ideographic(before)
        || is_ideographic(after)
        || (is_south_east_asian(before) && is_south_east_asian(after)))
}

/// Han, Hiragana, Katakana, Bopomofo, their punctuation and their wide forms. Hangul is written with spaces.
pub(crate) fn is_ideographic(c: char) -> bool {
    matches!(u32::from(c),
        0x2E80..=0x312F | 0x3190..=0x33FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF
        | 0xFE30..=0xFE4F | 0xFF00..=0xFFEF | 0x2_0000..=0x3_FFFF)
}

fn is_south_east_asian(c: char) -> bool {
    matches!(u32::from(c), 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str, expect: bool) {
        assert_eq!(stand_apart(before, after), expect, "{before:?} {after:?}");
    }

    #[test]
    fn scripts_decide() {
        check("good", "morning", true);
        check("schön", "über", true);
        check("안녕", "하세요", true);
        check("今日", "は", false);
        check("iPhone", "を", false);
        check("。", "次", false);
        check("ครู", "สอน", false);
        check("ครู", "AI", true);
    }
}
