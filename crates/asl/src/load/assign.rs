//! Variables: which names a definition gives values to.

use super::{Fields, Loader};
use crate::{expression::Sees, limits::NAME_CHARS_MAX, template::Template};
use serde_json::Value;
use std::collections::BTreeSet;

/// Every name that some `Assign` in the definition gives a value to.
pub(super) fn collect_variables(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if let (true, Value::Object(assigned)) = (name == "Assign", field) {
                    names.extend(assigned.keys().cloned());
                }
                collect_variables(field, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_variables(item, names)),
        _ => {}
    }
}

impl Loader<'_> {
    /// `Assign`: names of variables and what they get.
    pub(super) fn assign(&self, fields: &mut Fields<'_>, sees: Sees) -> Vec<(String, Template)> {
        match self.template(fields, "Assign", sees) {
            None => Vec::new(),
            Some(Template::Object(assigned)) => {
                for (name, _) in assigned.iter().filter(|(name, _)| !is_variable_name(name)) {
                    let message =
                        "A variable's name is a letter, then letters, digits and _, and not \"states\"";
                    fields.wrong(&format!("Assign/{name}"), message);
                }
                assigned
            }
            Some(_) => {
                fields.wrong("Assign", "Expected value of type object");
                Vec::new()
            }
        }
    }
}

fn is_variable_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
        && name.chars().count() <= NAME_CHARS_MAX
        && name != "states"
}
