//! What the heading of a column means: the words that spreadsheets in Japan use, and the field names of the API.

use unicode_normalization::UnicodeNormalization;

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

use Field::{
    Address, BirthDate, CommonName, Confidential, Email, FamilyKana, FamilyName, FormerFamilyName,
    FormerName, GivenKana, GivenName, Kana, Name, Phone, PostalCode, Ref,
};

/// Headings in the form of [`plain`].
const WORDS: &[(Field, &[&str])] = &[
    (
        Ref,
        &[
            "ref",
            "reference",
            "id",
            "memberid",
            "memberno",
            "membernumber",
            "customerid",
            "customerno",
            "customernumber",
            "customercode",
            "userid",
            "会員番号",
            "会員id",
            "会員no",
            "会員コード",
            "顧客番号",
            "顧客id",
            "顧客no",
            "顧客コード",
            "お客様番号",
            "お客様id",
            "お客様コード",
            "利用者番号",
            "利用者id",
            "識別番号",
            "管理番号",
            "管理id",
            "社員番号",
            "従業員番号",
            "学籍番号",
            "契約番号",
            "契約者番号",
        ],
    ),
    (
        Name,
        &[
            "name",
            "fullname",
            "customername",
            "membername",
            "氏名",
            "名前",
            "お名前",
            "姓名",
            "ご氏名",
            "御氏名",
            "フルネーム",
            "本人氏名",
            "会員名",
            "会員氏名",
            "顧客名",
            "顧客氏名",
            "お客様名",
            "お客様氏名",
            "社員名",
            "従業員名",
            "氏名漢字",
            "漢字氏名",
            "お名前漢字",
            "名前漢字",
            "本人の氏名",
        ],
    ),
    (
        FamilyName,
        &[
            "familyname",
            "lastname",
            "surname",
            "姓",
            "苗字",
            "名字",
            "氏",
            "姓漢字",
            "氏名姓",
            "お名前姓",
        ],
    ),
    (
        GivenName,
        &["givenname", "firstname", "名", "名漢字", "氏名名", "お名前名"],
    ),
    (
        Kana,
        &[
            "namekana",
            "kana",
            "furigana",
            "namefurigana",
            "フリガナ",
            "ふりがな",
            "カナ",
            "かな",
            "氏名カナ",
            "氏名かな",
            "カナ氏名",
            "氏名フリガナ",
            "氏名ふりがな",
            "お名前カナ",
            "お名前フリガナ",
            "お名前ふりがな",
            "名前カナ",
            "名前フリガナ",
            "ヨミガナ",
            "よみがな",
            "読み仮名",
            "読みがな",
            "カナ名",
            "会員名カナ",
            "顧客名カナ",
        ],
    ),
    (
        FamilyKana,
        &[
            "familynamekana",
            "lastnamekana",
            "セイ",
            "せい",
            "姓カナ",
            "姓かな",
            "姓フリガナ",
            "カナ姓",
            "フリガナ姓",
            "氏名カナ姓",
        ],
    ),
    (
        GivenKana,
        &[
            "givennamekana",
            "firstnamekana",
            "メイ",
            "めい",
            "名カナ",
            "名かな",
            "名フリガナ",
            "フリガナ名",
            "氏名カナ名",
        ],
    ),
    (
        CommonName,
        &["commonname", "alias", "通称", "通称名", "ビジネスネーム"],
    ),
    (
        FormerName,
        &[
            "formername",
            "formernames",
            "previousname",
            "旧氏名",
            "旧姓名",
            "旧名",
            "改姓前の氏名",
            "改姓前氏名",
        ],
    ),
    (FormerFamilyName, &["maidenname", "旧姓", "旧氏"]),
    (
        BirthDate,
        &[
            "birthdate",
            "dateofbirth",
            "birthday",
            "dob",
            "生年月日",
            "誕生日",
            "出生日",
            "生年月日西暦",
            "生年月日和暦",
        ],
    ),
    (
        PostalCode,
        &[
            "postalcode",
            "postcode",
            "zip",
            "zipcode",
            "郵便番号",
            "〒",
            "郵便",
            "自宅郵便番号",
        ],
    ),
    (
        Address,
        &[
            "address",
            "prefecture",
            "city",
            "street",
            "building",
            "住所",
            "ご住所",
            "御住所",
            "現住所",
            "自宅住所",
            "所在地",
            "都道府県",
            "都道府県名",
            "市区町村",
            "市町村",
            "市区郡町村",
            "町域",
            "町名",
            "番地",
            "丁目番地",
            "町名番地",
            "住所番地",
            "建物",
            "建物名",
            "マンション名",
            "方書",
        ],
    ),
    (
        Phone,
        &[
            "phone",
            "phonenumber",
            "telephone",
            "tel",
            "telno",
            "mobile",
            "mobilephone",
            "電話",
            "電話番号",
            "ご連絡先電話番号",
            "連絡先電話番号",
            "自宅電話番号",
            "自宅電話",
            "携帯",
            "携帯電話",
            "携帯番号",
            "携帯電話番号",
        ],
    ),
    (
        Email,
        &[
            "email",
            "emailaddress",
            "mail",
            "mailaddress",
            "メール",
            "メールアドレス",
            "eメール",
            "eメールアドレス",
            "電子メール",
            "電子メールアドレス",
        ],
    ),
    (Confidential, &["confidential", "秘匿", "秘匿フラグ", "秘匿区分"]),
];

/// What a heading begins with where a row names several people: a household, a joint contract.
const ROLES: &[&str] = &[
    "世帯主",
    "配偶者",
    "契約者",
    "共同契約者",
    "申込者",
    "筆頭者",
    "連名者",
    "連名",
    "家族",
    "世帯員",
    "同居人",
    "同居者",
    "夫",
    "妻",
    "子",
    "householder",
    "spouse",
    "partner",
];

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
        let person = if field == Address { "" } else { number };
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
            Ref => "ref",
            Name | FamilyName | GivenName => "name",
            Kana | FamilyKana | GivenKana => "name_kana",
            CommonName => "common_name",
            FormerName | FormerFamilyName => "former_names",
            BirthDate => "birth_date",
            PostalCode => "postal_code",
            Address => "address",
            Phone => "phone",
            Email => "email",
            Confidential => "confidential",
        }
    }

    /// Whether it says who somebody is, so that a person of a row can be told by it.
    pub(super) const fn names_somebody(self) -> bool {
        matches!(
            self,
            Ref | Name | FamilyName | GivenName | Kana | FamilyKana | GivenKana | CommonName
        )
    }

    /// Whether all people of a row share it. Nobody is searched for by it, so that one of them never finds another.
    pub(super) const fn is_shared(self) -> bool {
        matches!(self, PostalCode | Address)
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
