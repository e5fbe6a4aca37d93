use super::{Index, Period, Row, Walk, catalogue::Pages, documents::Query};
use crate::{
    Problem,
    auth::Person,
    request::{given, word},
};
use document::{Kind, Status};

/// Longest `q`, `teacher` and `subject`, in characters: longer than any title, and each row is compared with it.
const TEXT_CHARS_MAX: usize = 300;

/// What a list shows.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    statuses: Vec<Status>,
    kind: Option<Kind>,
    teacher: Option<String>,
    /// Lower case.
    subject: Option<String>,
    uploaded: Period,
    /// Lower case.
    text: Option<String>,
}

impl Filter {
    pub(super) fn read(query: &Query) -> Result<Self, Problem> {
        let Query { status, kind, teacher, subject, from, to, q, .. } = query;
        let given = |parameter: &'_ Option<String>| given(parameter.as_ref()).map(str::to_owned);
        let statuses = given(status)
            .map(|words| words.split(',').map(|text| word("status", text)).collect::<Result<_, _>>());
        let short = |text: String| text.chars().take(TEXT_CHARS_MAX).collect::<String>();
        let lower = |text: String| short(text.trim().to_owned()).to_lowercase();
        Ok(Self {
            statuses: statuses.transpose()?.unwrap_or_default(),
            kind: given(kind).map(|text| word("kind", &text)).transpose()?,
            teacher: given(teacher).map(short),
            subject: given(subject).map(lower).filter(|text| !text.is_empty()),
            uploaded: Period::read(given(from).as_deref(), given(to).as_deref())?,
            text: given(q).map(lower).filter(|text| !text.is_empty()),
        })
    }

    /// The shortest walk that meets everything the person may see of this.
    ///
    /// Newest first: by upload, or, if one status is asked for that few documents are in, by when they came to it.
    pub(super) fn walk<'a, P: Pages>(&self, pages: &'a P, person: &Person) -> Walk<'a, P> {
        let walk = match (&self.teacher, self.statuses.as_slice()) {
            _ if !person.sees_school() => Walk::of(pages, Index::Teacher, &person.subject),
            (Some(teacher), _) => Walk::of(pages, Index::Teacher, teacher),
            // Most documents are ready or deleted: those of one school are fewer than those in the status.
            (None, [status]) if !matches!(status, Status::Ready | Status::Deleted) => {
                Walk::of_status(pages, *status)
            }
            (None, _) => Walk::of(pages, Index::School, &person.school),
        };
        walk.uploaded(self.uploaded)
    }

    /// Whether a row is shown. What was deleted is shown only to who asks for it.
    pub(super) fn lets_through(&self, row: &Row, person: &Person) -> bool {
        let status = match self.statuses.as_slice() {
            [] => row.status != Status::Deleted,
            statuses => statuses.contains(&row.status),
        };
        status
            && self.kind.is_none_or(|kind| row.kind == kind)
            && self.teacher.as_ref().is_none_or(|teacher| row.teacher.as_ref() == Some(teacher))
            && self.subject.as_ref().is_none_or(|subject| is_of(row, subject))
            && self.uploaded.holds(row.uploaded_at)
            && person.may_see(row.school.as_deref(), row.teacher.as_deref())
            && self.text.as_ref().is_none_or(|text| says(row, text))
    }
}

/// Whether it is a lesson of this subject, in any case.
fn is_of(row: &Row, lower: &str) -> bool {
    let subject = row.lesson.as_ref().and_then(|lesson| lesson.subject.as_deref());
    subject.is_some_and(|subject| subject.trim().to_lowercase() == lower)
}

/// Whether title, subject, file name or teacher holds the text, in any case.
fn says(row: &Row, lower: &str) -> bool {
    let subject = row.lesson.as_ref().and_then(|lesson| lesson.subject.as_deref());
    let teacher = [row.teacher_name.as_deref(), row.teacher.as_deref()];
    let fields = [Some(row.title.as_str()), subject, Some(&row.file_name)].into_iter().chain(teacher);
    fields.flatten().any(|field| field.to_lowercase().contains(lower))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::walk::tests::row;
    use document::Lesson;
    use serde_json::json;

    fn person(role: &str) -> Person {
        let claims = json!({"sub": "t1", "iss": "i", "exp": 1, "cognito:groups": [role, "school:school-1"]});
        Person::of(&serde_json::from_value(claims).unwrap()).unwrap()
    }

    fn filter(status: &str, kind: &str, teacher: &str, q: &str) -> Result<Filter, Problem> {
        let [status, kind, teacher, q] = [status, kind, teacher, q].map(|text| Some(text.to_owned()));
        Filter::read(&Query { status, kind, teacher, q, ..Query::default() })
    }

    #[test]
    fn each_filter_lets_its_own_through() {
        let row = Row {
            lesson: Some(Lesson { subject: Some("Mathematik".to_owned()), grade: None }),
            teacher_name: Some("Ms. Hill".to_owned()),
            ..row(1, 0, "school-1")
        };
        let check = |status: &str, kind: &str, teacher: &str, q: &str, expect: bool| {
            let filter = filter(status, kind, teacher, q).unwrap();
            assert_eq!(filter.lets_through(&row, &person("evaluator")), expect, "{filter:?}");
        };
        check("", "", "", "", true);
        check("failed", "lesson_plan", "t1", "plan", true);
        check("ready,failed", "", "", "", true);
        check("ready", "", "", "", false);
        check("", "video", "", "", false);
        check("", "", "t2", "", false);
        check("", "", "", "MATHE", true);
        check("", "", "", "plan-1.DOCX", true);
        check("", "", "", "T1", true);
        check("", "", "", "physics", false);
        check("", "", "", "ms. hill", true);
    }

    #[test]
    fn subjects_are_compared_whole_and_uploads_by_day() {
        let lesson = Lesson { subject: Some("Mathematik ".to_owned()), grade: None };
        let row = Row { lesson: Some(lesson), ..row(1, 36 * 3_600_000, "school-1") };
        let check = |query: Query, expect: bool| {
            let filter = Filter::read(&query).unwrap();
            assert_eq!(filter.lets_through(&row, &person("evaluator")), expect, "{query:?}");
        };
        let some = |text: &str| Some(text.to_owned());
        let subject = |text: &str| Query { subject: some(text), ..Query::default() };
        check(subject("MATHEMATIK"), true);
        check(subject("Mathe"), false);
        check(subject(" "), true);
        let days = |from: &str, to: &str| Query { from: some(from), to: some(to), ..Query::default() };
        check(days("1970-01-02", "1970-01-02"), true);
        check(days("1970-01-03", ""), false);
        check(days("", "1970-01-01"), false);
        check(days("", "1970-01-02T12:00:00Z"), true);
        check(days("1970-01-02T12:00:01Z", ""), false);
    }

    #[test]
    fn nobody_sees_beyond_their_own() {
        let everything = Filter::default();
        let sees = |role: &str, row: &Row| everything.lets_through(row, &person(role));
        let colleague = Row { teacher: Some("t2".to_owned()), ..row(1, 0, "school-1") };
        assert!(sees("teacher", &row(1, 0, "school-1")) && !sees("teacher", &row(1, 0, "school-2")));
        assert!(!sees("teacher", &colleague) && sees("evaluator", &colleague));
        assert!(!sees("evaluator", &row(1, 0, "school-2")) && !sees("operator", &row(1, 0, "school-2")));
        let deleted = Row { status: Status::Deleted, ..row(1, 0, "school-1") };
        assert!(!sees("operator", &deleted));
        assert!(filter("deleted", "", "", "").unwrap().lets_through(&deleted, &person("operator")));
    }

    #[test]
    fn texts_are_compared_up_to_their_length() {
        for (chars, expect) in [
            (TEXT_CHARS_MAX - 1, TEXT_CHARS_MAX - 1),
            (TEXT_CHARS_MAX, TEXT_CHARS_MAX),
            (TEXT_CHARS_MAX + 1, TEXT_CHARS_MAX),
        ] {
            let wide = "Ü".repeat(chars);
            let query = Query {
                subject: Some(wide.clone()),
                teacher: Some(wide.clone()),
                q: Some(wide),
                ..Query::default()
            };
            let filter = Filter::read(&query).unwrap();
            let lengths =
                [filter.teacher, filter.subject, filter.text].map(|text| text.unwrap().chars().count());
            assert_eq!(lengths, [expect; 3]);
        }
    }

    #[test]
    fn unknown_words_are_refused() {
        for (status, kind) in [("lost", ""), ("ready,", ""), ("", "song"), ("Ready", "")] {
            assert_eq!(
                filter(status, kind, "", "").unwrap_err().code(),
                "parameter-wrong",
                "{status} {kind}"
            );
        }
    }
}
