use super::{
    Connection,
    client::encode,
    documents,
    output::{CliError, plain, print, print_json, say, text},
};
use clap::Args;
use serde_json::json;
use std::process::ExitCode;

/// `lectern failed`
#[derive(Args, Clone, Debug)]
pub(super) struct FailedOptions {
    /// Only documents that failed for this cause.
    #[arg(long)]
    cause: Option<String>,
    /// Print `{documents: [...], cursor?}`.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

/// `lectern redrive`
#[derive(Args, Clone, Debug)]
pub(super) struct RedriveOptions {
    /// The documents to redrive.
    #[arg(value_name = "ID", required_unless_present = "cause", conflicts_with = "cause")]
    ids: Vec<String>,
    /// All documents that failed for this cause.
    #[arg(long)]
    cause: Option<String>,
    /// Only say what would happen.
    #[arg(long)]
    dry_run: bool,
    /// Print `{redriven: [...], skipped: [{document_id, why}]}`.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

/// Lists failed documents by cause.
pub(super) async fn failed(options: FailedOptions) -> Result<ExitCode, CliError> {
    let client = options.connection.client("operator").await?;
    let query = options.cause.map(|cause| format!("?cause={}", encode(&cause))).unwrap_or_default();
    let page = client.get(&format!("/api/operations/failed{query}")).await?.map_err(CliError::from)?;
    if options.json {
        print_json(&page)?;
        return Ok(ExitCode::SUCCESS);
    }
    for cause in page["causes"].as_array().into_iter().flatten() {
        print(&format!("{:>6}  {}", cause["count"].to_string(), plain(text(cause, "cause"))))?;
    }
    documents::rows(&page)?;
    Ok(ExitCode::SUCCESS)
}

/// Lets failed documents go on.
pub(super) async fn redrive(options: RedriveOptions) -> Result<ExitCode, CliError> {
    let client = options.connection.client("operator").await?;
    let mut body = json!({ "dry_run": options.dry_run });
    match &options.cause {
        Some(cause) => body["cause"] = json!(cause),
        None => body["ids"] = json!(options.ids),
    }
    let answer = client.post("/api/operations/redrive", &body).await?.map_err(CliError::from)?;
    let skipped = answer["skipped"].as_array().map_or(0, Vec::len);
    if options.json {
        print_json(&answer)?;
    } else {
        let word = if options.dry_run { "would be redriven" } else { "redriven" };
        for id in answer["redriven"].as_array().into_iter().flatten() {
            print(&format!("{word}  {}", id.as_str().unwrap_or_default()))?;
        }
        for skip in answer["skipped"].as_array().into_iter().flatten() {
            say(&format!("skipped  {}  {}", text(skip, "document_id"), plain(text(skip, "why"))));
        }
    }
    let all_skipped = skipped > 0 && answer["redriven"].as_array().is_none_or(Vec::is_empty);
    Ok(if all_skipped { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
