//! The invariants that hold at every write of the register, written from their text alone.

use serde_json::Value;
use std::collections::BTreeMap;

/// Timeline entries that the register keeps at most.
const TIMELINE_ENTRIES_MAX: usize = 50;

/// What the register has been made to say, and what was wrong with it.
#[derive(Debug, Default)]
pub struct Watch {
    latest: BTreeMap<String, Value>,
    violations: Vec<String>,
}

/// Nothing more happens by itself.
pub fn is_final(status: &str) -> bool {
    matches!(status, "ready" | "rejected" | "failed" | "superseded" | "deleted")
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn revision(item: &Value) -> &str {
    text(&item["revision"], "id")
}

impl Watch {
    /// Takes one write; gives it as a line for the trace.
    pub(crate) fn saw(&mut self, item: &Value) -> String {
        let id = text(item, "document_id").to_owned();
        let line = format!("{id} v{} {} {}", item["version"], text(item, "status"), revision(item));
        let mut wrong = Vec::new();
        judge(item, &mut wrong);
        match self.latest.get(&id) {
            Some(before) => compare(before, item, &mut wrong),
            None if item["version"] == 1 => {}
            None => wrong.push("its first version is not 1".to_owned()),
        }
        self.violations.extend(wrong.into_iter().map(|what| format!("{line}: {what}")));
        self.latest.insert(id, item.clone());
        line
    }

    /// Documents that are not in a final state, or deleted and without a receipt.
    pub fn open(&self) -> usize {
        let open = |item: &&Value| {
            let status = text(item, "status");
            !is_final(status) || (status == "deleted" && item["receipt"].is_null())
        };
        self.latest.values().filter(open).count()
    }

    /// What was wrong.
    pub fn violations(&self) -> &[String] {
        &self.violations
    }
}

/// What must be true of any item by itself.
fn judge(item: &Value, wrong: &mut Vec<String>) {
    let status = text(item, "status");
    if matches!(status, "failed" | "rejected") {
        for name in ["code", "message", "next_action", "cause"] {
            if text(&item["failure"], name).is_empty() {
                wrong.push(format!("I5: it {status} and its failure has no {name}"));
            }
        }
    }
    if status == "ready" && text(&item["normalized"], "key").is_empty() {
        wrong.push("I2: it is ready without a normalized document".to_owned());
    }
    if !is_final(status) && text(item, "deadline").is_empty() {
        wrong.push(format!("I1: it is {status} and nobody would ever look after it"));
    }
    if item["timeline"].as_array().is_none_or(|timeline| timeline.len() > TIMELINE_ENTRIES_MAX) {
        wrong.push("its timeline grows without bound".to_owned());
    }
}

/// What must be true of two writes of one document, one after the other.
fn compare(before: &Value, after: &Value, wrong: &mut Vec<String>) {
    let (was, is) = (text(before, "status"), text(after, "status"));
    if after["version"].as_u64() != before["version"].as_u64().map(|version| version + 1) {
        wrong.push(format!("two writers: version {} follows {}", after["version"], before["version"]));
    }
    if was == "deleted" && is != "deleted" {
        wrong.push(format!("I3: a deleted document is {is}"));
    }
    if revision(before) != revision(after) && !revision(before).is_empty() {
        let closed = after["revisions"].as_array().into_iter().flatten();
        if !closed.map(|closed| text(closed, "id")).any(|id| id == revision(before)) {
            wrong.push(format!("I1: revision {} is forgotten", revision(before)));
        }
        return;
    }
    let allowed = match was {
        "ready" => matches!(is, "ready" | "deleted"),
        "rejected" => matches!(is, "rejected" | "deleted"),
        "failed" => {
            let redriven = after["cycle"].as_u64() > before["cycle"].as_u64();
            matches!(is, "failed" | "deleted" | "returned") || redriven
        }
        _ => true,
    };
    if !allowed {
        wrong.push(format!("I3: {was} regressed to {is}"));
    }
    if was == "ready" && is == "ready" && before["normalized"]["key"] != after["normalized"]["key"] {
        wrong.push("I2: a second normalized document took the first one's place".to_owned());
    }
    let attempts = |item: &Value| item["attempts"].as_array().map_or(0, Vec::len);
    if attempts(after) < attempts(before) && attempts(before) < 10 {
        wrong.push("a reference that was issued is forgotten".to_owned());
    }
}
