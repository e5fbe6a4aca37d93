use super::{
    Connection,
    client::encode,
    output::{CliError, plain, print, print_json, say, text},
};
use clap::Args;
use serde_json::{Value, json};
use std::process::ExitCode;

/// `lectern documents`
#[derive(Args, Clone, Debug)]
pub(super) struct DocumentsOptions {
    /// Only documents in this status.
    #[arg(long)]
    status: Option<String>,
    /// Where the page before ended.
    #[arg(long)]
    cursor: Option<String>,
    /// Print `{documents: [...], cursor?}`.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

/// `lectern show`
#[derive(Args, Clone, Debug)]
pub(super) struct ShowOptions {
    /// The document's id.
    id: String,
    /// Print `{document, normalized?}`.
    #[arg(long, conflicts_with_all = ["text", "timeline"])]
    json: bool,
    /// Print only the text.
    #[arg(long, conflicts_with = "timeline")]
    text: bool,
    /// Print only what happened.
    #[arg(long)]
    timeline: bool,
    #[command(flatten)]
    connection: Connection,
}

/// Lists documents, the newest first.
pub(super) async fn list(options: DocumentsOptions) -> Result<ExitCode, CliError> {
    let client = options.connection.client("teacher").await?;
    let status = options.status.map(|status| format!("status={}", encode(&status)));
    let cursor = options.cursor.map(|cursor| format!("cursor={}", encode(&cursor)));
    let query = [status, cursor].into_iter().flatten().collect::<Vec<_>>().join("&");
    let page = client.get(&format!("/api/documents?{query}")).await?.map_err(CliError::from)?;
    if options.json {
        print_json(&page)?;
        return Ok(ExitCode::SUCCESS);
    }
    rows(&page)?;
    if let Some(cursor) = page.get("cursor").and_then(Value::as_str) {
        say(&format!("More: lectern documents --cursor {cursor}"));
    }
    Ok(ExitCode::SUCCESS)
}

/// One line for each document of a page.
pub(super) fn rows(page: &Value) -> Result<(), CliError> {
    if page["documents"].as_array().is_none_or(Vec::is_empty) && page.get("cursor").is_none() {
        say("There are none.");
    }
    for document in page["documents"].as_array().into_iter().flatten() {
        let (id, status) = (text(document, "document_id"), text(document, "status"));
        print(&format!(
            "{id}  {status:<12}  {}  {}",
            text(document, "status_at"),
            plain(text(document, "file_name"))
        ))?;
    }
    Ok(())
}

/// Shows one document.
pub(super) async fn show(options: ShowOptions) -> Result<ExitCode, CliError> {
    let client = options.connection.client("teacher").await?;
    let id = encode(&options.id);
    let document = client.get(&format!("/api/documents/{id}")).await?.map_err(CliError::from)?;
    let normalized = if text(&document, "status") == "ready" && !options.timeline {
        let body = client.get(&format!("/api/documents/{id}/normalized")).await?.map_err(CliError::from)?;
        // A long document comes as an address.
        match body.get("url").and_then(Value::as_str) {
            Some(url) if body.get("schema").is_none() => Some(client.fetch(url).await?),
            _ => Some(body),
        }
    } else {
        None
    };
    if options.json {
        let mut shown = json!({ "document": document });
        if let Some(normalized) = normalized {
            shown["normalized"] = normalized;
        }
        print_json(&shown)?;
    } else if options.text {
        let Some(normalized) = normalized else {
            let status = text(&document, "status");
            return Err(CliError::new(format!("the document is {status} and has no text yet")));
        };
        print(&words(&normalized))?;
    } else {
        timeline(&document)?;
        if let Some(normalized) = normalized.filter(|_| !options.timeline) {
            summary(&normalized)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn timeline(document: &Value) -> Result<(), CliError> {
    let (name, status) = (plain(text(document, "file_name")), text(document, "status"));
    print(&format!("{name}  {status}"))?;
    for entry in document["timeline"].as_array().into_iter().flatten() {
        print(&format!(
            "  {}  {:<12}  {}",
            text(entry, "at"),
            text(entry, "status"),
            plain(text(entry, "note"))
        ))?;
    }
    if let Some(next) = document["failure"]["next_action"].as_str() {
        print(&format!("  Next: {next}"))?;
    }
    Ok(())
}

fn summary(normalized: &Value) -> Result<(), CliError> {
    for annotation in normalized["annotations"].as_array().into_iter().flatten() {
        let quote = annotation["target"]["quote"]["exact"].as_str().unwrap_or_default();
        print(&format!("  {:?}: {}", plain(quote), plain(text(annotation, "message"))))?;
    }
    Ok(())
}

/// The text of a lesson plan, or the words of a video.
fn words(normalized: &Value) -> String {
    let spoken = normalized["transcript"]["segments"].as_array().into_iter().flatten();
    let spoken: Vec<_> = spoken.map(|segment| text(segment, "text")).collect();
    let written = text(normalized, "text");
    let lines = if written.is_empty() { spoken.join("\n") } else { written.to_owned() };
    lines.lines().map(plain).collect::<Vec<_>>().join("\n")
}
