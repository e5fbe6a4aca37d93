//! Words, counted.

const SPACE: u8 = 1;
const SAYS: u8 = 2;

/// What each character of ASCII is to a word: nearly all text is made of them.
const ASCII: [u8; 128] = {
    let mut kinds = [0; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        // What `char::is_whitespace` says.
        if matches!(byte, b' ' | 0x09..=0x0D) {
            kinds[byte as usize] = SPACE;
        } else if byte.is_ascii_alphanumeric() {
            kinds[byte as usize] = SAYS;
        }
        byte += 1;
    }
    kinds
};

/// Stretches between white space that hold a letter or a digit.
pub(crate) fn words(text: &str) -> usize {
    let (mut words, mut counted) = (0, false);
    for c in text.chars() {
        let kind = ASCII.get(c as usize).copied();
        let space = kind.map_or_else(|| c.is_whitespace(), |kind| kind == SPACE);
        let says = kind.map_or_else(|| c.is_alphanumeric(), |kind| kind == SAYS);
        words += usize::from(says && !counted);
        counted = (counted || says) && !space;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn stretches_that_say_something_are_counted(text in "([ -~\\t\\n]|\\PC|\u{A0}|é| ){0,40}") {
            let says = |stretch: &&str| stretch.contains(char::is_alphanumeric);
            prop_assert_eq!(words(&text), text.split_whitespace().filter(says).count());
        }
    }
}
