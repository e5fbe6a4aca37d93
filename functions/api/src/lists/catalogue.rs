use super::{Index, Period, Row, Since, cursor::Mark};
use crate::{Problem, problem::unavailable};
use aws_sdk_dynamodb::{Client, operation::query::builders::QueryFluentBuilder, types::AttributeValue};
use document::Moment;
use edge::Register;
use serde::de::DeserializeOwned;
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
    /// Up to `limit` rows of a partition in a period of its order, behind `after`, newest first.
    fn page(
        &self,
        index: Index,
        partition: &str,
        period: &Period,
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
        let query = self.query(index, partition, &Period::default()).scan_index_forward(true);
        let (rows, more) = self.read(query, limit).await?;
        Ok(Page { rows, more })
    }

    /// The documents that came to a status since `from`, latest first, up to `limit`, and whether there may be more.
    pub(crate) async fn since(
        &self,
        partition: &str,
        from: Moment,
        limit: usize,
    ) -> Result<(Vec<Since>, bool), Problem> {
        let query = self.query(Index::Status, partition, &Period { from: Some(from), to: None });
        let query = query.projection_expression("status_at, school, teacher");
        self.read(query.scan_index_forward(false), limit).await
    }

    /// A query for a partition, in a period of its order.
    fn query(&self, index: Index, partition: &str, period: &Period) -> QueryFluentBuilder {
        let query = self.client.query().table_name(&self.table).index_name(index.name());
        let query = query
            .expression_attribute_names("#partition", index.partition())
            .expression_attribute_values(":partition", text(partition));
        if *period == Period::default() {
            return query.key_condition_expression("#partition = :partition");
        }
        let end = |at: Option<Moment>, open: i64| {
            text(&at.unwrap_or_else(|| Moment::from_millis(open)).to_string())
        };
        query
            .key_condition_expression("#partition = :partition AND #order BETWEEN :from AND :to")
            .expression_attribute_names("#order", index.order())
            // Before 1970 nothing happened, and years of more than four digits are not in the order of text.
            .expression_attribute_values(":from", end(period.from, 0))
            .expression_attribute_values(":to", end(period.to, i64::MAX))
    }

    /// Up to `limit` items, and whether there may be more.
    async fn read<T: DeserializeOwned>(
        &self,
        query: QueryFluentBuilder,
        limit: usize,
    ) -> Result<(Vec<T>, bool), Problem> {
        let query = query.limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let answer = query.send().await.map_err(|error| unavailable("listing documents")(&error))?;
        let more = answer.last_evaluated_key.is_some();
        let rows = serde_dynamo::aws_sdk_dynamodb_1::from_items(answer.items.unwrap_or_default());
        let rows = rows.map_err(|error| unavailable("reading the rows of a list")(&error))?;
        Ok((rows, more))
    }
}

impl Pages for Catalogue {
    async fn page(
        &self,
        index: Index,
        partition: &str,
        period: &Period,
        after: Option<&Mark>,
        limit: usize,
    ) -> Result<Page, Problem> {
        let start = after.map(|mark| {
            HashMap::from([
                (index.partition().to_owned(), text(partition)),
                (index.order().to_owned(), text(&mark.at.to_string())),
                ("document_id".to_owned(), text(&mark.document_id.to_string())),
            ])
        });
        let query = self.query(index, partition, period).scan_index_forward(false);
        let (rows, more) = self.read(query.set_exclusive_start_key(start), limit).await?;
        Ok(Page { rows, more })
    }
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}
