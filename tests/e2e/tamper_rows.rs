//! An administrator who changes what lies beside the ledger: `kirokubo verify` names the record.

use crate::database::{Pristine, TARGET};
use crate::reports::{assert_names, codes_at};

#[test]
pub(crate) fn every_changed_byte_of_a_records_content_is_named() {
    let pristine = Pristine::new();
    for (column, places) in [("sealed", [0, 100, -1]), ("secret", [0, 12, -1])] {
        for place in places {
            let damaged = pristine.after_flipping("record_contents", column, "ledger = 1 AND idx = 6", place);
            let report = damaged.verify();
            assert_names(&report, TARGET, &format!("{column}, byte {place}"));
            assert!(
                codes_at(&report, TARGET).contains(&"OPENING_MISMATCH"),
                "{report:#}"
            );
        }
    }
}

#[test]
pub(crate) fn every_changed_byte_of_a_principals_row_is_named() {
    let pristine = Pristine::new();
    for (row, place) in [(0, 0), (2, 5), (4, -1)] {
        let at = format!("idx = 6 AND n = {row}");
        let damaged = pristine.after_flipping("principal_rows", "sealed", &at, place);
        let report = damaged.verify();
        assert_names(&report, TARGET, &at);
        assert!(report.to_string().contains(&format!("row {row}")), "{report:#}");
    }
}

#[test]
pub(crate) fn content_that_was_taken_away_moved_or_exchanged_is_named() {
    let pristine = Pristine::new();
    for (statements, named) in [
        ("DELETE FROM record_contents WHERE idx = 6", vec![6]),
        (
            "UPDATE record_contents SET month = month + 1 WHERE idx = 6",
            vec![6],
        ),
        ("UPDATE record_contents SET month = -1 WHERE idx = 6", vec![6]),
        (
            "UPDATE record_contents SET idx = 100 WHERE idx = 6;
             UPDATE record_contents SET idx = 6 WHERE idx = 8;
             UPDATE record_contents SET idx = 8 WHERE idx = 100;",
            vec![6, 8],
        ),
        (
            "UPDATE record_contents SET sealed = (SELECT sealed FROM record_contents WHERE idx = 8) WHERE idx = 6",
            vec![6],
        ),
        ("UPDATE record_contents SET idx = 100 WHERE idx = 6", vec![6]),
        (
            "INSERT INTO record_contents SELECT ledger, 0, month, secret, sealed FROM record_contents WHERE idx = 6",
            vec![0],
        ),
        (
            "INSERT INTO record_contents SELECT ledger, 13, month, secret, sealed FROM record_contents WHERE idx = 6",
            vec![13],
        ),
    ] {
        let report = pristine.after(statements).verify();
        for index in named {
            assert_names(&report, index, statements);
        }
    }
}

#[test]
pub(crate) fn principals_that_were_taken_away_added_or_exchanged_are_named() {
    let pristine = Pristine::new();
    for (statements, named) in [
        ("DELETE FROM principal_rows WHERE idx = 6 AND n = 4", 6),
        ("DELETE FROM principal_rows WHERE idx = 6 AND n = 0", 6),
        ("DELETE FROM principal_rows WHERE idx = 6", 6),
        ("DELETE FROM principal_rows WHERE idx = 7", 7),
        (
            "INSERT INTO principal_rows SELECT ledger, idx, 5, sealed FROM principal_rows WHERE idx = 6 AND n = 4",
            6,
        ),
        (
            "INSERT INTO principal_rows SELECT ledger, 7, 1, sealed FROM principal_rows WHERE idx = 6 AND n = 1",
            7,
        ),
        (
            "INSERT INTO principal_rows SELECT ledger, 13, 0, sealed FROM principal_rows WHERE idx = 6 AND n = 0",
            13,
        ),
        ("UPDATE principal_rows SET n = 9 WHERE idx = 6 AND n = 4", 6),
        (
            "UPDATE principal_rows SET n = 9 WHERE idx = 6 AND n = 1;
             UPDATE principal_rows SET n = 1 WHERE idx = 6 AND n = 2;
             UPDATE principal_rows SET n = 2 WHERE idx = 6 AND n = 9;",
            6,
        ),
        (
            "UPDATE principal_rows SET sealed = x'' WHERE idx = 6 AND n = 3",
            6,
        ),
    ] {
        assert_names(&pristine.after(statements).verify(), named, statements);
    }
}

#[test]
pub(crate) fn every_column_that_says_what_a_record_is_is_held_against_it() {
    let pristine = Pristine::new();
    for change in [
        "record_id = zeroblob(16)",
        "system = 'other'",
        "event_id = 'other'",
        "body_digest = zeroblob(16)",
        "recorded_by = 'key_00000000-0000-7000-8000-000000000000'",
        "direction = 1",
        "law_case = 3",
        "law_case = 99",
        "status = 1",
        "status = 99",
        "event_date = event_date + 1",
        "retain_through = retain_through + 1",
        "retain_through = 2147483647",
        "third_party = third_party + 1",
        "third_party = NULL",
    ] {
        let damaged = pristine.after(&format!("UPDATE records SET {change} WHERE idx = 6"));
        assert_names(&damaged.verify(), TARGET, change);
    }
}

#[test]
pub(crate) fn a_record_without_its_row_or_a_row_without_its_record_is_named() {
    let pristine = Pristine::new();
    for (statements, named) in [
        ("DELETE FROM records WHERE idx = 6", 6),
        ("UPDATE records SET idx = 100 WHERE idx = 6", 6),
        (
            "CREATE TEMP TABLE more AS SELECT * FROM records WHERE idx = 6;
             UPDATE more SET idx = 13, record_id = zeroblob(16), event_id = 'more';
             INSERT INTO records SELECT * FROM more;",
            13,
        ),
        (
            "CREATE TEMP TABLE more AS SELECT * FROM records WHERE idx = 6;
             UPDATE more SET idx = 0, record_id = zeroblob(16), event_id = 'more';
             INSERT INTO records SELECT * FROM more;",
            0,
        ),
    ] {
        assert_names(&pristine.after(statements).verify(), named, statements);
    }
}

#[test]
pub(crate) fn a_search_that_would_miss_a_record_or_find_a_stranger_is_named() {
    let pristine = Pristine::new();
    for statement in [
        "DELETE FROM search_tokens WHERE idx = 6 AND n = 2",
        "DELETE FROM search_tokens WHERE idx = 6",
        "INSERT INTO search_tokens VALUES (1, 0, 12345, 6, 0)",
        "INSERT INTO search_tokens SELECT ledger, run, token, 6, 0 FROM search_tokens WHERE idx = 8",
        "UPDATE search_tokens SET n = 3 WHERE idx = 6 AND n = 2",
        "UPDATE search_tokens SET token = token + 1 WHERE idx = 6 AND n = 2",
    ] {
        let report = pristine.after(statement).verify();
        assert_names(&report, TARGET, statement);
        assert!(report.to_string().contains("search_tokens"), "{report:#}");
    }
    let report = pristine
        .after("INSERT INTO search_tokens VALUES (1, 0, 12345, 13, 0)")
        .verify();
    assert_names(&report, 13, "a token of a record that does not exist");
}

#[test]
pub(crate) fn a_lost_key_of_a_month_is_named_by_every_record_it_closed() {
    let pristine = Pristine::new();
    let damaged = pristine.folder().copy();
    let months = damaged.path().join("keys/months");
    for month in std::fs::read_dir(months).unwrap() {
        std::fs::remove_file(month.unwrap().path()).unwrap();
    }
    let report = damaged.verify();
    for index in 1..crate::database::SIZE {
        assert_names(&report, index, "a lost key");
    }
}
