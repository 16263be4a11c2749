//! Hiding persons from roles that check records without needing to know whose they are.

use serde_json::Value;

/// What stands for something hidden.
const HIDDEN: &str = "●●●";

/// Members that say who a person is, or how to reach him.
const PERSONAL: [&str; 8] = [
    "name",
    "name_kana",
    "former_names",
    "birth_date",
    "address",
    "phone",
    "email",
    "representative",
];

/// The value with its personal members hidden: in principals and private individuals (`person`) all of them, in
/// companies only the representative's name. Ids, kinds and countries stay.
pub(super) fn value(mut value: Value, person: bool) -> Value {
    hide(&mut value, person);
    value
}

fn hide(value: &mut Value, person: bool) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, person)),
        Value::Object(members) => {
            for (name, member) in members {
                if name == "representative" || (person && PERSONAL.contains(&name.as_str())) {
                    redact(member);
                } else {
                    hide(member, person);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A name keeps its first word, so that two records of one list can be told apart; the rest goes.
fn redact(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::Object(members) => members.values_mut().for_each(redact),
        Value::String(text) => {
            *text = match text.split_once([' ', '\u{3000}']) {
                Some((first, _)) if first.chars().count() <= 3 => format!("{first} ●●"),
                _ => HIDDEN.to_owned(),
            };
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_principal_keeps_only_id_and_family_name() {
        let row = json!({"ref": "crm:1", "name": "髙橋 花子", "birth_date": "1985-04-02", "phone": "03-0000-0000", "former_names": ["鈴木 花子"]});
        assert_eq!(
            value(row, true),
            json!({"ref": "crm:1", "name": "髙橋 ●●", "birth_date": "●●●", "phone": "●●●", "former_names": ["鈴木 ●●"]})
        );
    }

    #[test]
    fn a_company_keeps_all_but_its_representative() {
        let party = json!({"kind": "corporation", "name": "株式会社例", "address": "東京都", "representative": {"title": "代表取締役", "name": "見本 太郎"}});
        let masked = value(party, false);
        assert_eq!(masked["name"], "株式会社例");
        assert_eq!(masked["representative"]["name"], "見本 ●●");
    }
}
