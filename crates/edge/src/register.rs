use crate::{Clock, Misconfigured, Runtime, Trouble};
use aws_sdk_dynamodb::{
    Client,
    operation::put_item::PutItemError,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use document::{Document, DocumentId, Event, Moment, Status, Timing, Verdict, decide};
use std::{collections::HashMap, sync::Arc};

/// Parts into which the indexes by status and by deadline are split, so that no one partition takes every write.
pub const SHARDS: u8 = 4;
/// Under which school a document without one is listed.
pub const UNASSIGNED_SCHOOL: &str = "unassigned";
/// How often one event is decided anew because somebody else wrote in between, before its message goes back to the queue.
pub(crate) const CONFLICTS_MAX: u32 = 8;

const MINUTE_MS: i64 = 60_000;

/// The stages in which a document waits for Lectern or for the processor, not for a person.
const WAITING: [Status; 4] = [Status::Queued, Status::Transferring, Status::Processing, Status::Returned];

type Item = HashMap<String, AttributeValue>;

/// The register of documents: a DynamoDB table that people read and functions claim.
#[derive(Clone, Debug)]
pub struct Register {
    client: Client,
    table: String,
    clock: Arc<dyn Clock>,
    timing: Timing,
}

impl Register {
    /// The register named by `DOCUMENTS_TABLE`.
    pub fn new(runtime: &Runtime) -> Result<Self, Misconfigured> {
        Ok(Self {
            client: runtime.dynamodb(),
            table: runtime.variables.required("DOCUMENTS_TABLE")?.to_owned(),
            clock: Arc::clone(&runtime.clock),
            timing: runtime.timing()?,
        })
    }

    /// The client and the table, for queries of lists.
    pub fn table(&self) -> (&Client, &str) {
        (&self.client, &self.table)
    }

    /// Reads one document, consistently.
    pub async fn read(&self, id: DocumentId) -> Result<Option<Document>, Trouble> {
        let key = AttributeValue::S(id.to_string());
        let request = self.client.get_item().table_name(&self.table).key("document_id", key);
        let answer = request.consistent_read(true).send().await;
        let answer = answer.map_err(|error| Trouble::passing("the register could not be read", error))?;
        answer.item.map(from_item).transpose()
    }

    /// Lets an event happen to a document: reads it, decides, and writes on condition that nothing changed meanwhile.
    ///
    /// What the verdict wants sent is the caller's to send, see [`crate::Pipeline`].
    pub async fn apply(&self, id: DocumentId, event: &Event) -> Result<Verdict, Trouble> {
        for _ in 0..CONFLICTS_MAX {
            let current = self.read(id).await?;
            if let Some(verdict) = self.decided(current.as_ref(), event).await? {
                return Ok(verdict);
            }
        }
        Err(Trouble::busy(
            "the document was written by others again and again",
            std::time::Duration::from_secs(1),
        ))
    }

    /// The same by somebody who knows the document already: if it is still as it was `seen`, this saves a read.
    ///
    /// A write proves that what was seen is what is there. That there is nothing to write proves nothing, so then the
    /// document is read.
    pub async fn apply_to(
        &self,
        id: DocumentId,
        seen: Option<&Document>,
        event: &Event,
    ) -> Result<Verdict, Trouble> {
        match self.decided(seen, event).await? {
            Some(verdict) if verdict.change.is_some() => Ok(verdict),
            _ => self.apply(id, event).await,
        }
    }

    /// Decides and writes; nothing if somebody else has written meanwhile.
    async fn decided(&self, current: Option<&Document>, event: &Event) -> Result<Option<Verdict>, Trouble> {
        let verdict = decide(current, event, self.clock.now().into(), &self.timing);
        if let Some(changed) = &verdict.change {
            if !self.write(changed, current).await? {
                return Ok(None);
            }
            crate::measure::moved(current, changed);
            tracing::info!(status = %changed.status, version = changed.version, "register");
        }
        Ok(Some(verdict))
    }

    /// Writes if the document is still as it was read; `false` if it is not.
    async fn write(&self, document: &Document, read: Option<&Document>) -> Result<bool, Trouble> {
        let put = self.client.put_item().table_name(&self.table).set_item(Some(to_item(document)?));
        let put = match read {
            None => put.condition_expression("attribute_not_exists(document_id)"),
            Some(read) => put
                .condition_expression("version = :version")
                .expression_attribute_values(":version", AttributeValue::N(read.version.to_string())),
        };
        let answer = put
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::None)
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(Trouble::passing("the register could not be written", error)),
            },
        }
    }

    /// Documents whose deadline has passed, at most `limit` of each shard: by the sparse index, never by a scan.
    pub async fn overdue(&self, now: Moment, limit: i32) -> Result<Vec<DocumentId>, Trouble> {
        let mut overdue = Vec::new();
        for shard in 0..SHARDS {
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .index_name("by-deadline")
                .key_condition_expression("deadline_shard = :shard AND deadline <= :now")
                .expression_attribute_values(":shard", AttributeValue::S(shard.to_string()))
                .expression_attribute_values(":now", AttributeValue::S(now.to_string()))
                .limit(limit)
                .send()
                .await
                .map_err(|error| Trouble::passing("the overdue documents could not be listed", error))?;
            let ids = answer
                .items()
                .iter()
                .filter_map(|item| item.get("document_id")?.as_s().ok()?.parse::<DocumentId>().ok());
            overdue.extend(ids);
        }
        Ok(overdue)
    }

    /// Since when the document that has been in its stage for the longest time is there, among those that Lectern works
    /// on: one item of each stage, never a scan.
    ///
    /// Shards are looked at by turns, one each minute, because an idle register is asked for little else: the greatest of
    /// five minutes is the greatest of all.
    pub async fn oldest_waiting(&self, now: Moment) -> Result<Option<Moment>, Trouble> {
        let mut oldest = None;
        let shard = now.as_millis().div_euclid(MINUTE_MS).rem_euclid(SHARDS.into());
        for status in WAITING {
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .index_name("by-status")
                .key_condition_expression("status_shard = :shard")
                .expression_attribute_values(":shard", AttributeValue::S(format!("{status}#{shard}")))
                .limit(1)
                .send()
                .await
                .map_err(|error| Trouble::passing("the waiting documents could not be listed", error))?;
            let first =
                answer.items().first().and_then(|item| item.get("status_at")?.as_s().ok()?.parse().ok());
            oldest = [oldest, first].into_iter().flatten().min();
        }
        Ok(oldest)
    }

    /// Reads an item of the table as a document.
    pub fn document(item: Item) -> Result<Document, Trouble> {
        from_item(item)
    }
}

/// The part of a sharded index in which a document lies.
fn shard(id: DocumentId) -> u8 {
    // The last byte of a UUID is random in every version that is used.
    let digits = id.to_string();
    digits.bytes().last().map_or(0, |digit| digit % SHARDS)
}

pub(crate) fn to_item(document: &Document) -> Result<Item, Trouble> {
    let mut item: Item = serde_dynamo::aws_sdk_dynamodb_1::to_item(document)
        .map_err(|error| Trouble::poison(format!("the document cannot be written: {error}")))?;
    let shard = shard(document.document_id);
    let mut index = |name: &str, value: String| item.insert(name.to_owned(), AttributeValue::S(value));
    index("status_shard", format!("{}#{shard}", document.status));
    if document.school.is_none() {
        index("school", UNASSIGNED_SCHOOL.to_owned());
    }
    if document.deadline.is_some() {
        index("deadline_shard", shard.to_string());
    }
    if let (Status::Failed, Some(failure)) = (document.status, &document.failure) {
        index("cause", failure.cause.clone());
    }
    Ok(item)
}

fn from_item(mut item: Item) -> Result<Document, Trouble> {
    if item
        .get("school")
        .and_then(|school| school.as_s().ok())
        .is_some_and(|school| school == UNASSIGNED_SCHOOL)
    {
        item.remove("school");
    }
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item)
        .map_err(|error| Trouble::poison(format!("an item of the register cannot be read: {error}")))
}
