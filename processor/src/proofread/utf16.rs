/// Turns offsets in code points, as Harper counts, into UTF-16 code units, as LanguageTool counts.
#[derive(Debug)]
pub(super) struct Utf16(Vec<usize>);

impl Utf16 {
    /// One pass over the text.
    pub(super) fn of(text: &[char]) -> Self {
        let mut units = 0;
        let starts = text.iter().map(|c| {
            let start = units;
            units += c.len_utf16();
            start
        });
        let mut all: Vec<usize> = starts.collect();
        all.push(units);
        Self(all)
    }

    /// The offset in code units of the code point at `index`; the end of the text for anything beyond.
    pub(super) fn at(&self, index: usize) -> usize {
        self.0[index.min(self.0.len() - 1)]
    }

    /// How many code units lie between two code points.
    pub(super) fn between(&self, start: usize, end: usize) -> usize {
        self.at(end).saturating_sub(self.at(start))
    }
}
