//! Where a text that is too long for a cue or a line is cut.
//!
//! A cut is the better the more the text pauses there: most at the end of a sentence, then at a comma, then between any two
//! words, least inside a word; silence helps. What it costs is its distance from where the parts would be equally long.

use super::{CUE_MS_MAX, LINE_WIDTH_MAX, atoms::Atom};
use std::ops::Range;

/// What places are worth, in characters of distance.
const SENTENCE: usize = 40;
const CLAUSE: usize = 20;
const SPACE: usize = 8;
/// Silence worth one character of distance, in milliseconds.
const SILENCE_MS: u64 = 25;
/// The most that silence is worth: as much as the end of a sentence.
const SILENCE: usize = 40;

/// The widths that a cue should have when a text is divided: two full lines seldom come out.
const CUE_WIDTH: usize = 2 * LINE_WIDTH_MAX - 8;

/// The parts of a text that are shown one after the other. `timed` says that the times are those of words, so that a part that
/// is said slowly can be cut although it is short.
pub(super) fn cues(atoms: &[Atom<'_>], timed: bool) -> Vec<Range<usize>> {
    let ruler = Ruler::of(atoms);
    let mut parts = Vec::new();
    let mut open: Vec<Range<usize>> = std::iter::once(0..atoms.len()).collect();
    while let Some(part) = open.pop() {
        let here = &atoms[part.clone()];
        let width = ruler.width(&part);
        let lasts_ms = duration_ms(here);
        let cuttable = here.len() > 1 && (timed || width > LINE_WIDTH_MAX);
        let fits = width <= 2 * LINE_WIDTH_MAX + 1 && line(here).is_some();
        if here.len() < 2 || (fits && (lasts_ms <= CUE_MS_MAX || !cuttable)) {
            parts.push(part);
            continue;
        }
        let by_width = width.div_ceil(CUE_WIDTH);
        let by_time = usize::try_from(lasts_ms.div_ceil(CUE_MS_MAX)).unwrap_or(usize::MAX);
        let count = if fits { by_time } else { by_width }.clamp(2, here.len());
        let cut = best(atoms, &ruler, &part, width / count * (count / 2));
        open.push(cut..part.end);
        open.push(part.start..cut);
    }
    parts
}

fn duration_ms(atoms: &[Atom<'_>]) -> u64 {
    atoms.first().zip(atoms.last()).map_or(0, |(first, last)| last.end_ms.saturating_sub(first.start_ms))
}

/// The best cut of a part near `target` characters from its beginning.
fn best(atoms: &[Atom<'_>], ruler: &Ruler, part: &Range<usize>, target: usize) -> usize {
    // Cuts further away make parts that are cut again and again.
    let reach = target.min(ruler.width(part) - target) / 2;
    let distance = |cut: usize| ruler.width(&(part.start..cut)).abs_diff(target);
    let cuts = part.start + 1..part.end;
    let near = cuts.clone().filter(|cut| distance(*cut) <= reach);
    let best =
        near.max_by_key(|cut| (worth(&atoms[*cut - 1], &atoms[*cut]) + reach).saturating_sub(distance(*cut)));
    best.or_else(|| cuts.min_by_key(|cut| distance(*cut))).unwrap_or(part.end)
}

/// How many atoms the first of at most two lines takes, all if one is enough; nothing if two are not.
pub(super) fn line(atoms: &[Atom<'_>]) -> Option<usize> {
    let ruler = Ruler::of(atoms);
    let all = 0..atoms.len();
    if ruler.width(&all) <= LINE_WIDTH_MAX {
        return Some(atoms.len());
    }
    let widths = |cut: usize| (ruler.width(&(0..cut)), ruler.width(&(cut..atoms.len())));
    let fits = |cut: &usize| {
        let (first, second) = widths(*cut);
        first <= LINE_WIDTH_MAX && second <= LINE_WIDTH_MAX
    };
    (1..atoms.len()).filter(fits).max_by_key(|cut| {
        let (first, second) = widths(*cut);
        (worth(&atoms[*cut - 1], &atoms[*cut]) + LINE_WIDTH_MAX).saturating_sub(first.abs_diff(second) / 2)
    })
}

/// What it is worth to cut between two atoms.
fn worth(before: &Atom<'_>, after: &Atom<'_>) -> usize {
    let bare = before.text.trim_end_matches(['"', '\'', '’', '”', '“', '»', '«', ')', ']', '」', '』', '）']);
    let sign = match bare.chars().next_back() {
        Some('.' | '!' | '?' | '…' | '。' | '！' | '？' | '؟' | '।') => SENTENCE,
        Some(',' | ';' | ':' | '–' | '—' | '、' | '，' | '；' | '：' | '،') => CLAUSE,
        _ => 0,
    };
    let silence_ms = after.start_ms.saturating_sub(before.end_ms);
    let silence = usize::try_from(silence_ms / SILENCE_MS).unwrap_or(SILENCE).min(SILENCE);
    sign + silence + if after.apart { SPACE } else { 0 }
}

/// How wide stretches of atoms are on one line.
struct Ruler(Vec<(usize, usize)>);

impl Ruler {
    /// Where each atom begins and ends if all stand on one line.
    fn of(atoms: &[Atom<'_>]) -> Self {
        let mut at = 0;
        let mut place = |atom: &Atom<'_>| {
            let start = at + usize::from(atom.apart);
            at = start + atom.width;
            (start, at)
        };
        Self(atoms.iter().map(&mut place).collect())
    }

    fn width(&self, range: &Range<usize>) -> usize {
        let atoms = &self.0[range.clone()];
        atoms.first().zip(atoms.last()).map_or(0, |(first, last)| last.1 - first.0)
    }
}
