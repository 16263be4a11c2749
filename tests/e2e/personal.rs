//! Marked personal values: in every field that can hold one, a value that occurs nowhere else.

use serde_json::{Value, json};

use crate::events;

/// Parts of the marked values that must not come out anywhere. Each is rare enough to be found nowhere by chance.
pub(crate) const MARKS: [&str; 16] = [
    "印鑰",
    "イヌヤク",
    "旧邉木",
    "1931-12-29",
    "090-8765-4321",
    "09087654321",
    "marked.person",
    "member-mark-77",
    "鑰町一丁目",
    "鑰代表",
    "鑰次長",
    "鑰商店",
    "同意鑰文",
    "経緯鑰文",
    "備考鑰文",
    "目的鑰文",
];

/// A principal with marks in all its fields.
pub(crate) fn principal() -> Value {
    json!({
        "ref": "crm:member-mark-77", "name": "印鑰 守", "name_kana": "イヌヤク マモル", "former_names": ["旧邉木 守"],
        "birth_date": "1931-12-29", "address": "東京都港区鑰町一丁目1番", "phone": "090-8765-4321",
        "email": "marked.person@example.jp",
    })
}

/// A provision with marks in every text that may tell of a person.
pub(crate) fn provision(event_id: &str) -> Value {
    let mut event = events::provision(event_id);
    event["principals"] = json!([principal()]);
    event["third_party"] = json!({
        "kind": "corporation", "name": "株式会社鑰商店", "address": "東京都港区鑰町一丁目2番", "country": "JPN",
        "representative": {"title": "鑰次長", "name": "鑰代表 正"},
    });
    event["consent"]["statement"] = "同意鑰文".into();
    event["voluntary"] = json!({"note": "備考鑰文", "purpose": "目的鑰文"});
    event
}

/// A receipt with marks, from a private person.
pub(crate) fn receipt(event_id: &str) -> Value {
    let mut event = events::receipt(event_id);
    event["principals"] = json!([principal()]);
    event["basis"] = "none".into();
    event["third_party"] = json!({
        "kind": "individual", "name": "印鑰 守", "address": "東京都港区鑰町一丁目3番", "country": "JPN",
        "status": "non_handler",
    });
    event["acquisition"]["history"] = "経緯鑰文".into();
    event
}

/// Requests that are refused for all sorts of reasons, each with marks near what is wrong:
/// what it is, the path, the body.
pub(crate) fn bad_requests() -> Vec<(&'static str, &'static str, String)> {
    let mut requests = Vec::new();
    let mut bad = |what, change: &dyn Fn(&mut Value)| {
        let mut event = provision("bad");
        change(&mut event);
        requests.push((what, "/v1/provisions", event.to_string()));
    };
    bad("a name where a date belongs", &|event| {
        event["provided_on"] = "印鑰 守".into();
    });
    bad("a birth date where a date belongs", &|event| {
        event["provided_on"] = "1931-12-29".into();
    });
    bad("a name where a choice belongs", &|event| {
        event["basis"] = "印鑰 守".into();
    });
    bad("a name where an object belongs", &|event| {
        event["third_party"] = "印鑰 守".into();
    });
    bad("a name where a list belongs", &|event| {
        event["principals"] = "印鑰 守".into();
    });
    bad("a phone number where a corporate number belongs", &|event| {
        event["third_party"]["corporate_number"] = "09087654321".into();
    });
    bad("a name where a country belongs", &|event| {
        event["third_party"]["country"] = "印鑰".into();
    });
    bad("a private-use character in a name", &|event| {
        event["principals"][0]["name"] = "印鑰\u{e000}守".into();
    });
    bad("a birth date in a calendar of its own", &|event| {
        event["principals"][0]["birth_date"] = "1931-12-29 印鑰".into();
    });
    bad("a name that is too long", &|event| {
        event["principals"][0]["name"] = "印鑰".repeat(5_000).into();
    });
    bad("vague items with a name", &|event| {
        event["items"] = json!(["印鑰に関する一切の情報"]);
    });
    bad("no ground", &|event| event["basis"] = "none".into());

    let search =
        |principal: Value, reason: Value| json!({"principal": principal, "reason": reason}).to_string();
    let path = "/v1/records/search";
    let inquiry = json!({"kind": "inquiry"});
    requests.push((
        "a search without a reason",
        path,
        search(json!({"name": "印鑰 守"}), Value::Null),
    ));
    requests.push((
        "a search by a birth date alone",
        path,
        search(json!({"birth_date": "1931-12-29"}), inquiry.clone()),
    ));
    requests.push((
        "a search by a list of names",
        path,
        search(json!({"name": ["印鑰 守"]}), inquiry),
    ));
    let cut = provision("bad").to_string();
    let middle = cut.find("守").expect("the name is in it") + "守".len();
    requests.push((
        "JSON cut off in a name",
        "/v1/provisions",
        cut[..middle].to_owned(),
    ));
    requests
}

/// Requests with a field that is named after a person: the pointer of the fault has to repeat that name to its
/// sender, but nobody else is to hear of it.
pub(crate) fn named_after_people() -> Vec<(&'static str, &'static str, String)> {
    let mut event = provision("named");
    event["印鑰 守"] = 1.into();
    event["principals"][0]["marked.person@example.jp"] = true.into();
    let search = json!({"reason": {"kind": "inquiry"}, "principal": {"印鑰": "印鑰 守"}});
    vec![
        ("fields named after a person", "/v1/provisions", event.to_string()),
        (
            "a search by an unknown key",
            "/v1/records/search",
            search.to_string(),
        ),
    ]
}

/// Panics if any mark occurs in a text.
#[track_caller]
pub(crate) fn assert_none_in(text: &str, what: &str) {
    for mark in MARKS {
        assert!(!text.contains(mark), "{what} tells {mark}: {text}");
    }
}

/// Panics if any mark occurs in a file's bytes.
#[track_caller]
pub(crate) fn assert_none_in_bytes(bytes: &[u8], what: &str) {
    for mark in MARKS {
        assert!(!occurs(mark, bytes), "{what} holds {mark}");
    }
}

/// Whether a text occurs among bytes, as UTF-8 or as JSON escapes it.
pub(crate) fn occurs(text: &str, bytes: &[u8]) -> bool {
    let escaped: String = text
        .encode_utf16()
        .map(|unit| {
            char::from_u32(unit.into())
                .filter(char::is_ascii)
                .map_or_else(|| format!("\\u{unit:04x}"), String::from)
        })
        .collect();
    let is_in = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    is_in(text.as_bytes()) || is_in(escaped.as_bytes())
}
