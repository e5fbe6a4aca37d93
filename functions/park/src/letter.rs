use contract::{
    callback::Callback,
    queue::{Look, ResultsMessage, WorkMessage},
};
use document::{
    Arrival, Code, DocumentId, Failure, FileType, Kind, Origin, Place, Reference, Revision, Sequencer,
};
use document::{Stage, Work};

/// What a dead letter was about.
#[derive(Clone, Debug)]
pub(crate) enum Letter {
    /// An object in the uploads bucket that could not be taken in.
    Arrival(Box<Arrival>),
    /// A look at an upload.
    Look { task_token: Option<String> },
    /// Work that could not be done.
    Work { stage: Stage, work: Work, task_token: Option<String> },
    /// A callback that could not be worked through.
    Callback { reference: Reference },
}

/// The queue's own part of a dead-letter queue's ARN: `…:<stack>-lesson-plans-dead` is `lesson-plans`.
pub(crate) fn queue_name(arn: &str) -> &'static str {
    const NAMES: [&str; 5] = ["uploads", "lesson-plans", "videos", "results", "normalization"];
    let name = arn.rsplit(':').next().unwrap_or_default();
    let name = name.strip_suffix("-dead").unwrap_or(name);
    NAMES.into_iter().find(|known| name.ends_with(known)).unwrap_or("unknown")
}

/// Reads a dead letter of the queue.
pub(crate) fn read(queue: &str, body: &str) -> Result<Vec<Letter>, String> {
    let problem = |error: serde_json::Error| error.to_string();
    let work = |stage| {
        let message: WorkMessage = serde_json::from_str(body).map_err(problem)?;
        Ok(vec![Letter::Work { stage, work: message.work, task_token: message.task_token }])
    };
    match queue {
        "uploads" => uploads(body),
        "lesson-plans" | "videos" => work(Stage::Transfer),
        "normalization" => work(Stage::Normalization),
        "results" => match serde_json::from_str(body).map_err(problem)? {
            ResultsMessage::Stored { work, task_token, .. } => {
                Ok(vec![Letter::Work { stage: Stage::Results, work, task_token }])
            }
            ResultsMessage::Received { body, .. } => {
                let callback: Callback = serde_json::from_str(&body).map_err(problem)?;
                let reference = callback.data.reference.parse().map_err(|error| format!("{error}"))?;
                Ok(vec![Letter::Callback { reference }])
            }
        },
        _ => Err(format!("no queue {queue} is known")),
    }
}

fn uploads(body: &str) -> Result<Vec<Letter>, String> {
    if let Ok(look) = serde_json::from_str::<Look>(body) {
        return Ok(vec![Letter::Look { task_token: look.task_token }]);
    }
    let created = edge::created(body).map_err(|trouble| trouble.to_string())?;
    let arrivals = created.into_iter().filter_map(|created| {
        let (document_id, origin, file_name) = match Place::of(&created.key) {
            Place::Upload { document_id, file_name } => (document_id, Origin::Upload, file_name),
            Place::Inbox { school, file_name } => {
                let id = DocumentId::of_object(&created.bucket, &created.key);
                let origin =
                    Origin::Inbox { school, teacher: None, title: None, file_name: file_name.clone() };
                (id, origin, file_name)
            }
            Place::Folder | Place::Unknown => return None,
        };
        let file_type = FileType::of_name(&file_name);
        Some(Letter::Arrival(Box::new(Arrival {
            document_id,
            key: created.key,
            origin,
            revision: Revision { id: created.version_id, sequencer: Sequencer(created.sequencer) },
            size: created.size,
            media_type: file_type.map_or("application/octet-stream", FileType::media_type).to_owned(),
            kind: file_type.map_or(Kind::LessonPlan, FileType::kind),
            inspection: Err(Failure::new(Code::DeadLetter)),
        })))
    });
    Ok(arrivals.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queues_are_known_by_their_dead_letter_queue() {
        let check = |name: &str, queue| {
            assert_eq!(queue_name(&format!("arn:aws:sqs:eu-central-1:000000000000:{name}")), queue);
        };
        check("lectern-uploads-dead", "uploads");
        check("staging-lesson-plans-dead", "lesson-plans");
        check("lectern-videos-dead", "videos");
        check("somebody-elses", "unknown");
    }

    #[test]
    fn letters_are_read_by_their_queue() {
        let check = |queue, body: &str, expect: &str| {
            let read = match read(queue, body) {
                Ok(letters) => letters.first().map_or("nothing", |letter| match letter {
                    Letter::Arrival(_) => "arrival",
                    Letter::Look { .. } => "look",
                    Letter::Work { .. } => "work",
                    Letter::Callback { .. } => "callback",
                }),
                Err(_) => "unreadable",
            };
            assert_eq!(read, expect, "{queue}: {body}");
        };
        let id = "018f2f6e-7c1a-7000-8000-0123456789ab";
        check("lesson-plans", &format!(r#"{{"document_id":"{id}","revision":"v","attempt":1}}"#), "work");
        check("uploads", &format!(r#"{{"look":"{id}"}}"#), "look");
        let object = |key: &str| {
            serde_json::json!({ "Records": [{
                "eventName": "ObjectCreated:Put", "eventTime": "2026-01-02T03:04:05.006Z",
                "userIdentity": {}, "requestParameters": {}, "responseElements": {},
                "s3": { "bucket": { "name": "b", "ownerIdentity": {} }, "object": { "key": key } }
            }] })
            .to_string()
        };
        check("uploads", &object("inbox/school-1/plan.docx"), "arrival");
        check("uploads", &object("elsewhere/plan.docx"), "nothing");
        check("results", r#"{"type":"received","webhook_id":"w","body":"no json"}"#, "unreadable");
        check("videos", "poison", "unreadable");
        check("unknown", "{}", "unreadable");
    }
}
