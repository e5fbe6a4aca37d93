//! What teachers hand in by mistake: each is refused with a code, a plain sentence and what to do next.

use crate::{
    files,
    harness::{Answer, NARROW_BYTES_MAX, calm, narrow},
    normalized,
};
use serde_json::Value;

/// What a teacher must read: the beginning of the sentence, and a part of the next action.
#[derive(Clone, Copy)]
pub(crate) struct Told {
    pub(crate) code: &'static str,
    pub(crate) sentence: &'static str,
    pub(crate) next_action: &'static str,
}

pub(crate) const EMPTY: Told =
    Told { code: "file-empty", sentence: "The file is empty.", next_action: "check that it has content" };
pub(crate) const UNSUPPORTED: Told = Told {
    code: "file-type-unsupported",
    sentence: "We do not take files of this type.",
    next_action: "Save it as .docx",
};
pub(crate) const TOO_LARGE: Told = Told {
    code: "file-too-large",
    sentence: "The file is larger than we take.",
    next_action: "Make the file smaller",
};
const MISMATCH: Told = Told {
    code: "file-type-mismatch",
    sentence: "What is inside the file is not what its name says.",
    next_action: "Save the file once more in the program that made it",
};
const DAMAGED: Told = Told {
    code: "file-damaged",
    sentence: "The file is damaged or incomplete.",
    next_action: "Check that the file opens on your computer",
};
const ENCRYPTED: Told = Told {
    code: "file-encrypted",
    sentence: "The file is protected with a password.",
    next_action: "Remove the password",
};
const NAME_TOO_LONG: Told = Told {
    code: "file-name-too-long",
    sentence: "The file's name is too long.",
    next_action: "Give the file a shorter name",
};

impl Told {
    fn check(self, code: &Value, sentence: &Value, next_action: &Value, whole: &Value) {
        assert_eq!(code, self.code, "{whole:#}");
        let (sentence, next_action) = (sentence.as_str().unwrap(), next_action.as_str().unwrap());
        assert!(sentence.starts_with(self.sentence) && sentence.ends_with('.'), "{whole:#}");
        assert!(next_action.contains(self.next_action) && next_action.ends_with('.'), "{whole:#}");
    }

    /// Of a document.
    pub(crate) fn of_document(self, document: &Value, status: &str) {
        assert_eq!(document["status"], status, "{document:#}");
        let failure = &document["failure"];
        self.check(&failure["code"], &failure["message"], &failure["next_action"], document);
        let last = normalized::list(document, "timeline").last().unwrap();
        assert_eq!(last["note"], failure["message"], "the timeline ends with it: {document:#}");
    }

    /// Of an answer of the API.
    fn of_answer(self, answer: &Answer, status: u16) {
        assert_eq!(
            (answer.status, &answer.media_type[..]),
            (status, "application/problem+json"),
            "{}",
            answer.text
        );
        let problem = &answer.body;
        self.check(&problem["code"], &problem["title"], &problem["next_action"], problem);
    }
}

/// Hands a file in and finds it rejected once it was looked at.
async fn rejected(name: &str, bytes: &[u8], told: Told) {
    let teacher = calm().await.api("teacher").await;
    let id = teacher.submit(name, bytes).await;
    told.of_document(&teacher.finished(&id).await, "rejected");
    let original = teacher.get(&format!("/api/documents/{id}/original")).await;
    assert_eq!(original.status, 409, "nobody has vouched for it: {}", original.text);
}

pub(crate) async fn an_empty_file() {
    let teacher = calm().await.api("teacher").await;
    EMPTY.of_answer(&teacher.declare("plan.docx", 0).await, 422);
}

pub(crate) async fn an_unsupported_type() {
    let teacher = calm().await.api("teacher").await;
    UNSUPPORTED.of_answer(&teacher.declare("setup.exe", 10).await, 415);
    UNSUPPORTED.of_answer(&teacher.declare("no extension", 10).await, 415);
}

pub(crate) async fn a_program_named_like_a_document() {
    let program = [&b"MZ\x90\0\x03\0\0\0"[..], &[0; 2000]].concat();
    rejected("setup.docx", &program, MISMATCH).await;
}

pub(crate) async fn a_truncated_video() {
    let whole = files::sample("lesson.mp4");
    rejected("truncated.mp4", &whole[..whole.len() * 2 / 3], DAMAGED).await;
}

pub(crate) async fn an_encrypted_document() {
    let container = [&files::OLE_HEADER[..], &[0; 4096]].concat();
    rejected("secret.docx", &container, ENCRYPTED).await;
}

pub(crate) async fn an_encrypted_pdf() {
    rejected("secret.pdf", &files::encrypted_pdf(), ENCRYPTED).await;
}

pub(crate) async fn a_file_over_the_limit() {
    let teacher = narrow().await.api("teacher").await;
    TOO_LARGE.of_answer(&teacher.declare("plan.txt", NARROW_BYTES_MAX + 1).await, 413);
    let sentence = "The class looks at maps of rivers.\n";
    let just_fits: String = sentence.chars().cycle().take(NARROW_BYTES_MAX).collect();
    let id = teacher.submit("just-fits.txt", just_fits.as_bytes()).await;
    teacher.ready(&id).await;
}

pub(crate) async fn a_name_that_is_too_long() {
    let teacher = calm().await.api("teacher").await;
    let name = format!("{}.md", "x".repeat(253));
    NAME_TOO_LONG.of_answer(&teacher.declare(&name, 10).await, 422);
    for wrong in ["a/b.md", "a\nb.md", "a\0b.md"] {
        let answer = teacher.declare(wrong, 10).await;
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (422, Some("file-name-wrong")),
            "{wrong:?}"
        );
    }
}

pub(crate) async fn the_longest_name_is_taken() {
    // Composed and decomposed letters, right-to-left script, a space, a plus, signs that keys must escape, and emoji.
    let mut name = "Größe Gro\u{308}ße שיעור + 100 % & #1 ?".to_owned();
    while name.len() + "📐.md".len() <= 255 {
        name.push('📐');
    }
    name.extend(std::iter::repeat_n('x', 255 - name.len() - ".md".len()));
    name.push_str(".md");
    assert_eq!(name.len(), 255);
    let teacher = calm().await.api("teacher").await;
    let id = teacher.submit(&name, &files::markdown()).await;
    assert_eq!(teacher.ready(&id).await["file_name"], *name, "not a code point is changed");
    let original = teacher.get(&format!("/api/documents/{id}/original")).await;
    let bytes = teacher.fetch(original.body["url"].as_str().unwrap()).await;
    assert_eq!(bytes, files::markdown());
}

pub(crate) async fn the_same_file_twice_is_two_documents() {
    let teacher = calm().await.api("teacher").await;
    let first = teacher.submit("twice.md", &files::markdown()).await;
    let second = teacher.submit("twice.md", &files::markdown()).await;
    assert_ne!(first, second);
    for id in [first, second] {
        teacher.ready(&id).await;
        calm().await.aws().await.assert_one_normalized(&id).await;
    }
}
