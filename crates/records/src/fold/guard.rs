//! The keys under which a demand to stop meets the person of a provision.
//!
//! A name alone stops nobody: many people share one. So a key is a member number, or a name together with a birth date.

use std::fmt::Write;

use chrono::NaiveDate;

use super::{KeyKind, SearchKeys};
use crate::private::Private;

/// One key of a person who demanded a stop, or of a person whose data is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardKey {
    kind: &'static str,
    text: Private<String>,
}

impl GuardKey {
    /// What separates the kinds in a token.
    #[must_use]
    pub(crate) const fn kind(&self) -> &'static str {
        self.kind
    }

    /// The folded text.
    #[must_use]
    pub(crate) fn text(&self) -> &str {
        self.text.get()
    }
}

impl SearchKeys {
    /// The guard keys of the person with these search keys and this birth date: each member number, and each name,
    /// former name, name in common use and reading together with the birth date. A reading meets a name, since some
    /// people are registered in kana.
    pub fn guards(&self, birth_date: Option<NaiveDate>) -> impl Iterator<Item = GuardKey> + '_ {
        self.as_slice().iter().filter_map(move |key| {
            let (kind, text) = match key.kind() {
                KeyKind::Ref => ("stop.ref", key.text().to_owned()),
                KeyKind::Name | KeyKind::NameKana => {
                    let mut text = key.text().to_owned();
                    write!(text, "\n{}", birth_date?).expect("writing to a string cannot fail");
                    ("stop.person", text)
                }
                KeyKind::Phone | KeyKind::Email => return None,
            };
            Some(GuardKey {
                kind,
                text: Private::new(text),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn keys(posted: &str, birth_date: Option<&str>) -> Vec<(&'static str, String)> {
        let keys = SearchKeys::of_principal(&json::read(posted.as_bytes()).unwrap());
        keys.guards(birth_date.map(|day| day.parse().unwrap()))
            .map(|key| (key.kind(), key.text().to_owned()))
            .collect()
    }

    #[test]
    fn a_number_or_a_name_with_a_birth_date_is_a_key() {
        let posted =
            r#"{"ref":" crm:1","name":"髙橋 花子","former_names":["鈴木花子"],"phone":"0300000000"}"#;
        let with = keys(posted, Some("1985-04-02"));
        assert_eq!(
            with,
            [
                ("stop.person", "高橋花子\n1985-04-02".to_owned()),
                ("stop.person", "鈴木花子\n1985-04-02".to_owned()),
                ("stop.ref", "crm:1".to_owned()),
            ]
        );
        assert_eq!(keys(posted, None), [("stop.ref", "crm:1".to_owned())]);
    }

    #[test]
    fn a_reading_meets_the_same_name_in_kana() {
        let read = keys(r#"{"name_kana":"たかはし　はなこ"}"#, Some("1985-04-02"));
        let named = keys(r#"{"name":"ﾀｶﾊｼ ﾊﾅｺ"}"#, Some("1985-04-02"));
        assert_eq!(read, named);
    }
}
