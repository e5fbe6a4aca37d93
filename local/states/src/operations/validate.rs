use crate::StateMachines;
use asl::{Diagnostic, Machine};

/// How many diagnostics an answer has at most (`ValidateStateMachineDefinition`, `maxResults`).
const DIAGNOSTICS_MAX: usize = 100;

impl StateMachines {
    /// What is wrong with a definition, up to `limit` (0 for AWS's most), and whether there is more.
    pub fn validate_definition(&self, definition: &str, limit: usize) -> (Vec<Diagnostic>, bool) {
        let limit = if limit == 0 { DIAGNOSTICS_MAX } else { limit.min(DIAGNOSTICS_MAX) };
        let mut found = Machine::load(definition).err().map(|error| error.diagnostics).unwrap_or_default();
        let truncated = found.len() > limit;
        found.truncate(limit);
        (found, truncated)
    }
}
