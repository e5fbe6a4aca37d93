//! Every scenario by its name. They mostly wait, so many run at once, on hosts that they share.

use crate::{
    bad_input, callbacks, commands, deletion, everyday, file_types, harness, in_flight, inbox, pages, people,
    poison, refusals_to_start, restarts, results, submissions,
};
use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;

/// How many run at once unless `--test-threads` says otherwise: what waits costs nothing.
const AT_ONCE: usize = 12;

macro_rules! trials {
    ($($place:ident $module:ident { $($name:ident),+ $(,)? })+) => {
        vec![$($($place(Trial::test(
            concat!(stringify!($module), "::", stringify!($name)),
            || { harness::block_on($module::$name()); Ok(()) },
        ))),+),+]
    };
}

/// Holds wherever the template runs.
fn anywhere(trial: Trial) -> Trial {
    trial
}

/// Is about the single-machine host or its command: where a referee runs the template it is listed and left out.
fn machine(trial: Trial) -> Trial {
    trial.with_kind("one machine").with_ignored_flag(harness::referee().is_some())
}

#[expect(clippy::too_many_lines, reason = "it is a list")]
pub(crate) fn run() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let trials = trials! {
        // What takes longest begins first.
        anywhere callbacks {
            one_that_never_comes_is_asked_for,
            one_with_a_bad_signature_changes_nothing,
            one_that_comes_too_late_is_taken,
            two_give_one_result,
            two_that_differ_leave_the_first,
            one_before_the_answer_is_taken,
            a_failure_after_success_changes_nothing,
            a_failure_before_success_is_made_good,
            a_failure_that_may_pass_is_tried_again,
            strangers_are_refused,
        }
        machine restarts {
            a_host_that_was_stopped_goes_on,
            a_host_that_was_killed_goes_on,
            a_host_goes_on_at_other_addresses,
        }
        anywhere results {
            a_wrong_hash_is_asked_for_again,
            always_wrong_fails_and_a_redrive_saves,
            a_missing_role_is_asked_for_again,
            an_unreachable_file_is_fetched_again,
        }
        anywhere submissions {
            a_processor_that_is_away_gets_it_later,
            a_throttling_processor_is_given_its_time,
            a_refusal_is_final_and_has_a_reason,
            a_lost_answer_is_made_up_for,
            a_machine_that_is_stopped_fails_its_document_and_a_redrive_saves,
        }
        anywhere deletion { a_deleted_document_leaves_nothing_but_a_receipt }
        anywhere file_types { docx, pptx, odt, pdf, html, markdown, text, mp4, mov, webm, mkv }
        anywhere inbox {
            an_object_becomes_a_document,
            a_folder_marker_is_passed_over,
            the_same_key_again_is_a_newer_revision,
            of_two_at_once_the_newest_wins,
            what_cannot_be_taken_is_rejected,
        }
        anywhere bad_input {
            an_empty_file,
            an_unsupported_type,
            a_program_named_like_a_document,
            a_truncated_video,
            an_encrypted_document,
            an_encrypted_pdf,
            a_name_that_is_too_long,
            the_longest_name_is_taken,
            the_same_file_twice_is_two_documents,
        }
        // A stack has one limit, and the others need it wide.
        machine inbox { one_over_the_limit_is_rejected }
        machine bad_input { a_file_over_the_limit }
        machine pages {
            pages_are_served_and_may_reach_the_buckets,
            a_page_of_this_host_sends_parts_and_reads_their_tags,
        }
        anywhere people {
            another_school_sees_nothing,
            another_teacher_of_the_school_sees_nothing,
            nobody_is_let_in_without_a_token,
            only_operators_redrive,
        }
        anywhere poison { a_poison_message_is_archived_and_its_neighbours_go_on, work_about_nothing_is_passed_over }
        anywhere everyday {
            the_overview_tells_of_queues_and_machines,
            a_note_is_changed_and_removed,
            an_upload_is_gone_on_with_or_cancelled,
        }
        // Starts machines by the names that they have on one machine.
        machine in_flight { what_the_first_version_has_sent_is_handled }
        machine commands {
            submit_waits_for_every_sample,
            submit_sends_a_large_file_in_parts,
            submit_tells_what_is_wrong,
            documents_and_show,
            failed_and_redrive,
            normalize,
            machine_run_transfer,
            machine_run_results,
            machine_run_overdue,
            machine_run_forget,
            processor_starts_and_stops,
            without_a_host_the_way_out_is_named,
        }
        machine refusals_to_start {
            a_port_that_is_taken,
            a_folder_of_another_version,
            a_folder_that_is_none_of_ours,
            a_folder_that_cannot_be_written,
            a_folder_in_use,
            a_damaged_database,
            a_database_that_is_cut_short,
            a_damaged_log,
            a_database_of_a_newer_version,
            a_small_file_that_is_damaged,
            an_object_without_its_file,
            a_secret_that_is_too_short,
            a_template_that_cannot_be_run,
            a_template_that_changes_a_table,
            a_first_start_that_was_cut_off_is_made_good,
        }
    };
    let conclusion = libtest_mimic::run(&arguments, trials);
    let clean = harness::block_on(harness::end(!conclusion.has_failed(), conclusion.num_filtered_out == 0));
    if conclusion.has_failed() { ExitCode::from(101) } else { clean }
}
