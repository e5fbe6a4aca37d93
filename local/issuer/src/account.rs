use uuid::Uuid;

/// The namespace of the accounts' subjects (RFC 9562, version 5): the same name is the same subject on every machine.
const SUBJECTS: Uuid = Uuid::from_u128(0x2d6c_9a41_0f3e_4b7a_8c55_91d7_3e60_a4b8);

/// Somebody who can sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    pub username: &'static str,
    /// A role: `teacher`, `evaluator` or `operator`.
    pub role: &'static str,
    pub school: &'static str,
}

/// Everybody who can sign in: each role in two schools, so that the wall between them can be seen.
pub const ACCOUNTS: [Account; 6] = [
    Account { username: "teacher", role: "teacher", school: "school-1" },
    Account { username: "evaluator", role: "evaluator", school: "school-1" },
    Account { username: "operator", role: "operator", school: "school-1" },
    Account { username: "teacher-2", role: "teacher", school: "school-2" },
    Account { username: "evaluator-2", role: "evaluator", school: "school-2" },
    Account { username: "operator-2", role: "operator", school: "school-2" },
];

impl Account {
    /// The account with this name.
    pub fn named(username: &str) -> Option<Self> {
        ACCOUNTS.into_iter().find(|account| account.username == username)
    }

    /// The stable `sub`.
    pub fn subject(&self) -> String {
        Uuid::new_v5(&SUBJECTS, self.username.as_bytes()).to_string()
    }

    /// The role as people read it.
    pub(crate) fn role_name(&self) -> &'static str {
        match self.role {
            "teacher" => "Teacher",
            "evaluator" => "Evaluator",
            _ => "Operator",
        }
    }

    /// What the role is for, in a few words.
    pub(crate) fn does(&self) -> &'static str {
        match self.role {
            "teacher" => "hands in lesson plans and videos",
            "evaluator" => "reads them and writes notes",
            _ => "looks after what goes wrong",
        }
    }

    /// The school as people read it.
    pub(crate) fn school_name(&self) -> String {
        format!("School {}", self.school.trim_start_matches("school-"))
    }

    /// What `cognito:groups` says.
    pub fn groups(&self) -> Vec<String> {
        vec![self.role.to_owned(), format!("school:{}", self.school)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_stable_and_all_different() {
        let subject = |name: &str| Account::named(name).unwrap().subject();
        assert_eq!(subject("teacher"), "704638c5-462e-5e8f-b054-a0cdabae1219");
        let mut subjects: Vec<_> = ACCOUNTS.iter().map(Account::subject).collect();
        subjects.sort();
        subjects.dedup();
        assert_eq!(subjects.len(), ACCOUNTS.len());
        assert_eq!(Account::named("Teacher"), None);
    }
}
