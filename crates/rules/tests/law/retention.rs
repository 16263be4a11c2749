//! The worked dates D01–D26 and the edges of the calendar.

use std::num::NonZeroU8;

use chrono::NaiveDate;
use kirokubo_rules::retention::{end, retain_batch, retain_contract, retain_each, retention};
use kirokubo_rules::{Method, RetainThrough};

#[test]
fn records_made_each_time() {
    for (id, made, through, erasable) in [
        ("D01", "2018-02-01", "2021-02-01", "2021-02-02"),
        ("D02", "2019-02-01", "2022-02-01", "2022-02-02"),
        ("D03", "2024-04-01", "2027-04-01", "2027-04-02"),
        ("D04", "2025-01-01", "2028-01-01", "2028-01-02"),
        ("D05", "2024-12-31", "2027-12-31", "2028-01-01"),
        ("D06", "2024-02-28", "2027-02-28", "2027-03-01"),
        ("D07", "2024-02-29", "2027-02-28", "2027-03-01"),
        ("D08", "2025-02-28", "2028-02-29", "2028-03-01"),
        ("D09", "2021-02-28", "2024-02-29", "2024-03-01"),
        ("D10", "2023-02-28", "2026-02-28", "2026-03-01"),
        ("D11", "2028-02-29", "2031-02-28", "2031-03-01"),
        ("D12", "2022-04-30", "2025-04-30", "2025-05-01"),
        ("D26", "2025-02-28", "2028-02-29", "2028-03-01"),
    ] {
        expect(id, retain_each(day(made), None), through, erasable);
        expect(
            id,
            retention(Method::Each, day(made), Some(day(made))),
            through,
            erasable,
        );
    }
}

#[test]
fn records_made_in_batch() {
    for (id, made, last, through, erasable) in [
        ("D13", "2024-04-01", "2024-04-01", "2027-04-01", "2027-04-02"),
        ("D14", "2024-04-01", "2024-03-31", "2027-04-01", "2027-04-02"),
        ("D15", "2020-04-01", "2024-03-31", "2027-03-30", "2027-03-31"),
        ("D16", "2020-04-01", "2024-02-29", "2027-02-28", "2027-03-01"),
        ("D17", "2020-04-01", "2024-02-28", "2027-02-27", "2027-02-28"),
        ("D18", "2020-04-01", "2025-03-01", "2028-02-29", "2028-03-01"),
    ] {
        expect(id, retain_batch(day(made), Some(day(last))), through, erasable);
        expect(
            id,
            retention(Method::Batch, day(made), Some(day(last))),
            through,
            erasable,
        );
    }
}

#[test]
fn contracts_in_place_of_records() {
    for (id, last, through, erasable) in [
        ("D20", "2024-04-01", "2025-03-31", "2025-04-01"),
        ("D21", "2024-02-29", "2025-02-28", "2025-03-01"),
        ("D22", "2027-03-01", "2028-02-29", "2028-03-01"),
        ("D23", "2025-01-01", "2025-12-31", "2026-01-01"),
        ("D24", "2026-07-17", "2027-07-16", "2027-07-17"),
    ] {
        expect(id, retain_contract(Some(day(last))), through, erasable);
        expect(
            id,
            retention(Method::Contract, day("2015-04-01"), Some(day(last))),
            through,
            erasable,
        );
    }
}

/// D19.
#[test]
fn a_running_series_has_no_end() {
    for open in [
        retain_batch(day("2024-04-01"), None),
        retain_contract(None),
        retention(Method::Batch, day("2024-04-01"), None),
        retention(Method::Contract, day("2024-04-01"), None),
    ] {
        assert_eq!(open, RetainThrough::Open);
        assert_eq!(open.erasable_from(), None);
    }
}

/// D25.
#[test]
fn a_base_record_stays_as_long_as_the_record_that_relies_on_it() {
    let base = retain_each(day("2022-06-01"), None);
    let later = retain_each(day("2025-05-20"), None);
    expect("D25 alone", base, "2025-06-01", "2025-06-02");
    expect("D25", base.together_with(later), "2028-05-20", "2028-05-21");
    expect("D25", later.together_with(base), "2028-05-20", "2028-05-21");
    assert_eq!(base.together_with(RetainThrough::Open), RetainThrough::Open);
}

/// M19: the record may be written before the provision, and is then counted from the provision.
#[test]
fn a_record_made_beforehand_is_counted_from_its_event() {
    let through = retain_each(day("2024-03-31"), Some(day("2024-04-01")));
    expect("M19", through, "2027-04-01", "2027-04-02");
    let late = retain_each(day("2024-04-03"), Some(day("2024-04-01")));
    expect("made after", late, "2027-04-03", "2027-04-04");
}

#[test]
fn the_end_of_the_calendar_is_the_latest_end() {
    let last = NaiveDate::MAX;
    for through in [
        retain_each(last, None),
        retain_batch(last, Some(last)),
        retain_contract(Some(last)),
        retain_each(last.pred_opt().unwrap(), Some(last)),
    ] {
        assert_eq!(through, RetainThrough::Through(last));
        assert_eq!(through.erasable_from(), None);
    }
    assert!(matches!(
        retain_each(NaiveDate::MIN, None),
        RetainThrough::Through(_)
    ));
    assert!(matches!(
        retain_batch(NaiveDate::MIN, Some(NaiveDate::MIN)),
        RetainThrough::Through(_)
    ));
}

/// Every day of a four-year cycle: one year and a day, one year exactly, or a month end.
#[test]
fn a_period_ends_the_day_before_its_corresponding_day() {
    let mut start = day("2023-01-01");
    while start < day("2027-01-01") {
        for years in 1..=3u8 {
            let last = end(start, NonZeroU8::new(years).unwrap());
            let (month, date) = (start.format("%m").to_string(), start.format("%d").to_string());
            let year: i32 = start.format("%Y").to_string().parse().unwrap();
            let wanted = format!("{}-{month}-{date}", year + i32::from(years));
            match wanted.parse::<NaiveDate>() {
                Ok(corresponding) => assert_eq!(last.succ_opt(), Some(corresponding)),
                Err(_) => assert_eq!(last.format("%m-%d").to_string(), "02-28"),
            }
        }
        start = start.succ_opt().unwrap();
    }
}

fn expect(id: &str, through: RetainThrough, last: &str, erasable: &str) {
    assert_eq!(through, RetainThrough::Through(day(last)), "{id}");
    assert_eq!(through.erasable_from(), Some(day(erasable)), "{id}");
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day that exists")
}
