use super::{NOTES_BYTES_MAX, NOTES_MAX, Note, Target, check_body, note::Stored, store::Written};
use crate::{
    Code, Problem,
    app::Api,
    auth::{Person, Role},
    contents::{existing, normalized_text},
    openapi::{Asked, Checked, Conflicting, Damaged, Found, Gone, Sent},
    request::{Body, Named},
};
use axum::{Json, extract::State};
use document::{Document, DocumentId, Moment};
use http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Tries to write while others write on the same document: each means that somebody else got on.
const TRIES_MAX: u32 = 8;

/// `POST /api/documents/{id}/notes`: what somebody wrote, and on what.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// A UUID of the caller's choice: what is sent twice is written once.
    #[serde(default)]
    #[schema(format = "uuid")]
    pub note_id: Option<String>,
    /// Plain text.
    #[schema(min_length = 1, max_length = 5000)]
    pub body: String,
    /// Absent: the whole document.
    #[serde(default)]
    pub target: Option<Target>,
}

/// `PUT /api/documents/{id}/notes/{note_id}`: another text in place of the one of this version.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Plain text.
    #[schema(min_length = 1, max_length = 5000)]
    pub body: String,
    pub version: u64,
}

#[utoipa::path(
    post, path = "/api/documents/{id}/notes", operation_id = "writeNote", tag = "notes",
    params(("id" = DocumentId, Path, description = "The document's id")), request_body = NewNote,
    responses(
    (status = 201, body = Note, description = "The note, written now or before"),
    Asked, Sent, Found, Gone, Conflicting, Checked, Damaged,
    )
)]
pub(crate) async fn create(
    State(api): State<Arc<Api>>,
    person: Person,
    Named(id): Named<String>,
    Body(new): Body<NewNote>,
) -> Result<(StatusCode, Json<Note>), Problem> {
    person.must_be(Role::Evaluator)?;
    check_body(&new.body)?;
    let note_id = match &new.note_id {
        Some(given) => {
            canonical(given).ok_or_else(|| Problem::new(Code::FieldWrong).because("note_id is no UUID"))?
        }
        None => mint(&api),
    };
    let document = existing(&api, &person, &id).await?;
    check_target(&api, &document, new.target.as_ref()).await?;
    let now: Moment = api.clock.now().into();
    let note = Stored {
        document_id: document.document_id,
        note_id,
        version: 1,
        author: person.subject.clone(),
        author_name: person.username.clone(),
        body: new.body,
        created: now,
        modified: now,
        target: new.target,
    };
    for _ in 0..TRIES_MAX {
        let edition = api.notes.edition(note.document_id).await?;
        check_room(&api.notes.all(note.document_id).await?, &note, &person)?;
        let written = match api.notes.add(&note, edition).await? {
            Written::Done => note.shown_to(&person),
            Written::Refused => repeated(&api, note, &person).await?,
            Written::Raced => continue,
        };
        return Ok((StatusCode::CREATED, Json(written)));
    }
    Err(raced())
}

/// Whoever lost to others that often is asked to come again.
fn raced() -> Problem {
    Problem::new(Code::Unavailable).because("many notes are being written on this document")
}

/// The note that is there under the same id, if it is this one.
async fn repeated(api: &Api, note: Stored, person: &Person) -> Result<Note, Problem> {
    let there = api.notes.read(note.document_id, &note.note_id).await?;
    // It may have been changed since; who wrote it and what it is on stays.
    let same = |there: &Stored| {
        there.author == note.author
            && there.target == note.target
            && (there.version > 1 || there.body == note.body)
    };
    let there = there.filter(same).ok_or(Code::NoteIdTaken)?;
    Ok(there.shown_to(person))
}

#[utoipa::path(
    put, path = "/api/documents/{id}/notes/{note_id}", operation_id = "changeNote", tag = "notes",
    params(("id" = DocumentId, Path, description = "The document's id"), ("note_id" = String, Path, format = "uuid", description = "The note's id")), request_body = Change,
    responses(
    (status = 200, body = Note, description = "The note as it is now"),
    Asked, Sent, Found, Gone, Conflicting, Checked,
    )
)]
pub(crate) async fn change(
    State(api): State<Arc<Api>>,
    person: Person,
    Named((id, note_id)): Named<(String, String)>,
    Body(change): Body<Change>,
) -> Result<Json<Note>, Problem> {
    person.must_be(Role::Evaluator)?;
    check_body(&change.body)?;
    let document = existing(&api, &person, &id).await?;
    let note_id = canonical(&note_id).ok_or(Code::NotFound)?;
    for _ in 0..TRIES_MAX {
        let edition = api.notes.edition(document.document_id).await?;
        let others = api.notes.all(document.document_id).await?;
        let there = others.iter().find(|note| note.note_id == note_id).ok_or(Code::NotFound)?;
        if there.author != person.subject {
            return Err(Code::NoteOfSomebodyElse.into());
        }
        // The answer to the same change was lost.
        if there.version == change.version.saturating_add(1) && there.body == change.body {
            return Ok(Json(there.clone().shown_to(&person)));
        }
        if there.version != change.version {
            return Err(Code::NoteChanged.into());
        }
        let changed = Stored {
            body: change.body.clone(),
            modified: api.clock.now().into(),
            version: change.version.saturating_add(1),
            ..there.clone()
        };
        check_room(&others, &changed, &person)?;
        match api.notes.change(&changed, edition).await? {
            Written::Done => return Ok(Json(changed.shown_to(&person))),
            // To be read anew: it may be this very change, whose answer was lost.
            Written::Refused | Written::Raced => {}
        }
    }
    Err(raced())
}

#[utoipa::path(
    delete, path = "/api/documents/{id}/notes/{note_id}", operation_id = "deleteNote", tag = "notes",
    params(("id" = DocumentId, Path, description = "The document's id"), ("note_id" = String, Path, format = "uuid", description = "The note's id")),
    responses((status = 204, description = "The note is gone, now or before"), Asked, Found, Gone)
)]
pub(crate) async fn remove(
    State(api): State<Arc<Api>>,
    person: Person,
    Named((id, note_id)): Named<(String, String)>,
) -> Result<StatusCode, Problem> {
    person.must_be(Role::Evaluator)?;
    let document = existing(&api, &person, &id).await?;
    let note_id = canonical(&note_id).ok_or(Code::NotFound)?;
    match api.notes.remove((document.document_id, &note_id), &person.subject).await? {
        Written::Done => Ok(StatusCode::NO_CONTENT),
        Written::Refused | Written::Raced => Err(Code::NoteOfSomebodyElse.into()),
    }
}

async fn check_target(api: &Api, document: &Document, target: Option<&Target>) -> Result<(), Problem> {
    match target {
        None => Ok(()),
        Some(Target::Moment(stretch)) => stretch.check(document),
        Some(Target::Passage(passage)) => passage.check(&normalized_text(api, document).await?),
    }
}

/// Refuses a note that would make the document's notes more than one answer can hold.
fn check_room(others: &[Stored], note: &Stored, person: &Person) -> Result<(), Problem> {
    let others = others.iter().filter(|other| other.note_id != note.note_id);
    let (mut count, mut bytes) = (1, length(note, person));
    for other in others {
        count += 1;
        bytes += length(other, person);
    }
    if count > NOTES_MAX || bytes > NOTES_BYTES_MAX {
        return Err(Code::NotesFull.into());
    }
    Ok(())
}

/// How many bytes a note is in an answer.
fn length(note: &Stored, person: &Person) -> usize {
    serde_json::to_vec(&note.clone().shown_to(person)).map_or(usize::MAX / 2, |json| json.len())
}

/// A UUID in its usual spelling.
fn canonical(text: &str) -> Option<String> {
    uuid::Uuid::try_parse(text).ok().map(|uuid| uuid.hyphenated().to_string())
}

fn mint(api: &Api) -> String {
    let mut bytes = [0; 16];
    api.random.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().hyphenated().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn person() -> Person {
        let claims =
            json!({"sub": "e1", "iss": "i", "exp": 1, "cognito:groups": ["evaluator", "school:school-1"]});
        Person::of(&serde_json::from_value(claims).unwrap()).unwrap()
    }

    fn note(number: usize, body: String) -> Stored {
        let at = Moment::from_millis(0);
        Stored {
            document_id: DocumentId::mint(at, [1; 10]),
            note_id: format!("00000000-0000-4000-8000-{number:012}"),
            version: 1,
            author: "e1".to_owned(),
            author_name: None,
            body,
            created: at,
            modified: at,
            target: None,
        }
    }

    #[test]
    fn notes_are_taken_up_to_their_number() {
        for (count, expect) in [(NOTES_MAX - 1, true), (NOTES_MAX, true), (NOTES_MAX + 1, false)] {
            let others: Vec<_> = (1..count).map(|number| note(number, "x".to_owned())).collect();
            assert_eq!(check_room(&others, &note(0, "x".to_owned()), &person()).is_ok(), expect, "{count}");
        }
        let all: Vec<_> = (0..NOTES_MAX).map(|number| note(number, "x".to_owned())).collect();
        assert!(check_room(&all, &all[0], &person()).is_ok(), "a change needs no more room");
    }

    #[test]
    fn notes_are_taken_up_to_their_length() {
        let empty = length(&note(0, String::new()), &person());
        let half = note(1, "x".repeat(NOTES_BYTES_MAX / 2 - empty));
        for (past, expect) in [(-1, true), (0, true), (1, false)] {
            let other = note(0, "x".repeat((NOTES_BYTES_MAX / 2 - empty).saturating_add_signed(past)));
            assert_eq!(check_room(std::slice::from_ref(&half), &other, &person()).is_ok(), expect, "{past}");
        }
    }

    #[test]
    fn ids_are_spelt_in_one_way() {
        let id = "3f0c3b6e-6f7a-4d69-9d6a-0f6d4a0c6f11";
        for spelt in [id, "3F0C3B6E-6F7A-4D69-9D6A-0F6D4A0C6F11", "3f0c3b6e6f7a4d699d6a0f6d4a0c6f11"] {
            assert_eq!(canonical(spelt).as_deref(), Some(id));
        }
        assert_eq!(canonical("note"), None);
    }
}
