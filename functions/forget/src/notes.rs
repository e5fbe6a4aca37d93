use aws_sdk_dynamodb::{Client, types::AttributeValue};
use document::DocumentId;
use edge::{Misconfigured, Runtime, Trouble};

/// Queries for the notes of one document in one step; a document has some hundreds of notes, and the machine runs the step
/// twice.
const QUERIES_MAX: u32 = 20;

/// The table of notes.
#[derive(Debug)]
pub(crate) struct Notes {
    client: Client,
    table: String,
}

impl Notes {
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        let table = runtime.variables.required("NOTES_TABLE")?.to_owned();
        Ok(Self { client: runtime.dynamodb(), table })
    }

    /// Removes every note on a document.
    pub(crate) async fn remove(&self, id: DocumentId) -> Result<(), Trouble> {
        let document = AttributeValue::S(id.to_string());
        for _ in 0..QUERIES_MAX {
            let query = self.client.query().table_name(&self.table).consistent_read(true);
            let query = query
                .key_condition_expression("document_id = :id")
                .expression_attribute_values(":id", document.clone())
                .projection_expression("note_id");
            let found = query.send().await;
            let found = found.map_err(|error| Trouble::passing("the notes could not be listed", error))?;
            let notes = found.items.unwrap_or_default();
            if notes.is_empty() {
                return Ok(());
            }
            for note in notes.into_iter().filter_map(|mut note| note.remove("note_id")) {
                let delete = self.client.delete_item().table_name(&self.table);
                let deleted = delete.key("document_id", document.clone()).key("note_id", note).send().await;
                deleted.map_err(|error| Trouble::passing("a note could not be removed", error))?;
            }
        }
        Err(Trouble::passing("some notes are left", "there are more than one step removes"))
    }
}
