use super::limits::FIELDS_MAX;

/// Fields that are open: of each, whether its result has begun. An instruction is not text, its result is (ECMA-376,
/// part 1, 17.16.18).
#[derive(Default)]
pub(super) struct Fields {
    in_result: Vec<bool>,
    /// Fields that lie too deep to be followed.
    deeper: usize,
}

impl Fields {
    pub(super) fn mark(&mut self, kind: Option<&str>) {
        match kind {
            Some("begin") if self.in_result.len() == FIELDS_MAX => self.deeper += 1,
            Some("begin") => self.in_result.push(false),
            Some("end") if self.deeper > 0 => self.deeper -= 1,
            Some("end") => drop(self.in_result.pop()),
            Some("separate") if self.deeper == 0 => {
                if let Some(innermost) = self.in_result.last_mut() {
                    *innermost = true;
                }
            }
            _ => {}
        }
    }

    pub(super) fn is_instruction(&self) -> bool {
        self.in_result.contains(&false)
    }
}
