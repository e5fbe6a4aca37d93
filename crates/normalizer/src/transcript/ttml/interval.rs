//! When elements are active (TTML2, section 12.4, and the part of SMIL that it takes over).

/// What an element says about its times, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Timing {
    pub(super) begin: Option<u64>,
    pub(super) end: Option<u64>,
    pub(super) duration: Option<u64>,
    /// Its children follow each other (`timeContainer="seq"`).
    pub(super) is_sequence: bool,
    /// It is a `span`, which in a sequence takes no time unless it says so.
    pub(super) is_span: bool,
}

/// An end; the greatest stands for one that never comes.
type End = u64;
const NEVER: End = End::MAX;

/// An element's time while it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interval {
    begin: u64,
    /// The end that the element asks for, if it does.
    wanted_end: Option<End>,
    /// The end that its parent allows.
    parent_end: End,
    /// A span that takes no time unless it holds more than text.
    is_momentary: bool,
    is_sequence: bool,
    /// Of a sequence, when its next child may begin; else when the last of its children ends.
    children_end: End,
    has_child_elements: bool,
}

impl Interval {
    /// The whole of the media.
    pub(super) const ROOT: Self = Self {
        begin: 0,
        wanted_end: None,
        parent_end: NEVER,
        is_momentary: false,
        is_sequence: false,
        children_end: 0,
        has_child_elements: false,
    };

    /// Opens a child.
    pub(super) fn child(&self, timing: &Timing) -> Self {
        let from = if self.is_sequence { self.children_end } else { self.begin };
        let begin = from.saturating_add(timing.begin.unwrap_or(0));
        let end = timing.end.map(|end| from.saturating_add(end));
        let duration = timing.duration.map(|duration| begin.saturating_add(duration));
        Self {
            begin,
            wanted_end: end.into_iter().chain(duration).min(),
            parent_end: self.end(),
            is_momentary: self.is_sequence && timing.is_span && end.or(duration).is_none(),
            is_sequence: timing.is_sequence,
            children_end: begin,
            has_child_elements: false,
        }
    }

    /// The latest end of what is in the element.
    fn end(&self) -> End {
        self.wanted_end.map_or(self.parent_end, |end| end.min(self.parent_end))
    }

    /// Whether the element is never active, because its parent has ended before.
    pub(super) const fn is_never(&self) -> bool {
        self.begin == NEVER || self.begin >= self.parent_end
    }

    /// When text right in the element is shown: its beginning, and its end if there is one. In a sequence, text takes no time.
    pub(super) fn text(&self) -> (u64, Option<u64>) {
        if self.is_sequence {
            return (self.children_end, Some(self.children_end));
        }
        let end = if self.is_momentary { self.begin } else { self.end() };
        (self.begin, Some(end).filter(|end| *end != NEVER))
    }

    /// Notes text right in the element, which lasts as long as it may.
    pub(super) const fn add_text(&mut self) {
        if !self.is_sequence {
            self.children_end = NEVER;
        }
    }

    /// Closes a child.
    pub(super) fn add_child(&mut self, child: &Self) {
        let end = child.active_end();
        self.has_child_elements = true;
        self.children_end = if self.is_sequence { end } else { self.children_end.max(end) };
    }

    /// When the element ends, its children being known: where it says so, else with the last of them.
    fn active_end(&self) -> End {
        let is_moment = self.is_momentary && !self.has_child_elements;
        let implied = if is_moment { self.begin } else { self.children_end };
        self.wanted_end.unwrap_or(implied).min(self.parent_end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Timing =
        Timing { begin: None, end: None, duration: None, is_sequence: false, is_span: false };
    const SEQUENCE: Timing = Timing { is_sequence: true, ..PLAIN };

    fn from(begin: u64) -> Timing {
        Timing { begin: Some(begin), ..PLAIN }
    }

    fn lasting(duration: u64) -> Timing {
        Timing { duration: Some(duration), ..PLAIN }
    }

    #[test]
    fn times_are_relative_to_the_parent() {
        let body = Interval::ROOT.child(&Timing { end: Some(100), ..from(10) });
        assert_eq!(body.text(), (10, Some(100)));
        assert_eq!(body.child(&PLAIN).text(), (10, Some(100)));
        assert_eq!(body.child(&Timing { end: Some(20), ..from(5) }).text(), (15, Some(30)));
        assert_eq!(body.child(&Timing { end: Some(200), ..from(5) }).text(), (15, Some(100)));
        assert_eq!(
            body.child(&Timing { end: Some(20), duration: Some(3), ..from(5) }).text(),
            (15, Some(18))
        );
        assert_eq!(
            body.child(&Timing { end: Some(20), duration: Some(30), ..from(5) }).text(),
            (15, Some(30))
        );
        assert_eq!(Interval::ROOT.child(&from(5)).text(), (5, None));
        assert!(body.child(&from(90)).is_never() && !body.child(&from(89)).is_never());
    }

    #[test]
    fn children_of_a_sequence_follow_each_other() {
        let mut body = Interval::ROOT.child(&Timing { begin: Some(10), ..SEQUENCE });
        let first = body.child(&lasting(5));
        assert_eq!(first.text(), (10, Some(15)));
        body.add_child(&first);
        let second = body.child(&Timing { end: Some(8), ..from(2) });
        assert_eq!(second.text(), (17, Some(23)));
        body.add_child(&second);
        let mut third = body.child(&PLAIN);
        assert_eq!(third.text(), (23, None));
        third.add_text();
        body.add_child(&third);
        assert!(body.child(&lasting(5)).is_never());
    }

    #[test]
    fn containers_end_with_the_last_of_their_children() {
        let mut body = Interval::ROOT.child(&SEQUENCE);
        let mut division = body.child(&PLAIN);
        division.add_child(&division.child(&lasting(5)));
        division.add_child(&division.child(&lasting(3)));
        body.add_child(&division);
        assert_eq!(body.child(&PLAIN).text(), (5, None));
        body.add_child(&body.child(&PLAIN));
        assert_eq!(body.child(&PLAIN).text(), (5, None));
    }

    #[test]
    fn text_takes_no_time_in_a_sequence() {
        let mut paragraph = Interval::ROOT.child(&SEQUENCE);
        paragraph.add_text();
        assert_eq!(paragraph.text(), (0, Some(0)));
        let mut span = paragraph.child(&Timing { is_span: true, ..PLAIN });
        span.add_text();
        assert_eq!(span.text(), (0, Some(0)));
        paragraph.add_child(&span);
        let timed = paragraph.child(&Timing { is_span: true, ..lasting(4) });
        assert_eq!(timed.text(), (0, Some(4)));
        paragraph.add_child(&timed);
        assert_eq!(paragraph.text(), (4, Some(4)));
    }

    #[test]
    fn great_times_do_not_overflow() {
        let late = Interval::ROOT.child(&from(u64::MAX - 1));
        assert!(late.child(&from(5)).is_never());
        assert_eq!(late.child(&lasting(5)).text(), (u64::MAX - 1, None));
    }
}
