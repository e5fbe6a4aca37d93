use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a document was rejected or failed: the stable word that programs match on.
///
/// Each code has one plain sentence for a teacher and one next action, given by [`Failure::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    FileEmpty,
    FileTooLarge,
    FileTypeUnsupported,
    FileTypeMismatch,
    FileEncrypted,
    FileDamaged,
    FileNameTooLong,
    FileChecksumMismatch,
    FileGone,
    UploadAbandoned,
    UploadCancelled,
    ProcessorRefused,
    ProcessorFailed,
    ProcessorUnreachable,
    ProcessorSilent,
    ResultsWrong,
    ResultsUnreachable,
    ResultsUnreadable,
    Stuck,
    DeadLetter,
    MachineFailed,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 21] = [
        Self::FileEmpty,
        Self::FileTooLarge,
        Self::FileTypeUnsupported,
        Self::FileTypeMismatch,
        Self::FileEncrypted,
        Self::FileDamaged,
        Self::FileNameTooLong,
        Self::FileChecksumMismatch,
        Self::FileGone,
        Self::UploadAbandoned,
        Self::UploadCancelled,
        Self::ProcessorRefused,
        Self::ProcessorFailed,
        Self::ProcessorUnreachable,
        Self::ProcessorSilent,
        Self::ResultsWrong,
        Self::ResultsUnreachable,
        Self::ResultsUnreadable,
        Self::Stuck,
        Self::DeadLetter,
        Self::MachineFailed,
    ];

    /// The word that messages and the register use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FileEmpty => "file-empty",
            Self::FileTooLarge => "file-too-large",
            Self::FileTypeUnsupported => "file-type-unsupported",
            Self::FileTypeMismatch => "file-type-mismatch",
            Self::FileEncrypted => "file-encrypted",
            Self::FileDamaged => "file-damaged",
            Self::FileNameTooLong => "file-name-too-long",
            Self::FileChecksumMismatch => "file-checksum-mismatch",
            Self::FileGone => "file-gone",
            Self::UploadAbandoned => "upload-abandoned",
            Self::UploadCancelled => "upload-cancelled",
            Self::ProcessorRefused => "processor-refused",
            Self::ProcessorFailed => "processor-failed",
            Self::ProcessorUnreachable => "processor-unreachable",
            Self::ProcessorSilent => "processor-silent",
            Self::ResultsWrong => "results-wrong",
            Self::ResultsUnreachable => "results-unreachable",
            Self::ResultsUnreadable => "results-unreadable",
            Self::Stuck => "stuck",
            Self::DeadLetter => "dead-letter",
            Self::MachineFailed => "machine-failed",
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::FileEmpty => "The file is empty.",
            Self::FileTooLarge => "The file is larger than we take.",
            Self::FileTypeUnsupported => "We do not take files of this type.",
            Self::FileTypeMismatch => "What is inside the file is not what its name says.",
            Self::FileEncrypted => "The file is protected with a password.",
            Self::FileDamaged => "The file is damaged or incomplete.",
            Self::FileNameTooLong => "The file's name is too long.",
            Self::FileChecksumMismatch => "The file that arrived is not the one that was announced.",
            Self::FileGone => "The file was removed before it could be proofread.",
            Self::UploadAbandoned => "The upload was started and never finished.",
            Self::UploadCancelled => "The upload was cancelled.",
            Self::ProcessorRefused => "The proofreader could not accept this file.",
            Self::ProcessorFailed => "The proofreader could not finish its work on this file.",
            Self::ProcessorUnreachable => "The proofreader could not be reached for a whole day.",
            Self::ProcessorSilent => "The proofreader took the file and never answered.",
            Self::ResultsWrong => "What the proofreader sent back was not right.",
            Self::ResultsUnreachable => "The proofreader finished, but its results could not be fetched.",
            Self::ResultsUnreadable => "What the proofreader sent back could not be read.",
            Self::Stuck => "The document made no progress although it was taken up several times.",
            Self::DeadLetter => "A step failed each time it was tried.",
            Self::MachineFailed => "The recovery of this document ended with an error.",
        }
    }

    const fn next_action(self) -> &'static str {
        match self {
            Self::FileEmpty => "Open the file, check that it has content, save it and hand it in again.",
            Self::FileTooLarge => {
                "Make the file smaller, for example by exporting the video at 720p, and hand it in again."
            }
            Self::FileTypeUnsupported => {
                "Save it as .docx, .pptx, .odt, .pdf, .html, .md or .txt, or a video as .mp4, .mov, .webm or .mkv, and hand it in again."
            }
            Self::FileTypeMismatch => {
                "Save the file once more in the program that made it and hand it in again."
            }
            Self::FileEncrypted => "Remove the password and hand it in again.",
            Self::FileDamaged => {
                "Check that the file opens on your computer, save or export it again, and hand it in again."
            }
            Self::FileNameTooLong => "Give the file a shorter name and hand it in again.",
            Self::FileChecksumMismatch | Self::FileGone | Self::UploadAbandoned | Self::UploadCancelled => {
                "Hand the file in again."
            }
            Self::ProcessorRefused => "Check that the file opens on your computer, then hand it in again.",
            Self::ProcessorFailed | Self::ResultsWrong | Self::ResultsUnreadable => {
                "You need not do anything: the operator can send it again once the proofreader is repaired."
            }
            Self::ProcessorUnreachable | Self::ProcessorSilent | Self::ResultsUnreachable => {
                "You need not do anything: the operator can send it again once the proofreader answers."
            }
            Self::Stuck | Self::DeadLetter | Self::MachineFailed => {
                "You need not do anything: the operator has been told and can redrive it."
            }
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// Longest detail kept of a failure, in characters: it is read by people and lies in the register.
const DETAIL_CHARS_MAX: usize = 300;

/// Longest word of the processor's that operators group by, in bytes: causes are keys of an index.
const WORD_BYTES_MAX: usize = 64;

/// A failure as a person meets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Failure {
    /// The stable word.
    pub code: String,
    /// A plain sentence, with the detail that is known.
    pub message: String,
    /// What to do next.
    pub next_action: String,
    /// What operators group by: the code, or the code and what lay behind it.
    pub cause: String,
}

impl Failure {
    /// The failure that `code` stands for.
    pub fn new(code: Code) -> Self {
        Self {
            code: code.to_string(),
            message: code.message().to_owned(),
            next_action: code.next_action().to_owned(),
            cause: code.to_string(),
        }
    }

    /// What the processor said about a file: `word` is its own code, with or without `file-`, `otherwise` what stands for
    /// words that say nothing about the file.
    pub fn of_processor(word: &str, message: &str, otherwise: Code) -> Self {
        let code = match word.strip_prefix("file-").unwrap_or(word) {
            "encrypted" => Code::FileEncrypted,
            "damaged" | "truncated" => Code::FileDamaged,
            "empty" => Code::FileEmpty,
            "type-unsupported" => Code::FileTypeUnsupported,
            "too-large" => Code::FileTooLarge,
            _ => otherwise,
        };
        let failure = Self::new(code).with_detail(message);
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let fit = !word.is_empty() && word.len() <= WORD_BYTES_MAX && word.chars().all(is_word);
        if code == otherwise && fit { failure.caused_by(word) } else { failure }
    }

    /// Adds what is known of this case to the sentence.
    #[must_use]
    pub fn with_detail(mut self, detail: &str) -> Self {
        let printable = detail.chars().map(|c| if c.is_control() { ' ' } else { c });
        let detail: String = printable.take(DETAIL_CHARS_MAX).collect();
        let detail = detail.trim();
        if !detail.is_empty() {
            // Others do not end their messages as sentences end.
            let end = if detail.ends_with(['.', '!', '?']) { "" } else { "." };
            self.message = format!("{} {detail}{end}", self.message);
        }
        self
    }

    /// Groups it under what lay behind it, for example `http-503`.
    #[must_use]
    pub fn caused_by(mut self, what: &str) -> Self {
        self.cause = format!("{}/{what}", self.code);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_says_what_happened_and_what_to_do() {
        for code in Code::ALL {
            let failure = Failure::new(code);
            assert_eq!(serde_json::to_value(code).unwrap(), failure.code);
            assert!(failure.message.ends_with('.') && failure.next_action.ends_with('.'), "{code}");
        }
    }

    #[test]
    fn what_the_processor_says_of_a_file_has_our_own_code() {
        let check = |word: &str, code: Code, cause: &str| {
            let failure = Failure::of_processor(word, "said so", Code::ProcessorFailed);
            assert_eq!((failure.code.as_str(), failure.cause.as_str()), (code.as_str(), cause), "{word}");
            assert!(failure.message.ends_with(" said so."), "{}", failure.message);
        };
        check("encrypted", Code::FileEncrypted, "file-encrypted");
        check("file-encrypted", Code::FileEncrypted, "file-encrypted");
        check("truncated", Code::FileDamaged, "file-damaged");
        check("out-of-memory", Code::ProcessorFailed, "processor-failed/out-of-memory");
        check("a key\n of an index", Code::ProcessorFailed, "processor-failed");
        check("", Code::ProcessorFailed, "processor-failed");
    }

    #[test]
    fn details_are_cut_and_cleaned() {
        let failure = Failure::new(Code::FileEmpty).with_detail(&format!("a\u{0}\n{}", "x".repeat(1000)));
        assert!(failure.message.len() < 400 && !failure.message.contains('\n'));
    }
}
