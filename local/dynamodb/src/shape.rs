use dynoxide::{
    actions::{TableDescription, create_table::CreateTableRequest},
    types::{AttributeDefinition, KeySchemaElement, Projection},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// What cannot change about a table without rewriting it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    keys: Vec<String>,
    types: BTreeMap<String, String>,
    indexes: BTreeMap<String, Index>,
}

#[derive(Debug, PartialEq, Eq)]
struct Index {
    keys: Vec<String>,
    projection: String,
    /// The order in which projected attributes are declared means nothing.
    attributes: BTreeSet<String>,
}

/// Where a declaration and an existing table part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    Keys,
    AttributeTypes,
    /// The index of this name is new, gone, or has other keys or another projection.
    Index(String),
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keys => formatter.write_str("keys"),
            Self::AttributeTypes => formatter.write_str("attribute types"),
            Self::Index(name) => write!(formatter, "indexes: {name}"),
        }
    }
}

impl Shape {
    pub(crate) fn declared(request: &CreateTableRequest) -> Self {
        let global = request.global_secondary_indexes.iter().flatten();
        let local = request.local_secondary_indexes.iter().flatten();
        Self::of(
            &request.key_schema,
            &request.attribute_definitions,
            global
                .map(|it| (&it.index_name, &it.key_schema, &it.projection))
                .chain(local.map(|it| (&it.index_name, &it.key_schema, &it.projection))),
        )
    }

    pub(crate) fn existing(table: &TableDescription) -> Self {
        let global = table.global_secondary_indexes.iter().flatten();
        let local = table.local_secondary_indexes.iter().flatten();
        Self::of(
            &table.key_schema,
            &table.attribute_definitions,
            global
                .map(|it| (&it.index_name, &it.key_schema, &it.projection))
                .chain(local.map(|it| (&it.index_name, &it.key_schema, &it.projection))),
        )
    }

    fn of<'a>(
        keys: &[KeySchemaElement],
        attributes: &[AttributeDefinition],
        indexes: impl Iterator<Item = (&'a String, &'a Vec<KeySchemaElement>, &'a Projection)>,
    ) -> Self {
        let types =
            attributes.iter().map(|it| (it.attribute_name.clone(), format!("{:?}", it.attribute_type)));
        let indexes = indexes.map(|(name, keys, projection)| (name.clone(), Index::of(keys, projection)));
        Self { keys: names_of(keys), types: types.collect(), indexes: indexes.collect() }
    }

    /// The first difference, the most basic one first.
    pub(crate) fn differs_from(&self, other: &Self) -> Option<Difference> {
        if self.keys != other.keys {
            return Some(Difference::Keys);
        }
        let names: BTreeSet<_> = self.indexes.keys().chain(other.indexes.keys()).collect();
        if let Some(name) = names.into_iter().find(|name| self.indexes.get(*name) != other.indexes.get(*name))
        {
            return Some(Difference::Index(name.clone()));
        }
        (self.types != other.types).then_some(Difference::AttributeTypes)
    }
}

impl Index {
    fn of(keys: &[KeySchemaElement], projection: &Projection) -> Self {
        Self {
            keys: names_of(keys),
            projection: projection.projection_type.as_ref().map(|it| format!("{it:?}")).unwrap_or_default(),
            attributes: projection.non_key_attributes.iter().flatten().cloned().collect(),
        }
    }
}

/// The names of key attributes with their role, the partition key first as AWS demands.
fn names_of(keys: &[KeySchemaElement]) -> Vec<String> {
    keys.iter().map(|key| format!("{:?} {}", key.key_type, key.attribute_name)).collect()
}
