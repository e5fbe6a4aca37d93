//! `AWS::DynamoDB::Table`.

use std::collections::BTreeSet;

use crate::error::{Problem, TemplateError};
use crate::plan::{AttributeKey, Index, Projection, Table};
use crate::scope::{Resource, Scope};
use crate::value::{Fields, Found};

/// DynamoDB's quota for one index.
const PROJECTED_ATTRIBUTES_MAX: usize = 20;

pub(super) fn read(
    resource: &Resource,
    scope: &Scope<'_>,
    mut fields: Fields<'_>,
) -> Result<Table, TemplateError> {
    // Backups, encryption and protection from deletion are matters of the data directory here.
    fields.aws_only(&[
        "TableName",
        "DeletionProtectionEnabled",
        "PointInTimeRecoverySpecification",
        "SSESpecification",
        "TableClass",
        "Tags",
    ]);
    fields
        .required("BillingMode")?
        .one_of(&["PAY_PER_REQUEST"], "no throughput is reserved (PAY_PER_REQUEST)")?;
    let definitions = fields.required("AttributeDefinitions")?;
    let declared = declared_attributes(&definitions)?;
    let key = key(&fields.required("KeySchema")?)?;
    let indexes = match fields.optional("GlobalSecondaryIndexes") {
        Some(indexes) => indexes.list()?.iter().map(index).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    fields.finish()?;
    let table = Table { logical_id: resource.logical_id.clone(), name: scope.name(resource)?, key, indexes };
    // DynamoDB refuses both a key that is not declared and a declaration that no key uses.
    let used: BTreeSet<&str> = table.key_attributes().into_iter().collect();
    if used != declared.iter().map(String::as_str).collect() {
        let list = |names: Vec<&str>| names.join(", ");
        return Err(definitions.place.expected(
            format!("exactly the attributes of keys: {}", list(used.into_iter().collect())),
            list(declared.iter().map(String::as_str).collect()),
        ));
    }
    Ok(table)
}

fn declared_attributes(definitions: &Found<'_>) -> Result<BTreeSet<String>, TemplateError> {
    let mut names = BTreeSet::new();
    for definition in definitions.list()? {
        let mut fields = definition.fields()?;
        names.insert(fields.required("AttributeName")?.text()?);
        fields.required("AttributeType")?.one_of(&["S"], "keys are strings (S)")?;
        fields.finish()?;
    }
    Ok(names)
}

fn key(schema: &Found<'_>) -> Result<AttributeKey, TemplateError> {
    let mut key = Vec::new();
    for (part, expected) in schema.list()?.into_iter().zip(["HASH", "RANGE"]) {
        let mut fields = part.fields()?;
        key.push(fields.required("AttributeName")?.text()?);
        fields.required("KeyType")?.one_of(&[expected], "HASH comes first, then perhaps RANGE")?;
        fields.finish()?;
    }
    let mut parts = key.into_iter();
    match (parts.next(), schema.list()?.len()) {
        (Some(hash), 1 | 2) => Ok(AttributeKey { hash, range: parts.next() }),
        (_, length) => Err(schema.place.expected("one or two attributes", length.to_string())),
    }
}

fn index(found: &Found<'_>) -> Result<Index, TemplateError> {
    let mut fields = found.fields()?;
    let name = fields.required("IndexName")?.text()?;
    let key = key(&fields.required("KeySchema")?)?;
    let projection = projection(&fields.required("Projection")?)?;
    fields.finish()?;
    Ok(Index { name, key, projection })
}

fn projection(found: &Found<'_>) -> Result<Projection, TemplateError> {
    let mut fields = found.fields()?;
    let kind = fields.required("ProjectionType")?;
    let attributes = fields.optional("NonKeyAttributes");
    fields.finish()?;
    match (kind.text()?.as_str(), attributes) {
        ("ALL", None) => Ok(Projection::All),
        ("KEYS_ONLY", None) => Ok(Projection::KeysOnly),
        ("INCLUDE", Some(attributes)) => {
            let names = attributes.texts()?;
            if (1..=PROJECTED_ATTRIBUTES_MAX).contains(&names.len()) {
                return Ok(Projection::Include(names));
            }
            let expected = format!("1 to {PROJECTED_ATTRIBUTES_MAX} attributes");
            Err(attributes.place.expected(expected, names.len().to_string()))
        }
        ("INCLUDE", None) => Err(found.place.field("NonKeyAttributes").refuse(Problem::Missing)),
        ("ALL" | "KEYS_ONLY", Some(attributes)) => Err(attributes.place.expected("nothing", "attributes")),
        (other, _) => Err(kind.place.expected("ALL, KEYS_ONLY or INCLUDE", other)),
    }
}
