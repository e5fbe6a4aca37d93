use sha2::{Digest, Sha256};

/// Hexadecimal digits of a fingerprint: enough that two lists of one person differ.
const FINGERPRINT_DIGITS: usize = 32;

/// A short word for what a list shows, line by line: whoever has the same word has seen the same.
pub(crate) fn fingerprint(lines: impl IntoIterator<Item = String>) -> String {
    let mut hash = Sha256::new();
    for line in lines {
        hash.update(line);
        hash.update("\n");
    }
    let mut digits = hex::encode(hash.finalize());
    digits.truncate(FINGERPRINT_DIGITS);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_changes_with_what_is_listed() {
        let of = |lines: &[&str]| fingerprint(lines.iter().map(ToString::to_string));
        assert_eq!(of(&["a 1", "b 1"]), of(&["a 1", "b 1"]));
        let other = [&["a 1"][..], &["a 1", "b 2"], &["b 1", "a 1"], &["a 1b 1"], &["a 1", "b 1", "c"], &[]];
        for other in other {
            assert_ne!(of(&["a 1", "b 1"]), of(other), "{other:?}");
        }
    }
}
