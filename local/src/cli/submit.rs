use super::{
    Connection,
    client::{Client, Refused, encode},
    output::{CliError, plain, print_json, say, text},
    upload::{Uploaded, upload},
};
use clap::Args;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

/// Seconds that one look at a document waits for a change (the API's longest poll).
const POLL_SECONDS: u32 = 20;
/// How often the spinner turns.
const TICK: Duration = Duration::from_millis(120);

/// `lectern submit`
#[derive(Args, Clone, Debug)]
pub(super) struct SubmitOptions {
    /// Lesson plans and videos.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Wait until each is ready; exit 0 only if every one is.
    #[arg(long)]
    wait: bool,
    /// Print `[{file, document_id, status, failure?}]`.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

/// Hands files in, all at once.
pub(super) async fn submit(options: SubmitOptions) -> Result<ExitCode, CliError> {
    let client = options.connection.client("teacher").await?;
    let bars = MultiProgress::new();
    let submissions = options.files.iter().map(|path| one(&client, path, options.wait, &bars));
    let submissions = futures::future::join_all(submissions).await;
    let mut rows = Vec::new();
    for submission in submissions {
        rows.push(submission?);
    }
    if options.json {
        print_json(&Value::Array(rows.clone()))?;
    } else {
        rows.iter().for_each(report);
    }
    let fine = |row: &Value| match text(row, "status") {
        "ready" => true,
        "failed" | "rejected" | "deleted" => false,
        _ => !options.wait,
    };
    Ok(if rows.iter().all(fine) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn one(client: &Client, path: &Path, wait: bool, bars: &MultiProgress) -> Result<Value, CliError> {
    let file = path.display().to_string();
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let size = match std::fs::metadata(path) {
        Ok(found) if found.is_file() => found.len(),
        Ok(_) => return Ok(not_a_file(&file, "It is a folder, not a file.")),
        Err(error) => return Ok(not_a_file(&file, &format!("It cannot be opened: {error}."))),
    };
    let bar = bars.add(ProgressBar::new(size).with_message(plain(&name)));
    let style = "{msg:24!} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    let uploaded = upload(client, path, &name, size, &bar).await?;
    let document_id = match uploaded {
        Uploaded::Complete { document_id } => document_id,
        Uploaded::Refused(refused) => {
            bar.finish_and_clear();
            return Ok(refusal(&file, &refused));
        }
    };
    let document = if wait {
        let spinner = ProgressStyle::with_template("{spinner} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        bar.set_style(spinner);
        bar.enable_steady_tick(TICK);
        follow(client, &document_id, &name, &bar).await?
    } else {
        let found = client.get(&format!("/api/documents/{}", encode(&document_id))).await?;
        found.map_err(CliError::from)?
    };
    bar.finish_and_clear();
    let mut row = json!({ "file": file, "document_id": document_id, "status": document["status"] });
    if !document["failure"].is_null() {
        row["failure"] = document["failure"].clone();
    }
    Ok(row)
}

/// Looks at a document until it is final.
async fn follow(client: &Client, id: &str, name: &str, bar: &ProgressBar) -> Result<Value, CliError> {
    let mut since = 0;
    loop {
        let path = format!("/api/documents/{}?wait={POLL_SECONDS}&since={since}", encode(id));
        let document = client.get(&path).await?.map_err(CliError::from)?;
        let status = text(&document, "status");
        bar.set_message(format!("{}: {status}", plain(name)));
        if status.parse::<document::Status>().is_ok_and(document::Status::is_final) {
            return Ok(document);
        }
        since = document["version"].as_u64().unwrap_or(0);
    }
}

fn refusal(file: &str, refused: &Refused) -> Value {
    let problem = &refused.problem;
    let message = if problem["detail"].is_null() { &problem["title"] } else { &problem["detail"] };
    let failure = json!({
        "code": problem["code"], "message": message, "next_action": problem["next_action"],
    });
    json!({ "file": file, "document_id": null, "status": "rejected", "failure": failure })
}

fn not_a_file(file: &str, message: &str) -> Value {
    let failure = json!({
        "code": "file-not-found", "message": message, "next_action": "Check the file's name and submit it again.",
    });
    json!({ "file": file, "document_id": null, "status": "rejected", "failure": failure })
}

fn report(row: &Value) {
    let (file, status) = (plain(text(row, "file")), text(row, "status"));
    let id = text(row, "document_id");
    say(format!("{status:<12} {file}  {id}").trim_end());
    if let Some(failure) = row.get("failure") {
        say(&format!("             {} ({})", plain(text(failure, "message")), text(failure, "code")));
        say(&format!("             {}", text(failure, "next_action")));
    }
}
