//! `AWS::SecretsManager::Secret`.

use crate::error::TemplateError;
use crate::plan::{Secret, SecretText};
use crate::scope::{Resource, Scope};
use crate::value::Fields;

/// Only secrets whose text is given are run: one that AWS would invent is known to nobody else on this machine.
pub(super) fn read(
    resource: &Resource,
    scope: &Scope<'_>,
    mut fields: Fields<'_>,
) -> Result<Secret, TemplateError> {
    fields.aws_only(&["Name", "Description", "KmsKeyId", "Tags"]);
    let text = SecretText::new(fields.required("SecretString")?.text()?);
    fields.finish()?;
    Ok(Secret {
        logical_id: resource.logical_id.clone(),
        name: scope.name(resource)?,
        arn: scope.arn(resource)?,
        text,
    })
}
