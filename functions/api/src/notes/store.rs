use super::note::Stored;
use crate::{Code, Problem, problem::unavailable};
use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::{
        delete_item::DeleteItemError,
        transact_write_items::{TransactWriteItemsError, TransactWriteItemsOutput},
    },
    types::{AttributeValue, Put, TransactWriteItem, Update},
};
use document::DocumentId;
use edge::{Misconfigured, Runtime};

/// Pages read of one document's notes: they hold a megabyte each, and all notes hold less than five.
const PAGES_MAX: usize = 8;
/// In place of a note's id: the item that counts the writes of a document's notes. Every UUID comes after it.
const EDITION: &str = "#";
/// What a transaction says of a write whose condition did not hold.
const CONDITION_FAILED: &str = "ConditionalCheckFailed";
/// What it says of an item that another transaction writes at this moment.
const CONFLICT: &str = "TransactionConflict";

/// The table of notes (`NOTES_TABLE`).
///
/// A document's notes have bounds together, which no condition on one of them can hold. So each is written in one transaction
/// with the document's edition: it succeeds only if none was written since the caller began to read them.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    client: Client,
    table: String,
}

/// How often a document's notes were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edition(u64);

/// What came of a write that has a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    Done,
    /// The condition did not hold.
    Refused,
    /// Somebody else wrote in the meantime: to be decided anew.
    Raced,
}

impl Store {
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        let table = runtime.variables.required("NOTES_TABLE")?.to_owned();
        Ok(Self { client: runtime.dynamodb(), table })
    }

    /// How often a document's notes were written. What is read after it holds whatever those writes left.
    pub(crate) async fn edition(&self, document_id: DocumentId) -> Result<Edition, Problem> {
        let item = self.item(document_id, EDITION).await?.unwrap_or_default();
        let count =
            item.get("version").and_then(|count| count.as_n().ok()).and_then(|count| count.parse().ok());
        Ok(Edition(count.unwrap_or_default()))
    }

    /// Every note on a document, in no order.
    pub(crate) async fn all(&self, document_id: DocumentId) -> Result<Vec<Stored>, Problem> {
        let (mut notes, mut start) = (Vec::new(), None);
        for _ in 0..PAGES_MAX {
            let query = self.client.query().table_name(&self.table).consistent_read(true);
            let query = query
                .key_condition_expression("document_id = :id AND note_id > :edition")
                .expression_attribute_values(":id", text(document_id))
                .expression_attribute_values(":edition", text(EDITION))
                .set_exclusive_start_key(start);
            let page = query.send().await.map_err(|error| unavailable("listing notes")(&error))?;
            let read = serde_dynamo::aws_sdk_dynamodb_1::from_items::<Stored>(page.items.unwrap_or_default());
            notes.extend(read.map_err(|error| unavailable("reading notes")(&error))?);
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(notes);
            }
        }
        Err(Problem::new(Code::Unavailable).because("the document has more notes than are read"))
    }

    pub(crate) async fn read(
        &self,
        document_id: DocumentId,
        note_id: &str,
    ) -> Result<Option<Stored>, Problem> {
        let item = self.item(document_id, note_id).await?;
        let read = item.map(serde_dynamo::aws_sdk_dynamodb_1::from_item).transpose();
        read.map_err(|error| unavailable("reading a note")(&error))
    }

    async fn item(&self, document_id: DocumentId, note_id: &str) -> Result<Option<Item>, Problem> {
        let get = self.client.get_item().table_name(&self.table).consistent_read(true);
        let get = get.key("document_id", text(document_id)).key("note_id", text(note_id));
        let answer = get.send().await.map_err(|error| unavailable("reading a note")(&error))?;
        Ok(answer.item)
    }

    /// Writes a note that is not there.
    pub(crate) async fn add(&self, note: &Stored, edition: Edition) -> Result<Written, Problem> {
        let item = serde_dynamo::aws_sdk_dynamodb_1::to_item(note);
        let item = item.map_err(|error| unavailable("writing a note")(&error))?;
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        let put = put.condition_expression("attribute_not_exists(note_id)").build();
        let put = put.map_err(|error| unavailable("writing a note")(&error))?;
        self.write(note.document_id, edition, TransactWriteItem::builder().put(put).build()).await
    }

    /// Gives a note the text, time and version of this one, if it is still the author's and of the version before.
    pub(crate) async fn change(&self, note: &Stored, edition: Edition) -> Result<Written, Problem> {
        let update = Update::builder()
            .table_name(&self.table)
            .key("document_id", text(note.document_id))
            .key("note_id", text(&note.note_id))
            .update_expression("SET #body = :body, modified = :now, #version = :next")
            .condition_expression("author = :author AND #version = :version")
            .expression_attribute_names("#body", "body")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":body", text(&note.body))
            .expression_attribute_values(":now", text(note.modified))
            .expression_attribute_values(":author", text(&note.author))
            .expression_attribute_values(":version", number(note.version.saturating_sub(1)))
            .expression_attribute_values(":next", number(note.version))
            .build();
        let update = update.map_err(|error| unavailable("changing a note")(&error))?;
        self.write(note.document_id, edition, TransactWriteItem::builder().update(update).build()).await
    }

    /// Writes something and the next edition, or neither.
    async fn write(
        &self,
        document_id: DocumentId,
        Edition(seen): Edition,
        what: TransactWriteItem,
    ) -> Result<Written, Problem> {
        let next = Update::builder()
            .table_name(&self.table)
            .key("document_id", text(document_id))
            .key("note_id", text(EDITION))
            .update_expression("SET #version = :next")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":next", number(seen.saturating_add(1)));
        let next = match seen {
            0 => next.condition_expression("attribute_not_exists(#version)"),
            _ => next
                .condition_expression("#version = :seen")
                .expression_attribute_values(":seen", number(seen)),
        };
        let next = next.build().map_err(|error| unavailable("writing a note")(&error))?;
        let next = TransactWriteItem::builder().update(next).build();
        let sent = self.client.transact_write_items().transact_items(what).transact_items(next).send().await;
        outcome(sent)
    }

    /// Deletes a note if it is the author's. One that is not there is deleted already.
    pub(crate) async fn remove(
        &self,
        (document_id, note_id): (DocumentId, &str),
        author: &str,
    ) -> Result<Written, Problem> {
        let delete = self.client.delete_item().table_name(&self.table);
        let delete = delete
            .key("document_id", text(document_id))
            .key("note_id", text(note_id))
            .condition_expression("attribute_not_exists(note_id) OR author = :author")
            .expression_attribute_values(":author", text(author));
        match delete.send().await {
            Ok(_) => Ok(Written::Done),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(Written::Refused),
                _ => Err(unavailable("deleting a note")(&error)),
            },
        }
    }
}

type Item = std::collections::HashMap<String, AttributeValue>;

/// What a transaction of a write and the next edition came to.
fn outcome(
    sent: Result<TransactWriteItemsOutput, SdkError<TransactWriteItemsError>>,
) -> Result<Written, Problem> {
    let Err(error) = sent else { return Ok(Written::Done) };
    let Some(TransactWriteItemsError::TransactionCanceledException(refused)) = error.as_service_error()
    else {
        return Err(unavailable("writing a note")(&error));
    };
    let codes: Vec<_> = refused.cancellation_reasons().iter().filter_map(|reason| reason.code()).collect();
    match codes[..] {
        [CONDITION_FAILED, _] => Ok(Written::Refused),
        [_, CONDITION_FAILED | CONFLICT] | [CONFLICT, _] => Ok(Written::Raced),
        _ => Err(unavailable("writing a note")(&error)),
    }
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "callers give ids, words and borrowed text")]
fn text(value: impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}
