//! What a callback announces, checked before anything is fetched.

use crate::fault::wrong;
use contract::callback::{CALLBACK_FILES_MAX, Callback, CallbackType, File};
use document::{Code, Failure, Kind, Unusable};
use normalizer::Role;

/// The largest rendition taken, in bytes: it must pass within the function's time.
const RENDITION_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// Longest media type taken, in bytes.
const MEDIA_TYPE_BYTES_MAX: usize = 200;
/// Characters kept of a file's name: it is shown, and never a path.
const NAME_CHARS_MAX: usize = 200;

/// One file that was announced, with nothing odd about it so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Announced {
    pub(crate) role: Role,
    /// Data, never a path.
    pub(crate) name: String,
    pub(crate) media_type: String,
    /// Bytes, within the cap of its role.
    pub(crate) size: u64,
    /// Lower-case hexadecimal.
    pub(crate) sha256: String,
    pub(crate) url: String,
}

/// The files of a finished job: every role that the kind requires once, nothing else.
pub(crate) fn announced(kind: Kind, callback: &Callback) -> Result<Vec<Announced>, Unusable> {
    match callback.kind {
        CallbackType::Failed => Err(job_failed(callback)),
        CallbackType::Finished => {
            let files = &callback.data.files;
            if files.len() > CALLBACK_FILES_MAX {
                return Err(wrong("too-many-files", "It sent back more files than belong to one document."));
            }
            let files: Vec<_> = files.iter().map(one).collect::<Result<_, _>>()?;
            complete(kind, &files)?;
            Ok(files)
        }
    }
}

/// What the processor says of a job that it could not finish.
fn job_failed(callback: &Callback) -> Unusable {
    let Some(error) = &callback.data.error else {
        return Unusable::Wrong(Failure::new(Code::ProcessorFailed).caused_by("no-reason-given"));
    };
    let failure = Failure::of_processor(&error.code, &error.message, Code::ProcessorFailed);
    if error.retryable { Unusable::Wrong(failure) } else { Unusable::Hopeless(failure) }
}

fn one(file: &File) -> Result<Announced, Unusable> {
    let name: String = file.name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
    let Ok(role) = file.role.parse::<Role>() else {
        return Err(wrong(
            "role-unknown",
            &format!("Nobody knows what the file \u{201c}{name}\u{201d} is for."),
        ));
    };
    let odd = |word: &str, what: &str| {
        Err(wrong(word, &format!("The file \u{201c}{name}\u{201d} ({role}) {what}.")))
    };
    let is_sum =
        |text: &str| text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !is_sum(&file.sha256) {
        return odd("checksum-malformed", "was announced without a usable checksum");
    }
    if file.media_type.len() > MEDIA_TYPE_BYTES_MAX
        || !file.media_type.bytes().all(|b| (b' '..=b'~').contains(&b))
    {
        return odd("media-type-malformed", "was announced with a type that is none");
    }
    if file.size == 0 {
        return odd("file-empty", "is empty");
    }
    if file.size > bytes_max(role) {
        return odd("file-too-large", "is larger than we take");
    }
    Ok(Announced {
        role,
        media_type: file.media_type.clone(),
        size: file.size,
        sha256: file.sha256.clone(),
        url: file.url.clone(),
        name,
    })
}

fn bytes_max(role: Role) -> u64 {
    match role {
        Role::Rendition => role.bytes_max().min(RENDITION_BYTES_MAX),
        role => role.bytes_max(),
    }
}

fn complete(kind: Kind, files: &[Announced]) -> Result<(), Unusable> {
    let (required, optional) = (kind.required_roles(), kind.optional_roles());
    let count = |role: &str| files.iter().filter(|file| file.role.as_str() == role).count();
    for file in files {
        let role = file.role.as_str();
        if !required.concat().contains(&role) && !optional.contains(&role) {
            return Err(wrong(
                "role-unknown",
                &format!("A file for {role} does not belong to this document."),
            ));
        }
        if count(role) > 1 {
            return Err(wrong("role-twice", &format!("There is more than one file for {role}.")));
        }
    }
    match required.iter().find(|any_of| any_of.iter().all(|role| count(role) == 0)) {
        Some(missing) => {
            Err(wrong("role-missing", &format!("The file for {} is missing.", missing.join(" or "))))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::callback::{Data, JobError};

    fn file(role: &str) -> File {
        File {
            role: role.into(),
            name: "a file".into(),
            media_type: "text/plain".into(),
            size: 5,
            sha256: "0".repeat(64),
            url: "https://files.example/1".into(),
        }
    }

    fn callback(kind: CallbackType, files: Vec<File>, error: Option<JobError>) -> Callback {
        let data = Data { reference: "r".into(), job_id: "j".into(), files, error };
        Callback { kind, timestamp: "2026-01-02T03:04:05Z".into(), data }
    }

    fn cause(kind: Kind, files: Vec<File>) -> Option<String> {
        match announced(kind, &callback(CallbackType::Finished, files, None)) {
            Ok(_) => None,
            Err(Unusable::Wrong(failure)) => Some(failure.cause),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_set_must_be_complete_and_nothing_more() {
        let check = |kind, roles: &[&str], expect: Option<&str>| {
            let cause = cause(kind, roles.iter().map(|role| file(role)).collect());
            let expect = expect.map(|word| format!("results-wrong/{word}"));
            assert_eq!(cause, expect, "{roles:?}");
        };
        let (plan, video) = (Kind::LessonPlan, Kind::Video);
        check(plan, &["text", "annotations"], None);
        check(video, &["media", "transcript"], None);
        check(video, &["media", "captions", "poster", "rendition"], None);
        check(video, &["media", "captions", "transcript"], None);
        check(plan, &[], Some("role-missing"));
        check(plan, &["text"], Some("role-missing"));
        check(video, &["media"], Some("role-missing"));
        check(plan, &["text", "annotations", "text"], Some("role-twice"));
        check(plan, &["text", "annotations", "poster"], Some("role-unknown"));
        check(plan, &["text", "annotations", "../secret"], Some("role-unknown"));
        check(plan, &["text"; CALLBACK_FILES_MAX + 1], Some("too-many-files"));
    }

    #[test]
    fn odd_announcements_are_wrong_before_anything_is_fetched() {
        let check = |change: fn(&mut File), word: &str| {
            let mut odd = file("text");
            change(&mut odd);
            let cause = cause(Kind::LessonPlan, vec![odd, file("annotations")]);
            assert_eq!(cause.unwrap(), format!("results-wrong/{word}"));
        };
        check(|file| file.size = 0, "file-empty");
        check(|file| file.size = Role::Text.bytes_max() + 1, "file-too-large");
        check(|file| file.size = u64::MAX, "file-too-large");
        check(|file| file.sha256 = "F".repeat(64), "checksum-malformed");
        check(|file| file.sha256.push('0'), "checksum-malformed");
        check(|file| file.media_type = "text/plain\r\nx: y".into(), "media-type-malformed");
        check(|file| file.media_type = "x".repeat(MEDIA_TYPE_BYTES_MAX + 1), "media-type-malformed");
    }

    #[test]
    fn files_are_taken_up_to_their_limits() {
        let taken = |role: &str, change: &dyn Fn(&mut File)| {
            let mut file = file(role);
            change(&mut file);
            one(&file).ok()
        };
        for role in ["text", "annotations", "transcript", "media", "captions", "poster", "rendition"] {
            let limit = bytes_max(role.parse().unwrap());
            for (size, expect) in [(1, true), (limit - 1, true), (limit, true), (limit + 1, false)] {
                assert_eq!(taken(role, &|file| file.size = size).is_some(), expect, "{role} of {size} bytes");
            }
        }
        assert_eq!(bytes_max(Role::Rendition), RENDITION_BYTES_MAX);
        for (bytes, expect) in [
            (MEDIA_TYPE_BYTES_MAX - 1, true),
            (MEDIA_TYPE_BYTES_MAX, true),
            (MEDIA_TYPE_BYTES_MAX + 1, false),
        ] {
            let is_taken = taken("text", &|file| file.media_type = "x".repeat(bytes)).is_some();
            assert_eq!(is_taken, expect, "{bytes}");
        }
        for (chars, kept) in [
            (NAME_CHARS_MAX - 1, NAME_CHARS_MAX - 1),
            (NAME_CHARS_MAX, NAME_CHARS_MAX),
            (NAME_CHARS_MAX + 1, NAME_CHARS_MAX),
        ] {
            let file = taken("text", &|file| file.name = "ü".repeat(chars)).unwrap();
            assert_eq!(file.name.chars().count(), kept);
        }
    }

    #[test]
    fn a_failed_job_is_hopeless_unless_the_processor_says_otherwise() {
        let check = |code: &str, retryable: bool, expect: &Unusable| {
            let error = JobError { code: code.into(), message: "It is so.".into(), retryable };
            let callback = callback(CallbackType::Failed, Vec::new(), Some(error));
            assert_eq!(&announced(Kind::Video, &callback).unwrap_err(), expect);
        };
        let failure = |code: Code| Failure::new(code).with_detail("It is so.");
        check("truncated", false, &Unusable::Hopeless(failure(Code::FileDamaged)));
        check("encrypted", false, &Unusable::Hopeless(failure(Code::FileEncrypted)));
        let busy = failure(Code::ProcessorFailed).caused_by("out-of-memory");
        check("out-of-memory", true, &Unusable::Wrong(busy));
        let silent = callback(CallbackType::Failed, Vec::new(), None);
        assert!(matches!(announced(Kind::Video, &silent), Err(Unusable::Wrong(_))));
    }
}
