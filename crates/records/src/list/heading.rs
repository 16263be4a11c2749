//! What the heading of a column means: the words that spreadsheets in Japan use, and the field names of the API.

mod words;

use unicode_normalization::UnicodeNormalization;

use words::{ROLES, WORDS};

/// What a column holds of a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Ref,
    Name,
    FamilyName,
    GivenName,
    Kana,
    FamilyKana,
    GivenKana,
    CommonName,
    FormerName,
    /// 旧姓: only the family name of former times.
    FormerFamilyName,
    BirthDate,
    PostalCode,
    /// The whole address or a line of it; lines are joined in the order of their columns.
    Address,
    Phone,
    Email,
    Confidential,
}

/// A heading, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    pub(super) field: Field,
    /// Which of several people in a row: `2` of 氏名2, `配偶者` of 配偶者氏名; empty where the heading says nothing.
    pub(super) person: String,
}

/// What a heading means, by [`plain`] words; `None` where nobody knows.
pub(super) fn read(plain: &str) -> Option<Heading> {
    if let Some(field) = field(plain) {
        return Some(Heading {
            field,
            person: String::new(),
        });
    }
    let (words, number) = split_number(plain);
    if let Some(field) = field(words) {
        // 住所1 and 住所2 are two lines of one address, 氏名1 and 氏名2 two people.
        let person = if field == Field::Address { "" } else { number };
        return Some(Heading {
            field,
            person: person.to_owned(),
        });
    }
    // The longest first: 共同契約者 is not 契約者, and 子 begins other words.
    let mut roles: Vec<&str> = ROLES.to_vec();
    roles.sort_by_key(|role| std::cmp::Reverse(role.len()));
    roles.into_iter().find_map(|role| {
        let rest = words.strip_prefix(role)?;
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (place, rest) = rest.split_at(digits);
        let rest = rest.strip_prefix('の').unwrap_or(rest);
        Some(Heading {
            field: field(rest)?,
            person: format!("{role}{place}{number}"),
        })
    })
}

/// A heading without what does not matter: width, case, spaces, brackets and signs.
pub(super) fn plain(heading: &str) -> String {
    let signs = |c: &char| c.is_whitespace() || "_-‐−()[]【】「」:・.,*※#\"'/".contains(*c);
    let plain: String = heading
        .nfkc()
        .filter(|c| !signs(c))
        .flat_map(char::to_lowercase)
        .collect();
    let plain = plain.strip_suffix("必須").unwrap_or(&plain);
    plain.strip_suffix("任意").unwrap_or(plain).to_owned()
}

fn field(plain: &str) -> Option<Field> {
    WORDS
        .iter()
        .find(|(_, words)| words.contains(&plain))
        .map(|(field, _)| *field)
}

/// The number at the end: `氏名2` is 氏名 and 2.
fn split_number(plain: &str) -> (&str, &str) {
    let words = plain.trim_end_matches(|c: char| c.is_ascii_digit());
    plain.split_at(words.len())
}

impl Field {
    /// The field of a principal that it belongs to.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ref => "ref",
            Self::Name | Self::FamilyName | Self::GivenName => "name",
            Self::Kana | Self::FamilyKana | Self::GivenKana => "name_kana",
            Self::CommonName => "common_name",
            Self::FormerName | Self::FormerFamilyName => "former_names",
            Self::BirthDate => "birth_date",
            Self::PostalCode => "postal_code",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Confidential => "confidential",
        }
    }

    /// Whether it says who somebody is, so that a person of a row can be told by it.
    pub(super) const fn names_somebody(self) -> bool {
        matches!(
            self,
            Self::Ref
                | Self::Name
                | Self::FamilyName
                | Self::GivenName
                | Self::Kana
                | Self::FamilyKana
                | Self::GivenKana
                | Self::CommonName
        )
    }

    /// Whether all people of a row share it. Nobody is searched for by it, so that one of them never finds another.
    pub(super) const fn is_shared(self) -> bool {
        matches!(self, Self::PostalCode | Self::Address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(text: &str) -> Option<(&'static str, String)> {
        read(&plain(text)).map(|heading| (heading.field.name(), heading.person))
    }

    #[test]
    fn headings_are_known_however_they_are_written() {
        for (text, field) in [
            ("会員番号", "ref"),
            ("ＩＤ", "ref"),
            ("お名前(漢字)", "name"),
            ("ﾌﾘｶﾞﾅ", "name_kana"),
            ("氏名（カナ）", "name_kana"),
            ("TEL.", "phone"),
            ("E-mail", "email"),
            ("メールアドレス※必須", "email"),
            ("name_kana", "name_kana"),
            ("former_names", "former_names"),
            ("住所2", "address"),
            ("Date of Birth", "birth_date"),
            (" 郵便番号 ", "postal_code"),
        ] {
            assert_eq!(heading(text), Some((field, String::new())), "{text}");
        }
    }

    #[test]
    fn several_people_of_a_row_are_told_apart() {
        for (text, field, person) in [
            ("氏名1", "name", "1"),
            ("氏名②", "name", "2"),
            ("name_2", "name", "2"),
            ("配偶者氏名", "name", "配偶者"),
            ("配偶者のフリガナ", "name_kana", "配偶者"),
            ("家族2氏名", "name", "家族2"),
            ("共同契約者の生年月日", "birth_date", "共同契約者"),
        ] {
            assert_eq!(heading(text), Some((field, person.to_owned())), "{text}");
        }
    }

    #[test]
    fn other_words_are_no_headings() {
        for text in ["備考", "性別", "個人番号", "No.", "山田 太郎", "", "子供の数"] {
            assert_eq!(heading(text), None, "{text}");
        }
    }

    #[test]
    fn no_word_is_listed_twice_and_all_are_plain() {
        let words: Vec<&str> = WORDS
            .iter()
            .flat_map(|(_, words)| words.iter().copied())
            .collect();
        for (at, word) in words.iter().enumerate() {
            assert_eq!(plain(word), *word);
            assert!(!words[..at].contains(word), "{word}");
        }
    }
}
