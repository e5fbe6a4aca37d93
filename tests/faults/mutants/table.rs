//! The guards that are removed, one at a time, and the cases of the matrix that must fail then.

/// One guard and how it is taken away.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mutant {
    pub(crate) name: &'static str,
    /// Path in the repository.
    pub(crate) file: &'static str,
    /// Text that stands there exactly once.
    pub(crate) find: &'static str,
    pub(crate) replacement: &'static str,
    /// Every one of these must fail.
    pub(crate) killed_by: &'static [&'static str],
}

macro_rules! mutants {
    ($($name:literal in $file:literal: $find:literal => $replacement:literal, killed by $($case:ident),+;)*) => {
        pub(crate) const MUTANTS: &[Mutant] = &[$(Mutant {
            name: $name,
            file: $file,
            find: $find,
            replacement: $replacement,
            killed_by: &[$(stringify!($case)),+],
        }),*];
    };
}

mutants! {
    // Order, duplicates and ownership.
    "a-write-needs-the-version-it-read" in "crates/edge/src/register.rs":
        r#".condition_expression("version = :version")"# =>
        r#".condition_expression("version <> :version OR version = :version")"#,
        killed by f17_two_results_at_once;
    "a-first-write-needs-an-empty-place" in "crates/edge/src/register.rs":
        r#"put.condition_expression("attribute_not_exists(document_id)")"# => "put",
        killed by f13_an_event_comes_ten_times_at_once;
    "a-repeat-sends-again" in "crates/document/src/rules/upload.rs":
        "if document.status == Status::Queued { News::Repeat } else { News::Known }" => "News::Known",
        killed by f03_dies_queued_and_not_sent_on;
    "an-older-version-is-passed-over" in "crates/document/src/rules/upload.rs":
        "if revision.sequencer > known.sequencer { News::New } else { News::Old }" => "News::New",
        killed by f19_two_events_come_in_reverse;
    "the-older-version's-job-is-forgotten" in "crates/document/src/rules/upload.rs":
        "let mut sends = forget_closed(document, timing);" => "let mut sends = Vec::new();",
        killed by f19_a_newer_version_comes_while_the_older_is_processed;
    "a-claim-needs-its-turn" in "crates/document/src/rules/delivery.rs":
        "if !may_claim {" => "if !may_claim && document.attempts.is_empty() {",
        killed by f14_every_message_comes_again_after_success;
    "a-claim-waits-for-the-lease" in "crates/document/src/rules/delivery.rs":
        "lease.until > now)" => "lease.until < now && lease.until > now)",
        killed by f24_a_plan_becomes_visible_while_it_is_sent;
    "a-reference-is-minted-once" in "crates/document/src/rules/delivery.rs":
        "if work.attempt == next {\n        mint(" => "{\n        mint(",
        killed by f04_dies_before_it_sends, f05_dies_before_the_answer;
    "a-conflict-is-asked-about" in "functions/transfer/src/sending.rs":
        "Meaning::Known => self.ask(reference, sha256).await," => "Meaning::Known => later(reply),",
        killed by f05_a_processor_that_says_conflict_is_asked;
    "an-event-stays-until-its-queue-has-it" in "local/src/host/outboxes.rs":
        "let delivered = notifier.notify_all(&events).await;" =>
        "drop(notifier.notify_all(&events).await);\n            let delivered: Vec<_> = events.iter().map(|event| event.id).collect();",
        killed by f02_the_queue_cannot_be_reached;

    // Results.
    "a-callback-is-kept-before-it-is-answered" in "functions/callback/src/lib.rs":
        "self.desk.hand_on(message).await.map_err(|trouble| again(&trouble))?;" => "let _ = self.desk.hand_on(message).await;",
        killed by f07_a_callback_cannot_be_kept;
    "a-callback-may-overtake-the-answer" in "crates/document/src/rules/results.rs":
        "Status::Queued | Status::Transferring | Status::Processing | Status::Failed)" =>
        "Status::Queued | Status::Processing | Status::Failed)",
        killed by f18_a_callback_comes_before_the_answer;
    "the-first-result-wins" in "crates/document/src/rules/results.rs":
        "if let Some(known) = &document.result {" => "if let Some(known) = document.result.as_ref().filter(|_| false) {",
        killed by f17_a_second_result_comes_after_ready;
    "what-lost-is-removed" in "functions/collect/src/receipt.rs":
        "if answer != Answer::Done {" => "if false {",
        killed by f17_two_results_one_after_the_other;
    "a-late-failure-changes-nothing" in "crates/document/src/rules/results.rs":
        "if !is_latest || !matches!(document.status, Status::Transferring | Status::Processing) {" => "if !is_latest {",
        killed by f21_a_failure_is_reported_after_ready;
    "the-processor-is-asked-three-times" in "crates/document/src/rules/results.rs":
        "if used >= ATTEMPTS_PER_REDRIVE_MAX" => "if used > ATTEMPTS_PER_REDRIVE_MAX",
        killed by f33_flipped_bits_without_end;
    "a-redrive-counts-anew" in "crates/document/src/rules/people.rs":
        "document.redriven_after = document.attempt_number();" => "",
        killed by f33_what_failed_is_redriven;
    "a-silent-job-is-asked-about" in "crates/document/src/rules/recovery.rs":
        "if nudges >= NUDGES_MAX {" => "if nudges >= NUDGES_MAX || document.status == Status::Processing {",
        killed by f22_callback_never_arrives;

    // What comes back is right.
    "a-file-has-its-announced-checksum" in "functions/collect/src/fetch.rs":
        "if hex::encode(self.hash.finalize_reset()) != self.file.sha256 {" => "if self.file.sha256.is_empty() {",
        killed by f33_flipped_bits_without_end;
    "a-file-has-its-announced-size" in "functions/collect/src/announced.rs":
        "if file.size > bytes_max(role) {" => "if file.size > bytes_max(role).saturating_mul(1000) {",
        killed by f37_a_huge_file_is_not_even_fetched;
    "a-set-is-complete-before-it-is-fetched" in "functions/collect/src/announced.rs":
        "complete(kind, &files)?;" => "drop(complete(kind, &files));",
        killed by f35_a_file_is_missing, f35_a_file_is_there_twice;
    "results-fit-their-original" in "functions/collect/src/proof.rs":
        "verify(&normalized.document, original(document).as_ref()).map_err(|error| refused(&error))" =>
        "verify(&normalized.document, original(document).as_ref()).map_err(|error| refused(&error)).or(Ok(()))",
        killed by f34_a_transcript_of_another_video;
    "a-text-is-no-other-format" in "crates/normalizer/src/text/mod.rs":
        "!other && is_characters(file)" => "(!other || start.len() < usize::MAX) && is_characters(file)",
        killed by f34_a_pdf_for_a_text;
    "a-text-is-not-binary" in "crates/normalizer/src/text/mod.rs":
        "(utf16 || memchr::memchr(0, bytes).is_none())" => "(utf16 || bytes.len() < usize::MAX)",
        killed by f34_a_picture_that_is_also_a_text;

    // What teachers hand in.
    "an-upload-is-what-its-name-says" in "functions/ingest/src/inspection/mod.rs":
        "return Ok(Err(Failure::new(mismatch.code())));" => "drop(mismatch);",
        killed by f34_an_upload_of_another_type, f36_encrypted_uploads;
    "an-archive-has-its-end" in "functions/ingest/src/inspection/archive.rs":
        "Ok(if ends { Ok(()) }" => "Ok(if ends || size > 0 { Ok(()) }",
        killed by f36_malformed_uploads;
}
