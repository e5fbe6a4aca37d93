/// Longest BCP 47 tag that is believed (RFC 5646, section 4.4.1, asks for 35 characters).
const TAG_BYTES_MAX: usize = 35;

/// The language of everything that is said, if it is one.
#[derive(Debug, Default)]
pub(super) struct Language {
    anything_said: bool,
    /// Of what was said first.
    first: Option<String>,
    /// Pieces of text in another language than the first.
    pub(super) others: usize,
}

impl Language {
    /// Notes the language of a piece of text. What is no language tag counts as none.
    pub(super) fn said(&mut self, tag: Option<&str>) {
        let tag = tag.filter(|tag| is_tag(tag));
        if std::mem::replace(&mut self.anything_said, true) {
            self.others += usize::from(self.first.as_deref() != tag);
        } else {
            self.first = tag.map(str::to_owned);
        }
    }

    /// The one language; `otherwise` if there are several, or nothing was said.
    pub(super) fn one(self, otherwise: Option<&str>) -> Option<String> {
        let first = self.first.filter(|_| self.others == 0);
        first.or_else(|| otherwise.filter(|tag| is_tag(tag)).map(str::to_owned))
    }
}

fn is_tag(tag: &str) -> bool {
    let well_formed = tag
        .split('-')
        .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    well_formed && tag.len() <= TAG_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(said: &[Option<&str>], otherwise: Option<&str>, expect: (Option<&str>, usize)) {
        let mut language = Language::default();
        for tag in said {
            language.said(*tag);
        }
        let others = language.others;
        assert_eq!((language.one(otherwise).as_deref(), others), expect, "{said:?}");
    }

    #[test]
    fn one_language_is_the_language() {
        check(&[Some("en"), Some("en")], None, (Some("en"), 0));
        check(&[Some("en"), Some("fr"), None], None, (None, 2));
        check(&[Some("en"), Some("fr")], Some("de-CH"), (Some("de-CH"), 1));
        check(&[None], Some("de"), (Some("de"), 0));
        check(&[], Some("de"), (Some("de"), 0));
        check(&[Some(""), Some("no tag"), Some("toolongforatag")], Some("-"), (None, 0));
    }
}
