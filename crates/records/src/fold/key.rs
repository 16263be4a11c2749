//! The keys under which one principal can be found.

use super::name;
use crate::json::Node;
use crate::private::Private;

/// What kind of value a key was folded from. Keys of different kinds never meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// A full name, a former name or a name in common use.
    Name,
    /// The reading of a name in kana.
    NameKana,
    /// An identifier in another system: a member number.
    Ref,
    /// A telephone number.
    Phone,
    /// A mail address.
    Email,
}

impl KeyKind {
    /// Every kind.
    pub const ALL: &[Self] = &[Self::Name, Self::NameKana, Self::Ref, Self::Phone, Self::Email];

    /// The stable name of the kind, which also separates the kinds in a token.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::NameKana => "name_kana",
            Self::Ref => "ref",
            Self::Phone => "phone",
            Self::Email => "email",
        }
    }

    /// The folded form of `text` as a value of this kind; empty where nothing is left to compare.
    #[must_use]
    pub fn fold(self, text: &str) -> String {
        match self {
            Self::Name | Self::NameKana => name::name(text),
            Self::Ref => name::reference(text),
            Self::Phone => name::phone(text),
            Self::Email => name::email(text),
        }
    }
}

/// One folded key of one principal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SearchKey {
    kind: KeyKind,
    text: Private<String>,
}

impl SearchKey {
    /// Folds `text`; `None` where nothing is left to compare.
    #[must_use]
    pub fn fold(kind: KeyKind, text: &str) -> Option<Self> {
        let text = kind.fold(text);
        (!text.is_empty()).then(|| Self {
            kind,
            text: Private::new(text),
        })
    }

    /// What it was folded from.
    #[must_use]
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The folded text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.get()
    }
}

/// Every key of one principal, none twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchKeys(Vec<SearchKey>);

impl SearchKeys {
    /// Folds the fields of a principal, an object as `POST /v1/provisions` takes it. Fields that are no strings are
    /// passed over. A birth date becomes no key: it narrows a search only once the row is decrypted and compared.
    #[must_use]
    pub fn of_principal(principal: &Node<'_>) -> Self {
        let mut keys = Self::default();
        let text = |field: &str| principal.get(field).and_then(Node::as_text);
        let former = match principal.get("former_names") {
            Some(Node::List(names)) => names.as_slice(),
            _ => &[],
        };
        let names = [text("name"), text("common_name")].into_iter().flatten();
        for name in names.chain(former.iter().filter_map(Node::as_text)) {
            keys.add(SearchKey::fold(KeyKind::Name, name));
        }
        for (field, kind) in [
            ("name_kana", KeyKind::NameKana),
            ("ref", KeyKind::Ref),
            ("phone", KeyKind::Phone),
            ("email", KeyKind::Email),
        ] {
            keys.add(text(field).and_then(|text| SearchKey::fold(kind, text)));
        }
        keys
    }

    /// The keys.
    #[must_use]
    pub fn as_slice(&self) -> &[SearchKey] {
        &self.0
    }

    /// Adds a key that is not there yet.
    pub(crate) fn add(&mut self, key: Option<SearchKey>) {
        if let Some(key) = key.filter(|key| !self.0.contains(key)) {
            self.0.push(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn every_identifying_field_and_former_name_becomes_a_key_once() {
        let posted = r#"{"ref":"crm:1","name":"髙橋 花子","name_kana":"タカハシ ハナコ","former_names":["鈴木 花子","高橋花子"],
            "birth_date":"1985-04-02","address":"東京都","phone":"+81 90 1234 5678","email":"H@example.jp"}"#;
        let keys = SearchKeys::of_principal(&json::read(posted.as_bytes()).unwrap());
        let texts: Vec<(&str, &str)> = keys
            .as_slice()
            .iter()
            .map(|key| (key.kind().as_str(), key.text()))
            .collect();
        assert_eq!(
            texts,
            [
                ("name", "高橋花子"),
                ("name", "鈴木花子"),
                ("name_kana", "タカハシハナコ"),
                ("ref", "crm:1"),
                ("phone", "09012345678"),
                ("email", "h@example.jp"),
            ]
        );
    }

    #[test]
    fn a_key_is_not_printed() {
        let key = SearchKey::fold(KeyKind::Name, "山田太郎").unwrap();
        assert!(!format!("{key:?}").contains("山田"));
    }
}
