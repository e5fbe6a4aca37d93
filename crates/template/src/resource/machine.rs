//! `AWS::Serverless::StateMachine`.

use super::{ReadFile, rights};
use crate::error::{Problem, TemplateError};
use crate::plan::Machine;
use crate::scope::{Resource, Scope};
use crate::settings::Settings;
use crate::value::{Fields, Found};

pub(super) fn read(
    resource: &Resource,
    scope: &Scope<'_>,
    mut fields: Fields<'_>,
    read_file: ReadFile<'_>,
) -> Result<Machine, TemplateError> {
    // The host keeps every execution's history itself, and its machines can only reach its own queues and functions.
    fields.aws_only(&["Name", "Logging", "Tracing", "Tags"]);
    if let Some(kind) = fields.optional("Type") {
        kind.one_of(&["STANDARD"], "every execution is kept and resumed (STANDARD)")?;
    }
    let rights = rights::read(&mut fields)?;
    let uri = fields.required("DefinitionUri")?;
    let file = uri.text()?;
    let mut substitutions = Vec::new();
    if let Some(found) = fields.optional("DefinitionSubstitutions") {
        for (name, value) in found.entries()? {
            let text = value.text()?;
            substitutions.push(Substitution { name, value, text, used: false });
        }
    }
    fields.finish()?;
    let source = read_file(&file).map_err(|error| {
        uri.place.refuse(Problem::Unreadable { file: file.clone(), reason: error.to_string() })
    })?;
    let definition = substitute(&source, &mut substitutions).map_err(|name| {
        uri.place.refuse(Problem::Substitution(format!("{file} uses ${{{name}}}, which has no substitution")))
    })?;
    if let Some(unused) = substitutions.iter().find(|substitution| !substitution.used) {
        return Err(unused.value.place.refuse(Problem::Substitution(format!("{file} does not use it"))));
    }
    let role = format!(
        "arn:{}:iam::{}:role/{}-{}Role",
        Settings::PARTITION,
        scope.settings.account,
        scope.settings.stack_name,
        resource.logical_id
    );
    Ok(Machine {
        logical_id: resource.logical_id.clone(),
        name: scope.name(resource)?,
        arn: scope.arn(resource)?,
        role,
        definition_file: file,
        definition,
        rights,
    })
}

struct Substitution<'value> {
    name: &'value str,
    value: Found<'value>,
    text: String,
    used: bool,
}

/// Replaces every `${Name}`. The error is a name without a substitution.
///
/// A `${` that no name of letters and digits follows is left alone: JSONata has uses for it.
fn substitute(source: &str, substitutions: &mut [Substitution<'_>]) -> Result<String, String> {
    let mut built = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(start) = rest.find("${") {
        let (before, after) = (&rest[..start], &rest[start + 2..]);
        built.push_str(before);
        match after.split_once('}') {
            Some((name, tail)) if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()) => {
                let found = substitutions.iter_mut().find(|substitution| substitution.name == name);
                let substitution = found.ok_or_else(|| name.to_owned())?;
                substitution.used = true;
                built.push_str(&substitution.text);
                rest = tail;
            }
            _ => {
                built.push_str("${");
                rest = after;
            }
        }
    }
    built.push_str(rest);
    Ok(built)
}
