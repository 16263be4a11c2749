//! The same over PostgreSQL: tests that were written for no database in particular, once more.
//!
//! What the store must do on both databases is said in its conformance tests, clause by clause. Here the whole program does
//! it, from the request to the bundle that the auditor accepts.

/// Each of these tests of these modules, on PostgreSQL.
macro_rules! on_postgres {
    ($($module:ident: $($test:ident),+;)+) => {$(
        mod $module {$(
            #[test]
            fn $test() {
                kirokubo_tests::on_postgres(crate::$module::$test);
            }
        )+}
    )+};
}

on_postgres! {
    access_log: every_reading_says_by_whom_of_whose_record_why_and_how_much,
        the_log_is_paged_and_filtered_by_day,
        readings_in_parallel_share_transactions_and_each_is_there;
    amendments: sc_20_a_wrong_third_party_is_corrected_and_both_versions_stay,
        an_amendment_sent_twice_is_one_and_another_amends_the_newest_version;
    approvals: sc_03_a_bought_list_is_not_to_be_used_before_it_is_approved,
        a_correction_waits_for_another_person_where_settings_ask_for_it;
    attack_columns: every_changed_column_of_every_table_is_found;
    attack_operator: a_fork_by_whoever_has_the_signing_key_is_named_where_it_begins,
        a_rollback_to_an_older_head_contradicts_the_newer_checkpoint,
        a_ledger_under_a_name_that_is_not_its_own_is_refused;
    backup: a_backup_beside_a_busy_server_is_one_whole_moment,
        a_backup_is_its_owners_alone_and_holds_no_key,
        nothing_is_overwritten_and_a_folder_of_backups_takes_another,
        a_damaged_ledger_gives_no_backup_and_says_what_is_wrong,
        a_backup_cut_short_by_kill_9_is_no_backup_and_harms_nothing;
    bundles: a_full_bundle_is_valid_and_a_structure_bundle_is_valid_as_far_as_it_goes,
        a_bundle_can_be_written_beside_a_running_server;
    disclosure_proofs: all_records_of_one_person_are_in_one_file_that_the_auditor_accepts;
    drill_kill: no_acknowledged_record_is_lost_or_doubled_by_kill_9,
        a_server_told_to_stop_under_load_finishes_what_it_acknowledged_and_succeeds,
        a_stream_cut_off_by_kill_9_is_resumed_by_sending_it_again;
    evidence: a_file_is_kept_once_and_comes_back_as_it_was,
        files_are_listed_page_by_page;
    gauges: silence_is_told_of_each_system_and_of_nobody_else,
        the_age_of_the_last_backup_is_known_while_and_after_the_server_runs;
    holds: v35_what_is_held_relied_on_or_within_its_term_is_not_erased,
        v34_nobody_lifts_his_own_hold_or_approves_his_own_erasure,
        holds_are_listed_and_cover_a_period,
        a_record_is_kept_longer_and_never_shorter;
    lists: a_list_is_cited_by_one_event_and_each_of_its_people_is_found_by_every_spelling,
        a_list_from_a_spreadsheet_is_one_record_that_the_auditor_accepts,
        a_list_belongs_to_one_record_and_a_repeated_event_gets_its_first_answer,
        of_two_events_that_cite_one_list_at_once_one_has_it,
        people_of_several_lists_and_events_come_in_the_order_of_the_ledger_and_page_by_page;
    posting: a_recorded_provision_is_answered_with_its_whole_receipt,
        a_recorded_receipt_says_its_own_case_and_fields,
        the_same_event_again_gets_the_first_answer_and_says_so,
        the_order_of_members_and_spaces_make_no_other_event,
        another_event_under_the_same_key_is_a_conflict_that_names_the_first,
        a_dry_run_checks_everything_and_writes_nothing,
        an_event_without_a_duty_is_not_recorded_unless_wished_for,
        what_the_law_forbids_is_refused_unless_it_has_happened,
        an_event_accepted_with_a_doubt_carries_its_warning_for_good,
        every_fault_of_an_event_is_told_at_once_with_its_place_and_article;
    record_book: a_recorder_reads_a_record_as_it_was_sent,
        an_auditor_sees_records_with_persons_hidden,
        the_book_is_paged_without_gaps_or_repetitions,
        the_book_is_filtered_by_what_a_record_is;
    recover: with_a_bundle_the_very_entries_are_there_again_and_nothing_contradicts,
        with_receipts_exactly_the_lost_records_are_named,
        otherwise_the_loss_is_declared_and_a_holder_of_the_old_checkpoint_reads_why,
        a_recovery_cut_short_before_the_mark_moved_is_taken_up_again,
        nothing_is_recovered_that_is_not_lost,
        a_bundle_of_a_history_that_parted_gives_nothing_back;
    restore: a_backup_put_back_on_a_machine_that_has_the_keys_is_the_ledger_it_was;
    scenario_19: sc_19_what_is_over_goes_and_what_is_held_stays;
    search: a_person_is_found_under_every_spelling_with_the_reason,
        the_reason_of_a_match_is_told_in_words,
        somebody_else_is_not_found_and_nothing_found_says_how_far_was_searched,
        of_a_list_only_the_person_searched_for_is_shown,
        a_search_is_paged_and_bounded_by_days,
        a_search_needs_a_reason_a_key_and_the_officers_role;
    series: sc_01_a_nightly_job_adds_to_a_batch_and_one_search_shows_it_as_one,
        principals_left_to_another_record_are_found_in_both;
    streaming: a_client_that_reads_only_after_it_has_sent_everything_gets_every_answer_too,
        the_records_of_a_stream_stand_in_the_order_of_its_lines;
    suppressions: sc_13_a_demand_to_stop_is_kept_until_it_is_lifted,
        a_person_is_met_under_every_spelling_but_not_by_a_name_alone;
    tamper_chain: a_ledger_that_nobody_touched_has_no_findings,
        every_changed_byte_of_an_entry_is_named,
        a_changed_first_or_last_entry_is_named,
        an_entry_changed_together_with_its_leaf_is_named,
        a_history_rewritten_to_its_end_is_named_where_it_begins,
        a_changed_leaf_is_named,
        a_deleted_entry_is_named_as_missing,
        an_entry_deleted_and_the_rest_moved_up_is_named_as_missing,
        an_inserted_entry_is_named,
        an_entry_appended_behind_the_signed_end_is_named,
        two_entries_that_changed_places_are_named,
        a_missing_end_is_named_by_the_first_entry_that_is_gone,
        a_missing_end_is_found_even_if_everything_beside_it_is_gone_too,
        every_member_of_the_head_is_held_against_the_ledger,
        a_server_refuses_to_extend_a_head_that_was_not_signed,
        a_head_changed_under_a_running_server_stops_it_from_recording,
        a_changed_checkpoint_is_found,
        a_ledger_that_was_given_another_identity_is_found,
        a_changed_tile_is_named_by_its_first_entry;
    tamper_rows: every_changed_byte_of_a_records_content_is_named,
        every_changed_byte_of_a_principals_row_is_named,
        content_that_was_taken_away_moved_or_exchanged_is_named,
        principals_that_were_taken_away_added_or_exchanged_are_named,
        every_column_that_says_what_a_record_is_is_held_against_it,
        a_record_without_its_row_or_a_row_without_its_record_is_named,
        a_search_that_would_miss_a_record_or_find_a_stranger_is_named,
        a_lost_key_of_a_month_is_named_by_every_record_it_closed;
    third_parties: a_change_of_the_representative_is_a_version_from_its_day_on,
        third_parties_are_listed_page_by_page;
}
