//! Looking for a principal: the keys to look up, and why a row that was found is his.

mod asked;
mod matched;

use chrono::NaiveDate;
use thiserror::Error;

use crate::fault::{Code, Fault, Faults, Words};
use crate::fold::{KeyKind, MatchReason, SearchKey, SearchKeys};
use crate::form::Form;
use crate::given::Given;
use crate::json::{self, Node, Path};
use crate::private::Private;
use crate::text::{CONTACT, IDENTIFIER, NAME};
use asked::{Asked, kinds};
pub use matched::{Match, MatchedField};

/// What is known of the principal who is looked for.
#[derive(Debug, Clone)]
pub struct PrincipalQuery {
    asked: Vec<Asked>,
    birth_date: Option<Private<NaiveDate>>,
}

/// A stored row that is no JSON object, although only such rows are ever accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a stored principal row is not a JSON object")]
pub struct UnreadableRow;

impl PrincipalQuery {
    /// Reads the `principal` of a search; `pointer` is where it stands in the request. `today` bounds the birth date.
    ///
    /// # Errors
    ///
    /// Every fault, `search.key_required` where nothing but a birth date is given.
    pub fn parse(node: &Node<'_>, pointer: &str, today: NaiveDate) -> Result<Self, Vec<Fault>> {
        let faults = Faults::default();
        let query = Self::read(node, &faults, today);
        let placed = |mut fault: Fault| {
            fault.pointer.insert_str(0, pointer);
            fault
        };
        match query {
            Some(query) => match faults.into_warnings() {
                Ok(_) => Ok(query),
                Err(errors) => Err(errors.into_iter().map(placed).collect()),
            },
            None => Err(faults.into_errors().into_iter().map(placed).collect()),
        }
    }

    /// The keys to look up: the candidates are the rows that hold at least one of them.
    #[must_use]
    pub fn keys(&self) -> SearchKeys {
        let mut keys = SearchKeys::default();
        for asked in &self.asked {
            for kind in kinds(asked.kind) {
                keys.add(SearchKey::fold(*kind, asked.text.get()));
            }
        }
        keys
    }

    /// Compares a row, as it is stored, with everything that was asked.
    ///
    /// The row is his if at least one thing asked matches and nothing asked contradicts it. What the row does not hold
    /// neither matches nor contradicts: a person must not be missed because the record is short.
    pub fn matches(&self, row_json: &str) -> Result<Option<Vec<Match>>, UnreadableRow> {
        let row = json::read(row_json.as_bytes()).map_err(|_| UnreadableRow)?;
        if !matches!(row, Node::Object(_)) {
            return Err(UnreadableRow);
        }
        let mut matches = Vec::new();
        for asked in &self.asked {
            let found = asked.find(&row);
            if found.is_empty() && asked.contradicts(&row) {
                return Ok(None);
            }
            matches.extend(found);
        }
        if matches.is_empty() {
            return Ok(None);
        }
        match (&self.birth_date, row.get("birth_date").and_then(Node::as_text)) {
            (Some(asked), Some(stored)) if asked.get().to_string() == stored => {
                matches.push(Match {
                    field: MatchedField::BirthDate,
                    reason: MatchReason::Exact,
                });
            }
            (Some(_), Some(_)) => return Ok(None),
            (_, None) | (None, _) => {}
        }
        Ok(Some(matches))
    }

    fn read(node: &Node<'_>, faults: &Faults, today: NaiveDate) -> Option<Self> {
        const FIELDS: &[&str] = &["name", "name_kana", "ref", "phone", "email", "birth_date"];
        let form = Form::open(node, Path::ROOT, faults, &[FIELDS])?;
        let mut asked = Vec::new();
        for (field, kind, rule) in [
            ("name", KeyKind::Name, NAME),
            ("name_kana", KeyKind::NameKana, NAME),
            ("ref", KeyKind::Ref, IDENTIFIER),
            ("phone", KeyKind::Phone, CONTACT),
            ("email", KeyKind::Email, CONTACT),
        ] {
            match form.text(field, rule) {
                Given::Present(text) if kind.fold(text).is_empty() => {
                    faults.push(form.fault(field, Code::TextEmpty).hint(NOTHING_TO_COMPARE));
                }
                Given::Present(text) => asked.push(Asked {
                    kind,
                    text: Private::new(text.to_owned()),
                }),
                Given::Absent | Given::Faulty => {}
            }
        }
        let birth_date = form.birth_date("birth_date", today).present().map(Private::new);
        if asked.is_empty() && faults.is_empty() {
            let fault = Fault::new(Code::SearchKeyRequired, String::new());
            faults.push(if birth_date.is_some() {
                fault.hint(BIRTH_DATE_ONLY_NARROWS)
            } else {
                fault
            });
        }
        Some(Self { asked, birth_date })
    }
}

const NOTHING_TO_COMPARE: Words = Words::of(
    "記号や空白だけでは探せません。",
    "signs and spaces alone cannot be looked for",
);
const BIRTH_DATE_ONLY_NARROWS: Words = Words::of(
    "生年月日は氏名などと合わせて絞り込みに使います。",
    "a birth date only narrows a search by name, number or address",
);

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = r#"{"ref":"crm:000123","name":"髙橋 花子","name_kana":"タカハシ ハナコ",
        "former_names":["鈴木 花子"],"birth_date":"1985-04-02","phone":"03-1234-5678","email":"hanako@example.jp"}"#;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()
    }

    fn query(text: &str) -> PrincipalQuery {
        PrincipalQuery::parse(&json::read(text.as_bytes()).unwrap(), "/principal", today()).unwrap()
    }

    fn refused(text: &str) -> Vec<(String, &'static str)> {
        let faults =
            PrincipalQuery::parse(&json::read(text.as_bytes()).unwrap(), "/principal", today()).unwrap_err();
        faults
            .into_iter()
            .map(|fault| (fault.pointer, fault.code.as_str()))
            .collect()
    }

    fn matched(asked: &str, row: &str) -> Option<Vec<(&'static str, &'static str)>> {
        let matches = query(asked).matches(row).unwrap();
        matches.map(|found| {
            found
                .iter()
                .map(|one| (one.field.as_str(), one.reason.as_str()))
                .collect()
        })
    }

    #[test]
    fn a_row_is_found_by_each_spelling_and_says_why() {
        for (asked, expected) in [
            (r#"{"name":"高橋花子"}"#, ("name", "variant_kanji")),
            (r#"{"name":"髙橋　花子"}"#, ("name", "spacing")),
            (r#"{"name":"鈴木花子"}"#, ("former_names", "spacing")),
            (r#"{"name_kana":"たかはし はなこ"}"#, ("name_kana", "kana")),
            (r#"{"name":"ﾀｶﾊｼ ﾊﾅｺ"}"#, ("name_kana", "width")),
            (r#"{"phone":"+81 3 1234 5678"}"#, ("phone", "spacing")),
            (r#"{"ref":"crm:000123"}"#, ("ref", "exact")),
            (r#"{"email":"HANAKO@example.jp"}"#, ("email", "width")),
        ] {
            assert_eq!(matched(asked, ROW), Some(vec![expected]), "{asked}");
        }
        let words = query(r#"{"name":"高橋花子"}"#).matches(ROW).unwrap().unwrap()[0].words();
        assert_eq!(words.ja, "氏名: 異体字を寄せて一致");
    }

    #[test]
    fn everything_asked_must_agree_where_the_row_holds_it() {
        assert!(matched(r#"{"name":"高橋花子","birth_date":"1985-04-02"}"#, ROW).is_some());
        assert_eq!(
            matched(r#"{"name":"高橋花子","birth_date":"1985-04-03"}"#, ROW),
            None
        );
        assert_eq!(matched(r#"{"name":"高橋花子","ref":"crm:000124"}"#, ROW), None);
        assert_eq!(matched(r#"{"name":"山田太郎"}"#, ROW), None);
        let short = r#"{"name":"高橋花子"}"#;
        assert!(
            matched(
                r#"{"name":"髙橋花子","birth_date":"1985-04-02","phone":"0312345678"}"#,
                short
            )
            .is_some()
        );
    }

    #[test]
    fn every_row_that_matches_can_be_found_by_a_key() {
        let row = json::read(ROW.as_bytes()).unwrap();
        let stored = SearchKeys::of_principal(&row);
        for asked in [
            r#"{"name":"ﾀｶﾊｼﾊﾅｺ"}"#,
            r#"{"name_kana":"たかはし　はなこ"}"#,
            r#"{"name":"高橋花子"}"#,
        ] {
            let keys = query(asked).keys();
            assert!(
                keys.as_slice().iter().any(|key| stored.as_slice().contains(key)),
                "{asked}"
            );
        }
    }

    #[test]
    fn a_query_needs_a_key_of_its_own() {
        assert_eq!(refused("{}"), [("/principal".to_owned(), "search.key_required")]);
        assert_eq!(
            refused(r#"{"birth_date":"1985-04-02"}"#),
            [("/principal".to_owned(), "search.key_required")]
        );
        assert_eq!(
            refused(r#"{"phone":"ありません"}"#),
            [("/principal/phone".to_owned(), "text.empty")]
        );
        assert_eq!(
            refused(r#"{"nmae":"x"}"#),
            [("/principal/nmae".to_owned(), "json.unknown_field")]
        );
    }

    #[test]
    fn a_row_that_is_no_object_is_an_error_and_not_a_miss() {
        assert_eq!(query(r#"{"ref":"1"}"#).matches("[]"), Err(UnreadableRow));
        assert_eq!(query(r#"{"ref":"1"}"#).matches("{"), Err(UnreadableRow));
    }

    #[test]
    fn a_query_is_not_printed() {
        assert!(!format!("{:?}", query(r#"{"name":"高橋花子"}"#)).contains("高橋"));
    }
}
