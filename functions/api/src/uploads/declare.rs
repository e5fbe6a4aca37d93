use super::parts::{Division, Part, addresses};
use crate::{
    Code, Problem,
    app::Api,
    auth::{Person, Role},
    download::PART_LIFE,
    openapi::{Asked, Checked, Sent, Unsupported},
    problem::unavailable,
    request::Body,
};
use axum::{Json, extract::State};
use document::{Declaration, DocumentId, Event, Failure, FileType, Lesson, Moment, Place};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Longest file name, in bytes: what file systems take, so that it can be saved again.
const FILE_NAME_BYTES_MAX: usize = 255;
/// Longest title, in characters: it is shown in lists.
pub(crate) const TITLE_CHARS_MAX: usize = 300;
/// Longest subject and grade, in characters.
pub(crate) const LESSON_CHARS_MAX: usize = 200;

/// `POST /api/uploads`: what a teacher wants to hand in.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Declare {
    /// Any Unicode but `/` and control characters, at most 255 bytes.
    #[schema(max_length = 255)]
    pub file_name: String,
    /// What the client takes it for. It is not believed: the type follows from the name and is proved by the bytes.
    #[serde(default)]
    pub media_type: Option<String>,
    /// Bytes.
    #[schema(minimum = 1)]
    pub size: u64,
    /// Of the whole file, hexadecimal.
    #[serde(default)]
    #[schema(pattern = "^[0-9a-fA-F]{64}$")]
    pub sha256: Option<String>,
    /// The file name, if absent.
    #[serde(default)]
    #[schema(max_length = 300)]
    pub title: Option<String>,
    #[serde(default)]
    pub lesson: Option<Lesson>,
}

/// 201: the upload has begun. Parts beyond `next` are asked for at `GET /api/uploads/{id}?from={next}`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Begun {
    pub document_id: DocumentId,
    /// Bytes of each part but the last.
    pub part_size: u64,
    pub part_count: u32,
    pub parts: Vec<Part>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u32>,
    /// When the addresses end.
    pub expires_at: Moment,
}

#[utoipa::path(
    post, path = "/api/uploads", operation_id = "declareUpload", tag = "uploads",
    request_body = Declare,
    responses(
    (status = 201, body = Begun, description = "The upload has begun"),
    Asked, Sent, Checked, Unsupported,
    )
)]
pub(crate) async fn declare(
    State(api): State<Arc<Api>>,
    person: Person,
    Body(declare): Body<Declare>,
) -> Result<(StatusCode, Json<Begun>), Problem> {
    person.must_be(Role::Teacher)?;
    let file_type = check(&declare, api.upload_bytes_max)?;
    let now: Moment = api.clock.now().into();
    let mut random = [0; 10];
    api.random.fill(&mut random);
    let document_id = DocumentId::mint(now, random);
    let key = Place::upload_key(document_id, &declare.file_name);
    let create = api.buckets.s3.create_multipart_upload().bucket(&api.buckets.uploads).key(&key);
    let created = create.content_type(file_type.media_type()).send().await;
    let created = created.map_err(|error| unavailable("beginning an upload")(&error))?;
    let upload_id = created.upload_id().unwrap_or_default().to_owned();
    let division = Division::of(declare.size);
    let declaration = Declaration {
        document_id,
        school: Some(person.school),
        teacher: Some(person.subject),
        teacher_name: person.username,
        kind: file_type.kind(),
        title: declare
            .title
            .filter(|title| !title.trim().is_empty())
            .unwrap_or_else(|| declare.file_name.clone()),
        lesson: declare.lesson,
        file_name: declare.file_name,
        media_type: file_type.media_type().to_owned(),
        size: declare.size,
        sha256: declare.sha256.map(|digits| digits.to_ascii_lowercase()),
        key: key.clone(),
        upload_id: upload_id.clone(),
        part_size: division.part_size,
    };
    let written = api.pipeline.apply(document_id, &Event::Declared(Box::new(declaration))).await;
    if let Err(trouble) = written {
        // Nobody would ever come back to it. If this fails too, the bucket's own rule ends it after a week.
        if let Err(problem) = super::abort(&api, &key, &upload_id).await {
            tracing::warn!(code = problem.code(), "an upload that nobody knows is left over");
        }
        return Err(trouble.into());
    }
    let (parts, next) = addresses(&api, &key, &upload_id, 1..=division.count).await?;
    let Division { part_size, count } = division;
    let expires_at = now.after(PART_LIFE);
    Ok((
        StatusCode::CREATED,
        Json(Begun { document_id, part_size, part_count: count, parts, next, expires_at }),
    ))
}

/// What can be known to be wrong before the first byte.
fn check(declare: &Declare, upload_bytes_max: u64) -> Result<FileType, Problem> {
    let wrong = |detail: &str| Problem::new(Code::FieldWrong).because(detail);
    check_name(&declare.file_name)?;
    let file_type = FileType::of_name(&declare.file_name).ok_or_else(|| {
        let failure = Failure::new(document::Code::FileTypeUnsupported);
        Problem::of_failure(StatusCode::UNSUPPORTED_MEDIA_TYPE, failure)
    })?;
    if declare.size == 0 {
        let failure = Failure::new(document::Code::FileEmpty);
        return Err(Problem::of_failure(StatusCode::UNPROCESSABLE_ENTITY, failure));
    }
    if declare.size > upload_bytes_max {
        let failure = Failure::new(document::Code::FileTooLarge);
        return Err(Problem::of_failure(StatusCode::PAYLOAD_TOO_LARGE, failure)
            .because(format!("at most {upload_bytes_max} bytes are taken")));
    }
    let is_sha256 =
        |digits: &String| digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !declare.sha256.as_ref().is_none_or(is_sha256) {
        return Err(wrong("sha256 is not 64 hexadecimal digits"));
    }
    let fits = |text: Option<&String>, chars_max| {
        text.is_none_or(|text| text.chars().count() <= chars_max && !text.chars().any(char::is_control))
    };
    if !fits(declare.title.as_ref(), TITLE_CHARS_MAX) {
        return Err(wrong(&format!(
            "title has more than {TITLE_CHARS_MAX} characters, or control characters"
        )));
    }
    let lesson = declare.lesson.as_ref();
    let subject = lesson.and_then(|lesson| lesson.subject.as_ref());
    let grade = lesson.and_then(|lesson| lesson.grade.as_ref());
    if !fits(subject, LESSON_CHARS_MAX) || !fits(grade, LESSON_CHARS_MAX) {
        return Err(wrong(&format!(
            "lesson.subject or lesson.grade has more than {LESSON_CHARS_MAX} characters, or control characters"
        )));
    }
    Ok(file_type)
}

/// A file name is data: any Unicode, except what would make it a path or break a line.
fn check_name(name: &str) -> Result<(), Problem> {
    if name.len() > FILE_NAME_BYTES_MAX {
        let failure = Failure::new(document::Code::FileNameTooLong);
        return Err(Problem::of_failure(StatusCode::UNPROCESSABLE_ENTITY, failure)
            .because(format!("at most {FILE_NAME_BYTES_MAX} bytes are taken")));
    }
    if name.chars().any(|c| c == '/' || c.is_control()) {
        return Err(Problem::new(Code::FileNameWrong).because("it holds a slash or a control character"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut Declare)) -> Option<(u16, String)> {
        let mut declare = Declare {
            file_name: "plan.docx".to_owned(),
            media_type: None,
            size: 1000,
            sha256: None,
            title: None,
            lesson: None,
        };
        change(&mut declare);
        let problem = check(&declare, 1000).err()?;
        Some((problem.status().as_u16(), problem.code().to_owned()))
    }

    #[test]
    fn sizes_are_taken_on_this_side_of_each_limit() {
        let size = |size| refused(|declare| declare.size = size);
        assert_eq!(size(0), Some((422, "file-empty".to_owned())));
        assert_eq!(size(1), None);
        assert_eq!(size(1000), None);
        assert_eq!(size(1001), Some((413, "file-too-large".to_owned())));
    }

    #[test]
    fn any_name_is_taken_that_is_not_a_path() {
        let name = |name: &str| refused(|declare| declare.file_name = name.to_owned()).map(|(_, code)| code);
        for taken in ["Übung 1 🎒.docx", "e\u{301}.pdf", "\u{202e}cod.docx", "..docx", "a\\b.mp4", "+ &%.txt"]
        {
            assert_eq!(name(taken), None, "{taken}");
        }
        let long = |bytes: usize| name(&format!("{}.docx", "a".repeat(bytes - 5)));
        assert_eq!((long(FILE_NAME_BYTES_MAX - 1), long(FILE_NAME_BYTES_MAX)), (None, None));
        assert_eq!(long(FILE_NAME_BYTES_MAX + 1), Some("file-name-too-long".to_owned()));
        for path in ["../plan.docx", "a/b.docx", "a\0.docx", "a\n.docx"] {
            assert_eq!(name(path), Some("file-name-wrong".to_owned()), "{path:?}");
        }
        for unsupported in ["plan.exe", "plan", "", "docx."] {
            assert_eq!(name(unsupported), Some("file-type-unsupported".to_owned()), "{unsupported:?}");
        }
    }

    #[test]
    fn fields_are_held_to_their_shape() {
        let sha256 = |digits: String| refused(|declare| declare.sha256 = Some(digits)).is_some();
        assert!(!sha256("aF".repeat(32)));
        assert!(sha256("a".repeat(63)) && sha256("g".repeat(64)) && sha256(String::new()));
        let title = |title: String| refused(|declare| declare.title = Some(title)).is_some();
        for (past, expect) in [(-1, false), (0, false), (1, true)] {
            assert_eq!(title("ü".repeat(TITLE_CHARS_MAX.saturating_add_signed(past))), expect, "{past}");
        }
        assert!(title("a\u{7}".to_owned()));
        let subject = |subject: String| {
            refused(|declare| declare.lesson = Some(Lesson { subject: Some(subject), grade: None })).is_some()
        };
        assert!(!subject("Mathematics".to_owned()));
        for (past, expect) in [(-1, false), (0, false), (1, true)] {
            assert_eq!(subject("ü".repeat(LESSON_CHARS_MAX.saturating_add_signed(past))), expect, "{past}");
        }
    }
}
