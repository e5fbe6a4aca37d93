use super::prices::Prices;
use crate::percentile::round;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A write of the register's item also writes its entries in the indexes by teacher and by school, and removes and makes
/// those by status and by deadline, whose keys change with it. Each entry is below 1 KB.
const INDEX_UNITS_PER_WRITE: f64 = 6.0;
/// What a document's writes take less than that: the first has no entries to remove (2), completing the upload leaves the
/// status as it is (1), the last makes none by deadline (1).
const INDEX_UNITS_SPARED: f64 = 4.0;
/// One consistent read is a unit for each 4 KB (DynamoDB, read capacity).
const READ_UNIT_BYTES: f64 = 4096.0;
/// What a call is taken to last, as long as nobody has measured it there: a few milliseconds inside one region, and some for
/// the work around it.
const CALL_SECONDS: f64 = 0.012;
/// What functions have on average, in GB; most calls are made by those with 256 MiB to 1 GiB.
const MEMORY_GB: f64 = 0.5;
/// A month of 30 days, in seconds.
const MONTH_SECONDS: f64 = 2_592_000.0;
/// Lambda asks an idle queue over five connections, each of which waits for 20 s (Lambda, using SQS as an event source).
const POLLS_PER_SECOND: f64 = 5.0 / 20.0;
/// Queues of the template that Lambda asks: five, and their dead-letter queues.
const POLLED_QUEUES: f64 = 10.0;
const SECRETS: f64 = 2.0;
/// Metrics that the template's alarms hold.
const ALARM_METRICS: f64 = 25.0;

/// Calls for one document, by service and operation.
pub(super) type Calls = BTreeMap<String, BTreeMap<String, f64>>;

/// What one document of a sort makes Lectern do.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub(super) calls: Calls,
    /// Write units of the register's items, without their entries in indexes.
    pub(super) write_units: f64,
    /// Of the register's item once all is over, as JSON: it is shorter where it lies.
    pub(super) item_bytes: f64,
    /// Functions that were started for it.
    pub(super) invocations: f64,
    /// Requests over the HTTP API: the teacher's and the processor's.
    pub(super) requests: f64,
}

/// Dollars per million documents by service, dearest first, with the share of each.
pub(super) fn per_million(work: &Work, prices: &Prices) -> Value {
    let price = &prices.dollars_per_million;
    let mut dollars = BTreeMap::from([
        ("Lambda", lambda(work, prices)),
        ("API Gateway", work.requests * price.http_api_request),
        ("DynamoDB", (work.write_units - INDEX_UNITS_SPARED) * price.dynamodb_write_unit),
    ]);
    for (service, operations) in &work.calls {
        for (operation, count) in operations {
            let (name, each) = match service.as_str() {
                "DynamoDB" => ("DynamoDB", register(operation, work.item_bytes, prices)),
                "S3" if is_read(operation) => ("S3", price.s3_get),
                // Aborts and deletions are free.
                "S3" if operation.starts_with("Delete") || operation.starts_with("Abort") => ("S3", 0.0),
                "S3" => ("S3", price.s3_put),
                "SQS" => ("SQS", price.sqs_request),
                "SecretsManager" => ("Secrets Manager", price.secrets_call),
                _ => continue,
            };
            *dollars.entry(name).or_default() += count * each;
        }
    }
    shares(&dollars)
}

fn is_read(operation: &str) -> bool {
    operation.starts_with("Get") || operation.starts_with("Head")
}

fn register(operation: &str, item_bytes: f64, prices: &Prices) -> f64 {
    let price = &prices.dollars_per_million;
    if operation.starts_with("Put") || operation.starts_with("Update") || operation.starts_with("Delete") {
        INDEX_UNITS_PER_WRITE * price.dynamodb_write_unit
    } else {
        (item_bytes / READ_UNIT_BYTES).ceil() * price.dynamodb_read_unit
    }
}

fn lambda(work: &Work, prices: &Prices) -> f64 {
    // What Lambda itself asks of queues, and what other people do, nobody waits for.
    let waited: f64 = work
        .calls
        .values()
        .flatten()
        .filter(|(operation, _)| !matches!(operation.as_str(), "ReceiveMessage" | "DeleteMessageBatch"))
        .map(|(_, count)| count)
        .sum();
    let gb_seconds = waited * CALL_SECONDS * MEMORY_GB;
    work.invocations * prices.dollars_per_million.lambda_request
        + gb_seconds * prices.lambda_dollars_per_gb_second * 1_000_000.0
}

/// What is paid for each month in which nothing is handed in.
pub(super) fn idle(prices: &Prices) -> Value {
    let polls = POLLED_QUEUES * POLLS_PER_SECOND * MONTH_SECONDS - prices.monthly.sqs_requests_free;
    let metrics = ALARM_METRICS - prices.monthly.alarm_metrics_free;
    shares(&BTreeMap::from([
        ("SQS, asked by Lambda", polls / 1_000_000.0 * prices.dollars_per_million.sqs_request),
        ("CloudWatch alarms", metrics * prices.monthly.alarm_metric),
        ("Secrets Manager", SECRETS * prices.monthly.secret),
    ]))
}

fn shares(dollars: &BTreeMap<&str, f64>) -> Value {
    let total: f64 = dollars.values().sum();
    let mut by_service: Vec<_> = dollars.iter().collect();
    by_service.sort_by(|one, other| other.1.total_cmp(one.1));
    let by_service: Map<String, Value> = by_service
        .into_iter()
        .map(|(name, dollars)| {
            let share =
                json!({ "dollars": round(*dollars, 2), "percent": round(dollars / total * 100.0, 1) });
            ((*name).to_owned(), share)
        })
        .collect();
    json!({ "dollars": round(total, 2), "by_service": by_service })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_has_its_price() {
        let prices = Prices::read().unwrap();
        let calls: Calls = serde_json::from_value(json!({
            "DynamoDB": { "PutItem": 2.0, "GetItem": 4.0 },
            "S3": { "PutObject": 3.0, "GetObject": 5.0, "DeleteObject": 9.0 },
            "SQS": { "SendMessage": 1.0, "ReceiveMessage": 1.0 },
        }))
        .unwrap();
        let work = Work { calls, write_units: 3.0, item_bytes: 1500.0, invocations: 5.0, requests: 3.0 };
        let bill = per_million(&work, &prices);
        let dollars = |name: &str| bill["by_service"][name]["dollars"].as_f64().unwrap();
        // Two writes of three units together, and six each in the indexes but for four; four reads.
        assert!((dollars("DynamoDB") - ((3.0 + 2.0 * 6.0 - 4.0) * 0.625 + 4.0 * 0.125)).abs() < 0.01);
        assert!((dollars("S3") - (3.0 * 5.0 + 5.0 * 0.4)).abs() < 0.01);
        assert!((dollars("SQS") - 0.8).abs() < 0.01);
        assert!((dollars("API Gateway") - 3.0).abs() < 0.01);
        // Five invocations, and 24 calls that are waited for.
        assert!((dollars("Lambda") - (1.0 + 24.0 * 0.012 * 0.5 * 13.3334)).abs() < 0.01);
        let percents: f64 =
            bill["by_service"].as_object().unwrap().values().map(|it| it["percent"].as_f64().unwrap()).sum();
        assert!((percents - 100.0).abs() < 0.5, "{percents}");
    }
}
