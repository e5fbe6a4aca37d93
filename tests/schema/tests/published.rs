//! The files in `schema/` are what the types say. `cargo test -p schema-check --test published -- --write` writes them anew.

use contract::callback::Callback;
use libtest_mimic::{Arguments, Failed, Trial};
use normalizer::schema::Document;
use schemars::{
    JsonSchema, Schema,
    generate::SchemaSettings,
    transform::{RecursiveTransform, Transform as _},
};
use serde_json::Value;
use std::{fs, path::PathBuf, process::ExitCode};

struct Published {
    file: &'static str,
    committed: &'static str,
    generated: Value,
}

fn published() -> [Published; 3] {
    let mut document = schema_of::<Document>("Normalized document, version 1");
    RecursiveTransform(close).transform(&mut document);
    let callback = schema_of::<Callback>("Callback of a processor");
    let api = serde_json::to_value(api::description()).unwrap_or_default();
    [
        Published {
            file: "lectern.document.json",
            committed: schema_check::DOCUMENT,
            generated: document.to_value(),
        },
        Published {
            file: "callback.json",
            committed: schema_check::CALLBACK,
            generated: callback.to_value(),
        },
        Published { file: "openapi.json", committed: schema_check::API, generated: api },
    ]
}

/// What is written, not what would be understood: fields without a value are left out and never null.
fn schema_of<T: JsonSchema>(title: &str) -> Schema {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    RecursiveTransform(without_null).transform(&mut schema);
    RecursiveTransform(in_one_line).transform(&mut schema);
    RecursiveTransform(without_rust).transform(&mut schema);
    schema.insert("title".to_owned(), title.into());
    schema
}

fn without_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    let Some(Value::Array(all)) = schema.get_mut("anyOf") else { return };
    all.retain(|one| one["type"] != "null");
    if let [Value::Object(only)] = all.as_slice() {
        let only = only.clone();
        schema.remove("anyOf");
        for (keyword, value) in only {
            schema.insert(keyword, value);
        }
    }
}

/// Comments are broken where the source is; readers of the schema break them where they like.
fn in_one_line(schema: &mut Schema) {
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description =
            description.split("\n\n").map(|part| part.replace('\n', " ")).collect::<Vec<_>>().join("\n\n");
    }
}

/// Takes away the names of Rust's numbers: they are no formats of JSON Schema, and strict validators refuse what they do not
/// know. The bounds say the same.
fn without_rust(schema: &mut Schema) {
    let is_number =
        matches!(schema.get("type"), Some(Value::String(kind)) if kind == "integer" || kind == "number");
    if is_number {
        schema.remove("format");
    }
}

/// Says of every object that it has no other fields than these.
fn close(schema: &mut Schema) {
    if schema.get("properties").is_some() {
        schema.insert("additionalProperties".to_owned(), false.into());
    }
}

impl Published {
    fn text(&self) -> Result<String, Failed> {
        Ok(format!("{}\n", serde_json::to_string_pretty(&self.generated)?))
    }

    fn path(&self) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schema").join(self.file)
    }

    fn is_committed(&self) -> Result<(), Failed> {
        if serde_json::from_str::<Value>(self.committed)? == self.generated {
            return Ok(());
        }
        Err("it differs from the types: `cargo test -p schema-check --test published -- --write` writes it anew".into())
    }
}

fn main() -> ExitCode {
    if std::env::args().any(|argument| argument == "--write") {
        let write = |published: &Published| Ok::<_, Failed>(fs::write(published.path(), published.text()?)?);
        return published().iter().try_for_each(write).map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
    }
    let trial = |published: Published| Trial::test(published.file, move || published.is_committed());
    let trials = published().into_iter().map(trial).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
