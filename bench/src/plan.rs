//! Lesson plans to hand in: Markdown, as long as asked for, each different, with mistakes that can be found again.

use fastrand::Rng;

/// Mistakes are planted about this many bytes apart.
const MISTAKE_EVERY_BYTES: usize = 800;
/// What a planted mistake looks like; the processor finds exactly these.
pub(crate) const MISTAKE: &str = "the the";

const WORDS: [&str; 32] = [
    "pupils",
    "fractions",
    "compare",
    "draw",
    "the",
    "river",
    "group",
    "explain",
    "with",
    "number",
    "line",
    "of",
    "tell",
    "story",
    "their",
    "own",
    "words",
    "minutes",
    "board",
    "and",
    "questions",
    "answer",
    "reading",
    "aloud",
    "experiment",
    "water",
    "plants",
    "measure",
    "notebook",
    "homework",
    "before",
    "discuss",
];

/// A plan of exactly `bytes` bytes, all ASCII; `number` makes it unlike any other of this seed.
pub(crate) fn plan(seed: u64, number: u64, bytes: usize) -> Vec<u8> {
    let mut random = Rng::with_seed(seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut text = format!("# Lesson plan {seed}-{number}\n\n");
    let mut next_mistake = MISTAKE_EVERY_BYTES;
    while text.len() < bytes {
        if text.len() >= next_mistake {
            text.push_str("Then ");
            text.push_str(MISTAKE);
            text.push(' ');
            next_mistake += MISTAKE_EVERY_BYTES;
        }
        for _ in 0..random.usize(6..16) {
            // Nothing but what is planted repeats itself.
            let word = WORDS[random.usize(..WORDS.len())];
            if word != "the" || !text.ends_with("the ") {
                text.push_str(word);
                text.push(' ');
            }
        }
        text.pop();
        text.push_str(if random.u8(..5) == 0 { ".\n\n" } else { ". " });
    }
    text.truncate(bytes);
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_as_long_as_asked_for_and_unlike_the_next() {
        let first = plan(1, 1, 20_480);
        assert_eq!(first.len(), 20_480);
        assert_eq!(first, plan(1, 1, 20_480));
        assert_ne!(first, plan(1, 2, 20_480));
        let text = String::from_utf8(first).unwrap();
        assert!(text.matches(MISTAKE).count() >= 20, "{}", text.matches(MISTAKE).count());
        assert_eq!(plan(1, 1, 1).len(), 1);
    }
}
