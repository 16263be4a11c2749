//! A list of invented people.

use serde_json::{Value, json};

const FAMILY: [(&str, &str); 12] = [
    ("佐藤", "サトウ"),
    ("鈴木", "スズキ"),
    ("髙橋", "タカハシ"),
    ("田中", "タナカ"),
    ("渡邉", "ワタナベ"),
    ("伊藤", "イトウ"),
    ("山﨑", "ヤマザキ"),
    ("中村", "ナカムラ"),
    ("小林", "コバヤシ"),
    ("𠮷田", "ヨシダ"),
    ("齋藤", "サイトウ"),
    ("濵田", "ハマダ"),
];

const GIVEN: [(&str, &str); 10] = [
    ("花子", "ハナコ"),
    ("太郎", "タロウ"),
    ("美咲", "ミサキ"),
    ("健", "ケン"),
    ("さくら", "サクラ"),
    ("大輔", "ダイスケ"),
    ("陽菜", "ヒナ"),
    ("誠", "マコト"),
    ("直子", "ナオコ"),
    ("翔", "ショウ"),
];

/// `count` principals, each with an id of its own; the combinations of names repeat after 120.
pub(super) fn list(count: usize) -> Value {
    let person = |n: usize| {
        let (family, family_kana) = FAMILY[n % FAMILY.len()];
        let (given, given_kana) = GIVEN[n / FAMILY.len() % GIVEN.len()];
        json!({
            "ref": format!("member:{n:06}"),
            "name": format!("{family} {given}"),
            "name_kana": format!("{family_kana} {given_kana}"),
            "phone": format!("090-0000-{n:04}"),
        })
    };
    (0..count).map(person).collect()
}
