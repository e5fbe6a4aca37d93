//! What the three batch operations share: ids of entries, and outcomes one by one.

use super::failure::{naming, sentence};
use crate::{
    error::SqsError,
    limits::{BATCH_ENTRIES_MAX, BATCH_ID_BYTES_MAX},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Checks the ids before anything is done, since these errors refuse the whole batch.
pub(super) fn check_ids<'a>(
    ids: impl ExactSizeIterator<Item = Option<&'a String>>,
    entry: &'static str,
) -> Result<Vec<String>, SqsError> {
    let count = ids.len();
    if count == 0 {
        return Err(SqsError::EmptyBatch { entry });
    }
    if count > BATCH_ENTRIES_MAX {
        return Err(SqsError::TooManyEntries { count });
    }
    let mut seen = BTreeSet::new();
    let mut checked = Vec::with_capacity(count);
    for id in ids {
        let id = id.ok_or(SqsError::MissingParameter { parameter: "Id" })?;
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if id.is_empty() || id.len() > BATCH_ID_BYTES_MAX || !id.bytes().all(allowed) {
            return Err(SqsError::InvalidBatchEntryId { id: id.clone() });
        }
        if !seen.insert(id) {
            return Err(SqsError::BatchIdsNotDistinct { id: id.clone() });
        }
        checked.push(id.clone());
    }
    Ok(checked)
}

/// The answer to a batch; `describe` says what there is to a success beside its id.
pub(super) fn outcomes<T>(
    entries: impl Iterator<Item = (String, Result<T, SqsError>)>,
    describe: impl Fn(T) -> Value,
) -> Value {
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (id, outcome) in entries {
        match outcome {
            Ok(output) => {
                let mut entry = describe(output);
                entry["Id"] = json!(id);
                successful.push(entry);
            }
            Err(error) => {
                let naming = naming(&error);
                failed.push(json!({
                    "Id": id, "SenderFault": naming.is_senders_fault,
                    "Code": naming.code, "Message": sentence(&error),
                }));
            }
        }
    }
    json!({ "Successful": successful, "Failed": failed })
}
