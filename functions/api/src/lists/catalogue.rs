use super::{Index, Row, cursor::Mark};
use crate::{Problem, problem::unavailable};
use aws_sdk_dynamodb::{Client, types::AttributeValue};
use edge::Register;
use std::collections::HashMap;

/// One page of an index.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Row>,
    /// Whether there may be rows behind the last.
    pub(crate) more: bool,
}

/// Where the pages of an index come from.
pub(crate) trait Pages: Sync {
    /// Up to `limit` rows of a partition behind `after`, newest first.
    fn page(
        &self,
        index: Index,
        partition: &str,
        after: Option<&Mark>,
        limit: usize,
    ) -> impl Future<Output = Result<Page, Problem>> + Send;
}

/// The register's indexes.
#[derive(Clone, Debug)]
pub(crate) struct Catalogue {
    client: Client,
    table: String,
}

impl Catalogue {
    pub(crate) fn new(register: &Register) -> Self {
        let (client, table) = register.table();
        Self { client: client.clone(), table: table.to_owned() }
    }

    /// The oldest rows of a partition, up to `limit`.
    pub(crate) async fn oldest(&self, index: Index, partition: &str, limit: usize) -> Result<Page, Problem> {
        self.query(index, partition, None, limit, true).await
    }

    async fn query(
        &self,
        index: Index,
        partition: &str,
        after: Option<&Mark>,
        limit: usize,
        forward: bool,
    ) -> Result<Page, Problem> {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let start = after.map(|mark| {
            HashMap::from([
                (index.partition().to_owned(), text(partition)),
                (index.order().to_owned(), text(&mark.at.to_string())),
                ("document_id".to_owned(), text(&mark.document_id.to_string())),
            ])
        });
        let query = self.client.query().table_name(&self.table).index_name(index.name());
        let query = query
            .key_condition_expression("#partition = :partition")
            .expression_attribute_names("#partition", index.partition())
            .expression_attribute_values(":partition", text(partition))
            .scan_index_forward(forward)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start);
        let answer = query.send().await.map_err(|error| unavailable("listing documents")(&error))?;
        let more = answer.last_evaluated_key.is_some();
        let rows = serde_dynamo::aws_sdk_dynamodb_1::from_items(answer.items.unwrap_or_default());
        let rows = rows.map_err(|error| unavailable("reading the rows of a list")(&error))?;
        Ok(Page { rows, more })
    }
}

impl Pages for Catalogue {
    async fn page(
        &self,
        index: Index,
        partition: &str,
        after: Option<&Mark>,
        limit: usize,
    ) -> Result<Page, Problem> {
        self.query(index, partition, after, limit, false).await
    }
}
