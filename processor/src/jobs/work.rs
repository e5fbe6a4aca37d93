use super::record::{Record, Stored};
use crate::{
    app::App,
    extract,
    fault::Fault,
    format::Format,
    mischief::{alternative, forge_content},
    video::{self, Captions},
    wire::Kind,
};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::sync::oneshot;

/// No file takes longer to read; one that does is one that its reader cannot read.
const READING_MAX: Duration = Duration::from_mins(10);
/// Some readers of nested formats recurse.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// One file to return.
pub(super) struct Made {
    role: &'static str,
    name: &'static str,
    media_type: &'static str,
    content: Vec<u8>,
}

/// Does the job's work; the input is in its place.
pub(super) async fn make(app: &App, record: &Record) -> Result<Vec<Made>, Fault> {
    let submission = &record.submission;
    let format = Format::announced(submission.kind, &submission.file_name, &submission.media_type)
        .ok_or_else(|| Fault::Unsupported(submission.media_type.clone()))?;
    let input = app.store.input(&submission.reference);
    match submission.kind {
        Kind::LessonPlan => lesson_plan(app, format, input).await,
        Kind::Video => video(app, format, input, record).await,
    }
}

async fn lesson_plan(app: &App, format: Format, input: PathBuf) -> Result<Vec<Made>, Fault> {
    let text = isolated(move || {
        format.inspect(&input)?;
        extract::to_markdown(format, &input)
    })
    .await?;
    let report = app.proofreader.proofread(text.clone()).await?;
    let annotations =
        serde_json::to_vec_pretty(&report).map_err(|error| Fault::Internal(error.to_string()))?;
    Ok(vec![
        Made { role: "text", name: "text.md", media_type: "text/markdown", content: text.into_bytes() },
        Made {
            role: "annotations",
            name: "annotations.json",
            media_type: "application/json",
            content: annotations,
        },
    ])
}

async fn video(app: &App, format: Format, input: PathBuf, record: &Record) -> Result<Vec<Made>, Fault> {
    let file_name = record.submission.file_name.clone();
    let path = input.clone();
    let reading = isolated(move || {
        format.inspect(&path)?;
        video::read(format, &path, &file_name)
    })
    .await?;
    let mut made = vec![Made {
        role: "media",
        name: "media.json",
        media_type: "application/json",
        content: reading.media,
    }];
    made.push(match reading.captions {
        Captions::Embedded(text) => Made {
            role: "captions",
            name: "captions.vtt",
            media_type: "text/vtt",
            content: text.into_bytes(),
        },
        Captions::None(text) => Made {
            role: "transcript",
            name: "transcript.vtt",
            media_type: "text/vtt",
            content: text.into_bytes(),
        },
    });
    let target = app.store.result(&record.submission.reference, "poster.making.jpg");
    if let Some(folder) = target.parent().filter(|folder| !folder.exists()) {
        // Only this one level: a job that was forgotten meanwhile must not come back.
        tokio::fs::create_dir(folder).await?;
    }
    if let Some(content) = video::poster(format, &input, reading.duration_ms, &target).await {
        made.push(Made { role: "poster", name: "poster.jpg", media_type: "image/jpeg", content });
    }
    // Whatever was left there was never announced.
    let _ = tokio::fs::remove_file(&target).await;
    Ok(made)
}

/// Writes what was made; returns the results and, where one was asked for, a second that contradicts them.
pub(super) async fn keep(
    app: &Arc<App>,
    record: &Record,
    made: Vec<Made>,
) -> Result<(Vec<Stored>, Option<Stored>), Fault> {
    let (app, record) = (app.clone(), record.clone());
    let kept = tokio::task::spawn_blocking(move || {
        let reference = &record.submission.reference;
        let (mut files, mut second) = (Vec::new(), None);
        for Made { role, name, media_type, content } in made {
            let content = forge_content(&record.behaviour, role, content);
            if let Some(other) = alternative(role, &content).filter(|_| record.behaviour.contradicts()) {
                let name = format!("second-{name}");
                second = Some(app.store.write_result(reference, role, &name, media_type, &other)?);
            }
            files.push(app.store.write_result(reference, role, name, media_type, &content)?);
        }
        Ok::<_, std::io::Error>((files, second))
    });
    kept.await.map_err(|error| Fault::Internal(error.to_string()))?.map_err(Fault::from)
}

/// Runs a reader of strangers' files on a thread of its own, where a panic or a deep recursion is an error of that file.
pub(crate) async fn isolated<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let (done, outcome) = oneshot::channel();
    std::thread::Builder::new().name("reader".to_owned()).stack_size(STACK_BYTES).spawn(move || {
        // Nobody waits for it any more when the job was forgotten or took too long.
        drop(done.send(read()));
    })?;
    match tokio::time::timeout(READING_MAX, outcome).await {
        Ok(Ok(read)) => read,
        Ok(Err(_)) => Err(Fault::Malformed("its reader gave up on it".to_owned())),
        Err(_) => Err(Fault::TooLarge(format!(
            "reading it takes longer than {} minutes",
            READING_MAX.as_secs() / 60
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_in_a_reader_is_an_error_of_the_file() {
        let read = isolated(|| -> Result<(), Fault> { panic!("a reader's mistake") }).await;
        assert_eq!(read.unwrap_err().code(), "file-damaged");
    }
}
