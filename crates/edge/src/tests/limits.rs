//! `docs/limits.md` names every limit there is, with its value, and no other.

use std::{collections::BTreeMap, fs, path::Path};

/// The folders whose limits the table holds.
const FOLDERS: [&str; 5] =
    ["crates/contract", "crates/document", "crates/edge", "crates/webhook", "functions"];

/// Constants by `file.rs::NAME`, with their values as they are written.
type Limits = BTreeMap<String, String>;

fn limits_in(folder: &Path, root: &Path, limits: &mut Limits) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            limits_in(&path, root, limits);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let shown = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            if !["/tests/", "/tests.rs", "/hostile/", "/examples/"].iter().any(|part| shown.contains(part)) {
                constants(&fs::read_to_string(&path).unwrap(), &shown, limits);
            }
        }
    }
}

/// The constants at the top level of a file that are limits: they say so by their end.
fn constants(source: &str, file: &str, limits: &mut Limits) {
    for line in source.lines() {
        let Some((_, constant)) =
            line.split_once("const ").filter(|(before, _)| before.is_empty() || before.starts_with("pub"))
        else {
            continue;
        };
        let Some((name, rest)) = constant.split_once(": ") else { continue };
        let value = rest.split_once(" = ").map(|(_, value)| value.trim_end_matches(';')).unwrap_or_default();
        if name.ends_with("_MAX") || name.ends_with("_TIME") {
            limits.insert(format!("{file}::{name}"), value.to_owned());
        }
    }
}

/// The rows of the table: the last column names the constant, the second its value.
fn rows(table: &str) -> Limits {
    let rows = table.lines().filter(|line| line.starts_with("| ") && line.contains("::"));
    let cells = rows.map(|row| {
        row.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().trim_matches('`').to_owned())
            .collect::<Vec<_>>()
    });
    cells.map(|cells| (cells[5].clone(), cells[1].clone())).collect()
}

#[test]
fn the_table_of_limits_is_complete_and_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut limits = Limits::new();
    for folder in FOLDERS {
        limits_in(&root.join(folder), &root, &mut limits);
    }
    assert!(limits.len() > 40, "{limits:?}");
    let rows = rows(&fs::read_to_string(root.join("docs/limits.md")).unwrap());
    let missing: Vec<_> = limits.iter().filter(|(name, _)| !rows.contains_key(*name)).collect();
    assert!(missing.is_empty(), "docs/limits.md lacks {missing:#?}");
    for (name, value) in &rows {
        assert_eq!(limits.get(name), Some(value), "docs/limits.md says {value} of {name}");
    }
}
