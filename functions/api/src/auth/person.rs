use super::token::Claims;
use crate::{Code, Problem};
use document::{Document, Moment};
use edge::UNASSIGNED_SCHOOL;
use serde::Serialize;
use utoipa::ToSchema;

/// Longest subject taken, in bytes: it is a key of an index.
const SUBJECT_BYTES_MAX: usize = 128;
/// Longest name of a school, in bytes: it is a key of an index, and Cognito's groups have names of up to 128 characters.
const SCHOOL_BYTES_MAX: usize = 128;
/// Longest name shown, in characters: it is kept with each document that a teacher hands in.
const NAME_CHARS_MAX: usize = 100;
/// The group that puts a person into a school begins with this.
const SCHOOL_GROUP: &str = "school:";

/// What a person may be. One person may be several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Hands in and sees their own.
    Teacher,
    /// Reads everything of their school.
    Evaluator,
    /// Sees, redrives and deletes everything of their school, and what belongs to no school.
    Operator,
}

impl Role {
    const ALL: [Self; 3] = [Self::Teacher, Self::Evaluator, Self::Operator];

    const fn group(self) -> &'static str {
        match self {
            Self::Teacher => "teacher",
            Self::Evaluator => "evaluator",
            Self::Operator => "operator",
        }
    }
}

/// Whoever asks, as their token proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The issuer's name for them: the register's `teacher`.
    pub subject: String,
    /// For display only: at most [`NAME_CHARS_MAX`] characters.
    pub username: Option<String>,
    /// The one school they belong to.
    pub school: String,
    /// When the token ends.
    pub expires_at: Moment,
    roles: Vec<Role>,
}

impl Person {
    /// `None` if the groups give no role, or not exactly one school: whoever is in two cannot be told where to file.
    pub(crate) fn of(claims: &Claims) -> Option<Self> {
        let roles: Vec<_> = Role::ALL
            .into_iter()
            .filter(|role| claims.groups.iter().any(|group| group == role.group()))
            .collect();
        let mut schools = claims.groups.iter().filter_map(|group| group.strip_prefix(SCHOOL_GROUP));
        let (Some(school), None) = (schools.next(), schools.next()) else {
            return None;
        };
        let subject_fits = !claims.sub.is_empty() && claims.sub.len() <= SUBJECT_BYTES_MAX;
        // The word under which documents without a school are listed is no school's name.
        let school_fits = (1..=SCHOOL_BYTES_MAX).contains(&school.len()) && school != UNASSIGNED_SCHOOL;
        let sound = subject_fits && school_fits && !roles.is_empty();
        sound.then(|| Self {
            school: school.to_owned(),
            subject: claims.sub.clone(),
            username: claims.username.as_deref().and_then(shown),
            expires_at: claims.expires_at(),
            roles,
        })
    }

    pub(crate) fn roles(&self) -> &[Role] {
        &self.roles
    }

    pub(crate) fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether they see more of their school than what is their own.
    pub(crate) fn sees_school(&self) -> bool {
        self.is(Role::Evaluator) || self.is(Role::Operator)
    }

    /// Whether they may know that a document with this school and teacher exists.
    pub(crate) fn may_see(&self, school: Option<&str>, teacher: Option<&str>) -> bool {
        match school {
            Some(school) if school == self.school => {
                self.sees_school() || (self.is(Role::Teacher) && teacher == Some(self.subject.as_str()))
            }
            Some(_) => false,
            // What belongs to no school would stay silent if no operator saw it.
            None => self.is(Role::Operator),
        }
    }

    /// Whether it is their own, as a teacher.
    pub(crate) fn owns(&self, document: &Document) -> bool {
        self.is(Role::Teacher)
            && document.school.as_deref() == Some(self.school.as_str())
            && document.teacher.as_deref() == Some(self.subject.as_str())
    }

    /// Whether they may delete it: its teacher, and operators.
    pub(crate) fn may_delete(&self, document: &Document) -> bool {
        let seen = self.may_see(document.school.as_deref(), document.teacher.as_deref());
        self.owns(document) || (seen && self.is(Role::Operator))
    }

    /// Refuses whoever lacks the role.
    pub(crate) fn must_be(&self, role: Role) -> Result<(), Problem> {
        if self.is(role) {
            return Ok(());
        }
        Err(Problem::new(Code::RoleRequired).because(format!("the role {} is required", role.group())))
    }
}

/// A name as it is shown.
fn shown(name: &str) -> Option<String> {
    let name: String = name.trim().chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde_json::json;

    fn groups(groups: &[&str]) -> Option<Person> {
        let claims = json!({"sub": "s1", "iss": "i", "exp": 1, "cognito:groups": groups});
        Person::of(&serde_json::from_value(claims).unwrap())
    }

    #[test]
    fn a_person_has_a_role_and_exactly_one_school() {
        assert!(groups(&["teacher", "school:school-1"]).is_some());
        assert!(groups(&["teacher", "evaluator", "school:school-1", "unrelated"]).is_some());
        for incomplete in [
            &["teacher"][..],
            &["school:school-1"],
            &["Teacher", "school:school-1"],
            &["teacher", "school:"],
            &["teacher", "school:unassigned"],
            &["teacher", "school:school-1", "school:school-2"],
            &[],
        ] {
            assert_eq!(groups(incomplete), None, "{incomplete:?}");
        }
    }

    #[test]
    fn subjects_and_schools_are_taken_up_to_their_lengths() {
        let taken = |sub: usize, school: usize| {
            let groups = ["teacher".to_owned(), format!("school:{}", "s".repeat(school))];
            let claims = json!({"sub": "s".repeat(sub), "iss": "i", "exp": 1, "cognito:groups": groups});
            Person::of(&serde_json::from_value(claims).unwrap()).is_some()
        };
        for (past, expect) in [(-1, true), (0, true), (1, false)] {
            assert_eq!(taken(SUBJECT_BYTES_MAX.saturating_add_signed(past), 1), expect, "{past}");
            assert_eq!(taken(1, SCHOOL_BYTES_MAX.saturating_add_signed(past)), expect, "{past}");
        }
    }

    #[test]
    fn a_name_is_shown_up_to_its_length() {
        let length = |chars: usize| shown(&"ü".repeat(chars)).unwrap().chars().count();
        assert_eq!([-1, 0, 1].map(|past| length(NAME_CHARS_MAX.saturating_add_signed(past))), [99, 100, 100]);
        assert_eq!((shown(" Ms.\nHill "), shown(" \u{7}")), (Some("Ms.Hill".to_owned()), None));
    }

    #[test]
    fn who_may_see_what() {
        let own = (Some("school-1"), Some("s1"));
        let colleague = (Some("school-1"), Some("s2"));
        let elsewhere = (Some("school-2"), Some("s1"));
        let nobodys = (None, None);
        let check = |role: &str, expect: [bool; 4]| {
            let person = groups(&[role, "school:school-1"]).unwrap();
            let seen =
                [own, colleague, elsewhere, nobodys].map(|(school, teacher)| person.may_see(school, teacher));
            assert_eq!(seen, expect, "{role}");
        };
        check("teacher", [true, false, false, false]);
        check("evaluator", [true, true, false, false]);
        check("operator", [true, true, false, true]);
    }

    #[test]
    fn a_role_that_is_missing_is_named() {
        let teacher = groups(&["teacher", "school:school-1"]).unwrap();
        assert_eq!(teacher.must_be(Role::Teacher), Ok(()));
        assert_eq!(teacher.must_be(Role::Operator).unwrap_err().code(), "role-required");
    }
}
