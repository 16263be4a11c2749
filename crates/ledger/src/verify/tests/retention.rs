//! Clocks, holds and erasures against the day of the audit.

use super::*;
use crate::entry::{Entry, ExtendBody, ExtendedRecord};

/// The day in Japan on which [`Ledger::append`] appends: 2026-01-01.
const APPENDED: i32 = 20_454;

/// Judges the record at index 1 of `ledger`.
fn judge(ledger: &Ledger, today: i32) -> (Keeping, Option<Finding>) {
    let mut clocks = Clocks::new();
    for bytes in &ledger.entries {
        clocks.take(&Entry::decode(bytes).unwrap()).unwrap();
    }
    let retain = Entry::decode(&ledger.entries[1]).unwrap().retain_through();
    clocks.judge(index(1), retain, today)
}

fn ledger(retain: RetainThrough, later: &[PendingEntry]) -> Ledger {
    let mut ledger = Ledger::of(1);
    ledger.append(&record(1, retain));
    for pending in later {
        ledger.append(pending);
    }
    ledger
}

fn erase() -> PendingEntry {
    json(
        Kind::Erase,
        r#"{"basis":"retention_ended","records":[1],"approved_by":["u1"]}"#,
    )
}

fn hold() -> PendingEntry {
    json(Kind::Hold, r#"{"records":[1],"reason":"litigation"}"#)
}

fn release() -> PendingEntry {
    json(Kind::Release, r#"{"records":[1]}"#)
}

fn extend(day: i32) -> PendingEntry {
    json(
        Kind::Extend,
        &ExtendBody {
            records: vec![ExtendedRecord::new(1, day)],
        }
        .to_json(),
    )
}

#[test]
fn a_record_is_overdue_from_the_day_after_its_last_day() {
    let ledger = ledger(RetainThrough::Day(APPENDED + 10), &[]);
    assert_eq!(judge(&ledger, APPENDED + 10), (Keeping::Kept, None));
    let overdue = Some(Finding::Overdue { index: index(1) });
    assert_eq!(judge(&ledger, APPENDED + 11), (Keeping::Kept, overdue));
}

#[test]
fn open_and_unlimited_records_are_never_overdue() {
    assert_eq!(judge(&ledger(RetainThrough::Open, &[]), i32::MAX).1, None);
    assert_eq!(
        judge(&ledger(RetainThrough::NotApplicable, &[]), i32::MAX).1,
        None
    );
}

#[test]
fn a_hold_keeps_a_record_from_being_overdue_until_it_is_lifted() {
    let retain = RetainThrough::Day(APPENDED);
    assert_eq!(judge(&ledger(retain, &[hold()]), APPENDED + 9).1, None);
    assert!(
        judge(&ledger(retain, &[hold(), release()]), APPENDED + 9)
            .1
            .is_some()
    );
}

#[test]
fn erasing_after_the_last_day_is_right_and_on_it_is_early() {
    let early = Some(Finding::ErasedEarly { index: index(1) });
    let erased = |retain| judge(&ledger(retain, &[erase()]), APPENDED + 99);
    assert_eq!(erased(RetainThrough::Day(APPENDED - 1)), (Keeping::Erased, None));
    assert_eq!(
        erased(RetainThrough::Day(APPENDED)),
        (Keeping::Erased, early.clone())
    );
    assert_eq!(erased(RetainThrough::Open), (Keeping::Erased, early));
    assert_eq!(erased(RetainThrough::NotApplicable), (Keeping::Erased, None));
}

#[test]
fn erasing_under_a_hold_is_early_whatever_the_clock_says() {
    let retain = RetainThrough::Day(APPENDED - 1);
    assert!(judge(&ledger(retain, &[hold(), erase()]), APPENDED).1.is_some());
    assert!(
        judge(&ledger(retain, &[hold(), release(), erase()]), APPENDED)
            .1
            .is_none()
    );
}

#[test]
fn an_extension_counts_for_erasure_and_for_being_overdue() {
    let retain = RetainThrough::Day(APPENDED - 1);
    assert!(
        judge(&ledger(retain, &[extend(APPENDED + 5), erase()]), APPENDED)
            .1
            .is_some()
    );
    assert!(
        judge(&ledger(retain, &[extend(APPENDED + 5)]), APPENDED + 5)
            .1
            .is_none()
    );
    assert!(
        judge(&ledger(retain, &[extend(APPENDED + 5)]), APPENDED + 6)
            .1
            .is_some()
    );
    assert!(
        judge(
            &ledger(RetainThrough::Open, &[extend(APPENDED + 5)]),
            APPENDED + 6
        )
        .1
        .is_some()
    );
}

#[test]
fn a_clock_never_moves_earlier() {
    let own = ledger(RetainThrough::Day(APPENDED + 9), &[extend(APPENDED + 5)]);
    let fault = Fault::MovedEarlier { target: 1 };
    let expected = Finding::Schema {
        index: Some(index(2)),
        fault: fault.clone(),
    };
    assert_eq!(judge(&own, APPENDED).1, Some(expected));

    let twice = ledger(RetainThrough::Open, &[extend(APPENDED + 9), extend(APPENDED + 5)]);
    assert_eq!(
        refusal(&twice),
        Finding::Schema {
            index: Some(index(3)),
            fault
        }
    );
}

#[test]
fn entries_about_themselves_or_later_ones_are_refused() {
    let ledger = ledger(
        RetainThrough::Open,
        &[json(Kind::Hold, r#"{"records":[2],"reason":"x"}"#)],
    );
    let fault = Fault::Target { target: 2 };
    assert_eq!(
        refusal(&ledger),
        Finding::Schema {
            index: Some(index(2)),
            fault
        }
    );
}

#[test]
fn bodies_without_their_members_are_refused() {
    for (kind, body) in [
        (Kind::Erase, r#"{"records":[1]}"#),
        (Kind::Erase, r#"{"basis":"x","records":["1"]}"#),
        (Kind::Hold, r#"{"reason":"x"}"#),
        (Kind::Release, "{}"),
        (
            Kind::Extend,
            r#"{"records":[{"index":1,"retain_through":"2026-02-30"}]}"#,
        ),
        (Kind::Extend, r#"{"records":[1]}"#),
    ] {
        let ledger = ledger(RetainThrough::Open, &[json(kind, body)]);
        let fault = Fault::Body(kind);
        assert_eq!(
            refusal(&ledger),
            Finding::Schema {
                index: Some(index(2)),
                fault
            },
            "{body}"
        );
    }
}

/// The error of the last entry.
fn refusal(ledger: &Ledger) -> Finding {
    let mut clocks = Clocks::new();
    let errors = ledger
        .entries
        .iter()
        .filter_map(|bytes| clocks.take(&Entry::decode(bytes).unwrap()).err());
    errors.last().unwrap().into()
}
