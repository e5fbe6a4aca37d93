use super::note::Stored;
use crate::{Code, Problem, problem::unavailable};
use aws_sdk_dynamodb::{
    Client,
    operation::{delete_item::DeleteItemError, put_item::PutItemError, update_item::UpdateItemError},
    types::{AttributeValue, ReturnValue},
};
use document::{DocumentId, Moment};
use edge::{Misconfigured, Runtime};

/// Pages read of one document's notes: they hold a megabyte each, and all notes hold less than five.
const PAGES_MAX: usize = 8;

/// The table of notes (`NOTES_TABLE`).
#[derive(Clone, Debug)]
pub(crate) struct Store {
    client: Client,
    table: String,
}

/// What came of a write that has a condition.
pub(crate) enum Written<T> {
    Done(T),
    /// The condition did not hold.
    Refused,
}

impl Store {
    pub(crate) fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        let table = runtime.variables.required("NOTES_TABLE")?.to_owned();
        Ok(Self { client: runtime.dynamodb(), table })
    }

    /// Every note on a document, in no order.
    pub(crate) async fn all(&self, document_id: DocumentId) -> Result<Vec<Stored>, Problem> {
        let (mut notes, mut start) = (Vec::new(), None);
        for _ in 0..PAGES_MAX {
            let query = self.client.query().table_name(&self.table).consistent_read(true);
            let query = query
                .key_condition_expression("document_id = :id")
                .expression_attribute_values(":id", text(document_id))
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
        let get = self.client.get_item().table_name(&self.table).consistent_read(true);
        let get = get.key("document_id", text(document_id)).key("note_id", text(note_id));
        let answer = get.send().await.map_err(|error| unavailable("reading a note")(&error))?;
        let read = answer.item.map(serde_dynamo::aws_sdk_dynamodb_1::from_item).transpose();
        read.map_err(|error| unavailable("reading a note")(&error))
    }

    /// Writes a note that is not there.
    pub(crate) async fn add(&self, note: &Stored) -> Result<Written<()>, Problem> {
        let item = serde_dynamo::aws_sdk_dynamodb_1::to_item(note);
        let item = item.map_err(|error| unavailable("writing a note")(&error))?;
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        match put.condition_expression("attribute_not_exists(note_id)").send().await {
            Ok(_) => Ok(Written::Done(())),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(Written::Refused),
                _ => Err(unavailable("writing a note")(&error)),
            },
        }
    }

    /// Gives a note another text, if it is the author's and nobody has changed it since `version`.
    pub(crate) async fn change(
        &self,
        (document_id, note_id): (DocumentId, &str),
        author: &str,
        version: u64,
        body: &str,
        now: Moment,
    ) -> Result<Written<Stored>, Problem> {
        let update = self.client.update_item().table_name(&self.table);
        let update = update
            .key("document_id", text(document_id))
            .key("note_id", text(note_id))
            .update_expression("SET #body = :body, modified = :now, #version = :next")
            .condition_expression("author = :author AND #version = :version")
            .expression_attribute_names("#body", "body")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":body", text(body))
            .expression_attribute_values(":now", text(now))
            .expression_attribute_values(":author", text(author))
            .expression_attribute_values(":version", AttributeValue::N(version.to_string()))
            .expression_attribute_values(":next", AttributeValue::N(version.saturating_add(1).to_string()))
            .return_values(ReturnValue::AllNew);
        match update.send().await {
            Ok(answer) => {
                let changed =
                    serde_dynamo::aws_sdk_dynamodb_1::from_item(answer.attributes.unwrap_or_default());
                changed.map(Written::Done).map_err(|error| unavailable("reading a note")(&error))
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(Written::Refused),
                _ => Err(unavailable("changing a note")(&error)),
            },
        }
    }

    /// Deletes a note if it is the author's. One that is not there is deleted already.
    pub(crate) async fn remove(
        &self,
        (document_id, note_id): (DocumentId, &str),
        author: &str,
    ) -> Result<Written<()>, Problem> {
        let delete = self.client.delete_item().table_name(&self.table);
        let delete = delete
            .key("document_id", text(document_id))
            .key("note_id", text(note_id))
            .condition_expression("attribute_not_exists(note_id) OR author = :author")
            .expression_attribute_values(":author", text(author));
        match delete.send().await {
            Ok(_) => Ok(Written::Done(())),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(Written::Refused),
                _ => Err(unavailable("deleting a note")(&error)),
            },
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "callers give ids, words and borrowed text")]
fn text(value: impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}
