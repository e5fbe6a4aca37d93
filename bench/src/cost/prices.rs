use anyhow::Context as _;
use serde::Deserialize;

/// AWS's list prices, with the month in which they were in effect: the service's pages under <https://aws.amazon.com/pricing/>.
const TABLE: &str = include_str!("prices.json");

/// US dollars, before any free tier but those of `monthly`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Prices {
    /// `YYYY-MM`
    pub(super) in_effect: String,
    pub(super) region: String,
    pub(super) dollars_per_million: PerMillion,
    pub(super) lambda_dollars_per_gb_second: f64,
    pub(super) monthly: Monthly,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct PerMillion {
    pub(super) dynamodb_write_unit: f64,
    pub(super) dynamodb_read_unit: f64,
    pub(super) s3_put: f64,
    pub(super) s3_get: f64,
    pub(super) sqs_request: f64,
    pub(super) lambda_request: f64,
    pub(super) http_api_request: f64,
    pub(super) secrets_call: f64,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Monthly {
    pub(super) secret: f64,
    pub(super) alarm_metric: f64,
    pub(super) alarm_metrics_free: f64,
    pub(super) sqs_requests_free: f64,
}

impl Prices {
    pub(super) fn read() -> anyhow::Result<Self> {
        serde_json::from_str(TABLE).context("the table of prices cannot be read")
    }
}
