//! Hiding persons from roles that check records without needing to know whose they are.
//!
//! What stays is listed, and everything else goes: a member that is added to an event one day is hidden until somebody
//! decides that it may be seen.

use serde_json::Value;

/// What stands for something hidden.
const HIDDEN: &str = "●●●";

/// Longest first word of a name that stays, in characters: most family names have one to three, and a whole name that
/// is written without a space seldom has so few.
const FAMILY_NAME: usize = 3;

/// Members of a person that stay: the sender's own number for him, and what says nothing of who he is.
const OF_PERSONS: [&str; 6] = [
    "ref",
    "kind",
    "country",
    "status",
    "confidential",
    "corporate_number",
];

/// Members of a person whose first word stays, so that two records of one list can be told apart.
const NAMES: [&str; 4] = ["name", "name_kana", "former_names", "common_name"];

/// Texts that stay where no person stands: companies, days, numbers of papers, and words of closed lists. Free
/// texts are not among them, since nobody knows whom they name.
const ELSEWHERE: [&str; 43] = [
    // companies
    "kind",
    "name",
    "address",
    "postal_code",
    "country",
    "status",
    "corporate_number",
    // days
    "obtained_on",
    "confirmed_on",
    "checked_on",
    "published_on",
    "starts_on",
    "concluded_on",
    "last_confirmed_on",
    "last_checked_on",
    "since",
    "filed_on",
    "ended_on",
    "on",
    "from",
    "to",
    // papers and places in systems
    "number",
    "url",
    "owner",
    "third_party",
    "items",
    "id",
    "system",
    "event_id",
    "recorded_by",
    "root",
    // how the record was made and judged
    "asked",
    "ground",
    "verdict",
    "basis",
    "gate",
    "rule_set",
    "self_status",
    "data",
    "third_party_status",
    "place",
    "interpretation",
    "recipient_view",
];

/// The value with everything hidden that may say who somebody is: in a principal or private individual (`person`) all
/// but [`OF_PERSONS`] and the first words of names, elsewhere a company's representative and every free text.
pub(super) fn value(mut value: Value, person: bool) -> Value {
    if person {
        hide_person(&mut value);
    } else {
        hide_texts(&mut value);
    }
    value
}

fn hide_person(value: &mut Value) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter_mut().for_each(hide_person),
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.as_str();
                if NAMES.contains(&name) {
                    shorten(member);
                } else if !OF_PERSONS.contains(&name) || member.is_object() || member.is_array() {
                    hide_person(member);
                }
            }
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => *value = HIDDEN.into(),
    }
}

/// Leaves the first word of a name.
fn shorten(name: &mut Value) {
    match name {
        Value::Array(names) => names.iter_mut().for_each(shorten),
        Value::String(text) => {
            *text = match text.split_once([' ', '\u{3000}']) {
                Some((first, _)) if first.chars().count() <= FAMILY_NAME => format!("{first} ●●"),
                _ => HIDDEN.to_owned(),
            };
        }
        other => hide_person(other),
    }
}

/// Hides texts member by member. A text that is no member stays: the day of the event, and its data items.
fn hide_texts(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(hide_texts),
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::Object(_) if name != "representative" => hide_texts(member),
                    Value::String(text) if name == "method" && is_word(text) => {}
                    Value::Object(_) | Value::Array(_) | Value::String(_)
                        if !ELSEWHERE.contains(&name.as_str()) =>
                    {
                        hide_person(member);
                    }
                    _ => {}
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether `text` is a word as programs write it, `written_pledge`: how something was confirmed may also be told in a
/// sentence, which may name somebody.
fn is_word(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_principal_keeps_only_what_is_listed_and_the_first_words_of_names() {
        let row = json!({
            "ref": "crm:1", "name": "髙橋 花子", "name_kana": "タカハシ ハナコ", "common_name": "鈴木\u{3000}花",
            "former_names": ["鈴木 花子", "佐藤花子"], "birth_date": "1985-04-02", "address": "東京都 千代田区",
            "postal_code": "100-0001", "phone": "03 0000 0000", "email": "h@example.jp", "confidential": true,
        });
        assert_eq!(
            value(row, true),
            json!({
                "ref": "crm:1", "name": "髙橋 ●●", "name_kana": "●●●", "common_name": "鈴木 ●●",
                "former_names": ["鈴木 ●●", "●●●"], "birth_date": "●●●", "address": "●●●",
                "postal_code": "●●●", "phone": "●●●", "email": "●●●", "confidential": true,
            })
        );
    }

    #[test]
    fn what_nobody_listed_is_hidden_whatever_it_is() {
        let row = json!({"nickname": "花 子", "age": 41, "married": true, "pets": ["犬 太郎"], "ref": {"of": "花子"}, "gone": null});
        assert_eq!(
            value(row, true),
            json!({"nickname": "●●●", "age": "●●●", "married": "●●●", "pets": ["●●●"], "ref": {"of": "●●●"}, "gone": null})
        );
    }

    #[test]
    fn a_private_individual_is_hidden_like_a_principal() {
        let party = json!({"kind": "individual", "name": "中島 直子", "address": "静岡県静岡市1-1", "country": "JPN",
            "status": "non_handler", "described": "中島 直子の知人", "representative": {"title": "父", "name": "中島 一"}});
        assert_eq!(
            value(party, true),
            json!({"kind": "individual", "name": "中島 ●●", "address": "●●●", "country": "JPN",
                "status": "non_handler", "described": "●●●", "representative": {"title": "●●●", "name": "中島 ●●"}})
        );
    }

    #[test]
    fn a_company_keeps_all_but_its_representative_and_free_texts() {
        let party = json!({"kind": "corporation", "name": "株式会社例", "address": "東京都", "postal_code": "1000001",
            "corporate_number": "5130620278683", "described": "見本が担当",
            "representative": {"title": "代表取締役", "name": "見本 太郎"}});
        assert_eq!(
            value(party, false),
            json!({"kind": "corporation", "name": "株式会社例", "address": "東京都", "postal_code": "1000001",
                "corporate_number": "5130620278683", "described": "●●●",
                "representative": {"title": "●●●", "name": "見本 ●●"}})
        );
    }

    #[test]
    fn free_texts_are_hidden_and_days_words_and_flags_stay() {
        let consent = json!({"statement": "髙橋の同意", "obtained_on": "2026-04-10", "method": "written_pledge", "note": "髙橋"});
        let acquisition = json!({"history": "髙橋から", "method": "髙橋に電話", "confirmed_on": "2026-04-11",
            "third_party_confirmation": {"method": "declaration", "described": "髙橋"}});
        let method = json!({"method": "contract", "agreement": {"title": "髙橋との契約", "number": "K-1", "continuous": true}});
        let voluntary = json!({"voluntary": {"note": "髙橋", "purpose": "髙橋", "medium": "髙橋", "department": "髙橋"},
            "consent": {"statement": "髙橋"}, "judgement": {"verdict": "required", "gate": "P9", "sensitive": true}});
        let abroad = json!({"country": "SGP", "ground": "consent_28", "information_given": true, "information": "髙橋",
            "measures": "髙橋", "note": "髙橋"});
        for (text, kept) in [
            (consent, ["2026-04-10", "written_pledge"]),
            (acquisition, ["2026-04-11", "declaration"]),
            (method, ["contract", "K-1"]),
            (voluntary, ["required", "P9"]),
            (abroad, ["SGP", "consent_28"]),
        ] {
            let masked = value(text, false).to_string();
            assert!(!masked.contains("髙橋"), "{masked}");
            assert!(kept.iter().all(|kept| masked.contains(kept)), "{masked}");
        }
    }

    #[test]
    fn the_day_and_the_items_of_an_event_stay() {
        for text in [
            json!("2026-11-20"),
            json!(["氏名", "住所"]),
            json!({"count": 2, "root": "aGFzaA=="}),
        ] {
            assert_eq!(value(text.clone(), false), text);
        }
    }
}
