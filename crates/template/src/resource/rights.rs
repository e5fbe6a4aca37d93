//! `Policies` of a function or of a state machine.

use crate::error::TemplateError;
use crate::plan::Right;
use crate::value::{Fields, Found};

/// The rights of a role. One process holds nobody to them; they are read so that they can be compared with what functions and
/// machines do.
pub(super) fn read(fields: &mut Fields<'_>) -> Result<Vec<Right>, TemplateError> {
    let mut rights = Vec::new();
    for policy in fields.optional("Policies").map_or(Ok(Vec::new()), |found| found.list())? {
        let mut policy = policy.fields()?;
        policy.aws_only(&["Version"]);
        for statement in policy.required("Statement")?.list()? {
            rights.push(right(&statement)?);
        }
        policy.finish()?;
    }
    Ok(rights)
}

fn right(statement: &Found<'_>) -> Result<Right, TemplateError> {
    let mut fields = statement.fields()?;
    fields.aws_only(&["Condition"]);
    fields.required("Effect")?.one_of(&["Allow"], "a role only allows")?;
    let right = Right {
        sid: fields.required("Sid")?.text()?,
        actions: one_or_more(&fields.required("Action")?)?,
        resources: one_or_more(&fields.required("Resource")?)?,
    };
    fields.finish()?;
    Ok(right)
}

fn one_or_more(found: &Found<'_>) -> Result<Vec<String>, TemplateError> {
    found.text().map(|one| vec![one]).or_else(|_| found.texts())
}
