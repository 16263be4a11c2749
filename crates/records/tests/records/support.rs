//! Events to start from, and small changes to them.

use chrono::NaiveDate;
use kirokubo_records::master::Settings;
use kirokubo_records::{Context, Draft, Expect, Fault, Known, NoDuty, Outcome, parse_event};
use serde_json::{Value, json};

/// All tests are run on 2026-11-21.
pub(crate) const CONTEXT: Context<'static> = Context {
    today: NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day of the calendar"),
    max_principals: 1_000,
    known: Known::NOTHING,
    settings: Settings::DEFAULT,
};

/// Provision by consent to a company in Japan.
pub(crate) fn provision() -> Value {
    json!({
        "type": "provision",
        "source": {"system": "crm", "event_id": "2026-11-20/000981"},
        "basis": "consent_27",
        "provided_on": "2026-11-20",
        "third_party": {
            "kind": "corporation", "name": "株式会社サンプル物流", "address": "東京都千代田区千代田1-1", "country": "JPN",
            "representative": {"title": "代表取締役", "name": "見本 太郎"}, "corporate_number": "5130620278683",
            "status": "handler"
        },
        "principals": [{"ref": "crm:000123", "name": "髙橋 花子", "name_kana": "タカハシ ハナコ",
            "former_names": ["鈴木 花子"], "birth_date": "1985-04-02"}],
        "items": ["氏名", "住所"],
        "consent": {"statement": "会員規約第8条による同意を得ている", "obtained_on": "2026-04-10"}
    })
}

/// Provision by opt-out.
pub(crate) fn opt_out() -> Value {
    let event = without(with(provision(), "/basis", json!("opt_out")), "/consent");
    with(
        event,
        "/opt_out_filing",
        json!({"number": "2024000001", "published_on": "2024-04-01"}),
    )
}

/// Provision of 個人関連情報.
pub(crate) fn referable() -> Value {
    let event = without(
        without(with(provision(), "/basis", json!("consent_31")), "/consent"),
        "/principals",
    );
    let event = with(event, "/data", json!("personally_referable"));
    let event = with(event, "/items", json!(["ウェブサイトの閲覧履歴"]));
    with(
        event,
        "/consent_confirmation",
        json!({"method": "written_pledge", "described": "提供先の誓約書"}),
    )
}

/// Receipt by consent from a company.
pub(crate) fn receipt() -> Value {
    let event = with(without(provision(), "/provided_on"), "/type", json!("receipt"));
    let event = with(event, "/received_on", json!("2026-11-20"));
    let event = with(
        event,
        "/third_party_confirmation",
        json!({"method": "declaration"}),
    );
    with(
        event,
        "/acquisition",
        json!({"history": "本人から申込書で直接取得", "method": "contract_shown"}),
    )
}

/// Receipt by opt-out.
pub(crate) fn receipt_opt_out() -> Value {
    let event = without(with(receipt(), "/basis", json!("opt_out")), "/consent");
    with(
        event,
        "/ppc_publication",
        json!({"number": "2024000001", "checked_on": "2026-11-17"}),
    )
}

/// Receipt from a private person.
pub(crate) fn receipt_private() -> Value {
    let event = without(with(receipt(), "/basis", json!("none")), "/consent");
    let person = json!({"kind": "individual", "name": "中島 直子", "address": "静岡県静岡市1-1", "status": "non_handler"});
    with(event, "/third_party", person)
}

/// `event` with `value` put at `pointer`, whose parent must be there.
pub(crate) fn with(mut event: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').expect("pointers begin with a slash");
    match event.pointer_mut(parent).expect("the parent is in the event") {
        Value::Object(members) => {
            members.insert(name.to_owned(), value);
        }
        Value::Array(list) => list.push(value),
        other => panic!("{pointer} is below {other}"),
    }
    event
}

/// `event` without the member at `pointer`.
pub(crate) fn without(mut event: Value, pointer: &str) -> Value {
    let (parent, name) = pointer.rsplit_once('/').expect("pointers begin with a slash");
    let members = event
        .pointer_mut(parent)
        .and_then(Value::as_object_mut)
        .expect("the parent is an object");
    members.remove(name).expect("the member is there");
    event
}

pub(crate) fn post(event: &Value) -> Result<Outcome, Vec<Fault>> {
    parse_event(event.to_string().as_bytes(), Expect::Line, &CONTEXT)
}

pub(crate) fn draft(event: &Value) -> Draft {
    match post(event) {
        Ok(Outcome::Record(draft)) => *draft,
        other => panic!("{event:#}\n{other:#?}"),
    }
}

pub(crate) fn no_duty(event: &Value) -> NoDuty {
    match post(event) {
        Ok(Outcome::NoDuty(answer)) => *answer,
        other => panic!("{event:#}\n{other:#?}"),
    }
}

pub(crate) fn faults(event: &Value) -> Vec<Fault> {
    post(event).expect_err("the event is refused")
}

/// Pointers and codes of the faults that refuse `event`.
pub(crate) fn errors(event: &Value) -> Vec<(String, &'static str)> {
    codes(&faults(event))
}

/// Pointers and codes of what is said about `event` although it is recorded.
pub(crate) fn warnings(event: &Value) -> Vec<(String, &'static str)> {
    codes(draft(event).warnings())
}

pub(crate) fn codes(faults: &[Fault]) -> Vec<(String, &'static str)> {
    faults
        .iter()
        .map(|fault| (fault.pointer.clone(), fault.code.as_str()))
        .collect()
}

/// One expected fault.
pub(crate) fn at(pointer: &str, code: &'static str) -> (String, &'static str) {
    (pointer.to_owned(), code)
}
