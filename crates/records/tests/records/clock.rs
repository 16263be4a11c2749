//! How long a record is kept, by the way it was made.

use chrono::NaiveDate;
use kirokubo_ledger::entry;
use kirokubo_rules::{Method, RetainThrough};
use serde_json::json;

use crate::support::{at, draft, errors, provision, with};

#[test]
fn the_clock_follows_the_method() {
    let record = draft(&provision());
    assert_eq!(record.retain_through(), RetainThrough::Through(day("2029-11-21")));
    assert_eq!(record.retention_class(), entry::RetentionClass::Each);

    let batch = with(provision(), "/recording_method", json!("batch"));
    let running = with(batch.clone(), "/period", json!({"from": "2026-04-01"}));
    let record = draft(&running);
    assert_eq!(
        (record.method(), record.retain_through()),
        (Method::Batch, RetainThrough::Open)
    );
    assert_eq!(record.entry_retain_through(), entry::RetainThrough::Open);
    let closed = draft(&with(
        batch,
        "/period",
        json!({"from": "2026-04-01", "to": "2027-03-31"}),
    ));
    assert_eq!(closed.retain_through(), RetainThrough::Through(day("2030-03-30")));

    let contract = with(provision(), "/recording_method", json!("contract"));
    let clauses =
        json!({"third_party": "前文", "principals": "申込書", "items": "第3条", "consent": "第8条"});
    let agreement = json!({"title": "販売契約", "goods_or_services": true, "clauses": clauses});
    let contract = with(contract, "/agreement", agreement);
    let record = draft(&contract);
    assert_eq!(record.retain_through(), RetainThrough::Open);
    let once = draft(&with(contract.clone(), "/agreement/continuous", json!(false)));
    assert_eq!(once.retain_through(), RetainThrough::Through(day("2027-11-19")));
    let contract = with(
        contract,
        "/period",
        json!({"from": "2026-04-01", "to": "2026-11-20"}),
    );
    let record = draft(&contract);
    assert_eq!(record.retention_class(), entry::RetentionClass::Contract);
    assert_eq!(record.retain_through(), RetainThrough::Through(day("2027-11-19")));
}

#[test]
fn a_contract_that_concerns_no_goods_is_a_record_made_each_time() {
    let event = with(provision(), "/recording_method", json!("contract"));
    let record = draft(&with(event, "/agreement", json!({"title": "使用許諾"})));
    assert_eq!(
        (record.method(), record.retention_class()),
        (Method::Each, entry::RetentionClass::Each)
    );
    assert_eq!(record.retain_through(), RetainThrough::Through(day("2029-11-21")));
}

#[test]
fn a_record_made_before_its_event_says_so_and_is_counted_from_the_event() {
    let tomorrow = with(provision(), "/provided_on", json!("2026-11-22"));
    assert_eq!(errors(&tomorrow), [at("/provided_on", "date.out_of_range")]);
    let record = draft(&with(tomorrow, "/beforehand", json!(true)));
    assert_eq!(record.retain_through(), RetainThrough::Through(day("2029-11-22")));
    let slip = with(
        with(provision(), "/provided_on", json!("2027-11-23")),
        "/beforehand",
        json!(true),
    );
    assert_eq!(errors(&slip), [at("/provided_on", "date.out_of_range")]);
}

#[test]
fn days_of_an_entry_begin_in_1970() {
    // 2029-11-21 is 59 years of 365 days, 15 leap days and 324 days after 1970-01-01.
    assert_eq!(
        draft(&provision()).entry_retain_through(),
        entry::RetainThrough::Day(59 * 365 + 15 + 324)
    );
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}
