use super::behaviour::{Behaviour, Trick};
use crate::{
    proofread::Report,
    wire::{JobError, ResultFile},
};

/// Nested deeper than any parser should follow.
const DEEP_JSON_LEVELS: usize = 10_000;
/// An address inside a cloud customer's own network: the metadata service.
pub(crate) const PRIVATE_URL: &str = "http://169.254.169.254/latest/meta-data/";

/// Changes what is in a file before it is stored; its hash and size are announced rightly afterwards.
pub(crate) fn forge_content(behaviour: &Behaviour, role: &str, content: Vec<u8>) -> Vec<u8> {
    behaviour.tricks(role).fold(content, |content, trick| match trick.how {
        Trick::Empty => Vec::new(),
        Trick::WrongType => b"<!doctype html><title>502</title><p>Bad gateway".to_vec(),
        Trick::DeepJson => ["[".repeat(DEEP_JSON_LEVELS), "]".repeat(DEEP_JSON_LEVELS)].concat().into_bytes(),
        Trick::OutOfRange => with_report(content, |report| {
            for found in &mut report.matches {
                found.offset += 10_000_000;
            }
        }),
        Trick::Misquote => with_report(content, |report| {
            for found in &mut report.matches {
                found.context.text =
                    found.context.text.chars().rev().map(|c| if c == 'e' { 'x' } else { c }).collect();
            }
        }),
        _ => content,
    })
}

fn with_report(content: Vec<u8>, change: impl FnOnce(&mut Report)) -> Vec<u8> {
    let Ok(mut report) = serde_json::from_slice::<Report>(&content) else { return content };
    change(&mut report);
    serde_json::to_vec(&report).unwrap_or(content)
}

/// Changes what is said about the files.
pub(crate) fn announce(behaviour: &Behaviour, files: Vec<ResultFile>) -> Vec<ResultFile> {
    let mut said = Vec::new();
    for mut file in files {
        let mut copies = 1;
        for trick in behaviour.tricks(&file.role.clone()) {
            match trick.how {
                Trick::WrongHash => file.sha256 = file.sha256.chars().rev().collect(),
                Trick::WrongSize => file.size += 1,
                Trick::Missing => copies = 0,
                Trick::Duplicate => copies = 2,
                Trick::Private => PRIVATE_URL.clone_into(&mut file.url),
                Trick::Extra => said.push(ResultFile { role: "surprise".to_owned(), ..file.clone() }),
                _ => {}
            }
        }
        said.extend(std::iter::repeat_n(file, copies));
    }
    said
}

/// Another valid content for a file, for a second result that differs; `None` for roles that have none.
pub(crate) fn alternative(role: &str, content: &[u8]) -> Option<Vec<u8>> {
    match role {
        "annotations" => Some(with_report(content.to_vec(), |report| report.matches.clear())),
        "captions" | "transcript" => {
            let mut other = content.to_vec();
            other.extend_from_slice(b"\nNOTE A second result.\n");
            Some(other)
        }
        _ => None,
    }
}

/// The error of a job that was told to fail.
pub(crate) fn scripted_failure(retryable: bool) -> JobError {
    JobError {
        code: "scripted-failure".to_owned(),
        message: "This job was told to fail".to_owned(),
        retryable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mischief::behaviour::FileTrick;

    fn behaviour(how: Trick, role: &str) -> Behaviour {
        let trick = FileTrick { how, role: Some(role.to_owned()), fetches: None };
        Behaviour { files: vec![trick], ..Behaviour::default() }
    }

    fn file(role: &str) -> ResultFile {
        ResultFile {
            role: role.to_owned(),
            name: role.to_owned(),
            media_type: "text/plain".to_owned(),
            size: 2,
            sha256: "ab".to_owned(),
            url: "http://127.0.0.1/x".to_owned(),
        }
    }

    #[test]
    fn only_the_named_role_is_changed() {
        let said = |how| announce(&behaviour(how, "text"), vec![file("text"), file("annotations")]);
        assert_eq!(said(Trick::Missing), [file("annotations")]);
        assert_eq!(said(Trick::Duplicate).len(), 3);
        assert_eq!(said(Trick::WrongHash)[0].sha256, "ba");
        assert_eq!(said(Trick::Extra)[0].role, "surprise");
        assert_eq!(said(Trick::Private)[0].url, PRIVATE_URL);
        assert_eq!(said(Trick::Gone), [file("text"), file("annotations")]);
    }

    #[test]
    fn content_is_replaced() {
        assert_eq!(forge_content(&behaviour(Trick::Empty, "text"), "text", b"x".to_vec()), b"");
        assert_eq!(forge_content(&behaviour(Trick::Empty, "text"), "media", b"x".to_vec()), b"x");
        let deep = forge_content(&behaviour(Trick::DeepJson, "media"), "media", vec![]);
        assert!(serde_json::from_slice::<serde_json::Value>(&deep).is_err());
    }
}
