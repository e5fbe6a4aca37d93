use crate::{Role, schema::Repair};

/// One repair for all that a file held of some things, each with how often; nothing, if it held none.
pub(super) fn repair(code: &str, role: Role, sentence: &str, counts: &[(&str, usize)]) -> Option<Repair> {
    let met: Vec<_> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(what, count)| format!("{what} ({count})"))
        .collect();
    let note = format!("{sentence}: {}.", met.join(", "));
    (!met.is_empty()).then(|| Repair { code: code.to_owned(), place: role.to_string(), note })
}

/// What is recorded of cues that were put in the order of their beginnings.
pub(super) fn sorted(role: Role) -> Repair {
    Repair {
        code: "cues-sorted".to_owned(),
        place: role.to_string(),
        note: "The cues were put in the order of their beginnings.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_met_is_told() {
        let told =
            |counts: &[_]| repair("code", Role::Captions, "Left out", counts).map(|repair| repair.note);
        assert_eq!(told(&[("regions", 0)]), None);
        assert_eq!(
            told(&[("regions", 2), ("notes", 0), ("tags", 1)]).as_deref(),
            Some("Left out: regions (2), tags (1).")
        );
    }
}
