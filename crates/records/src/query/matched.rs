//! What matched in a row, and in which words to say so.

use crate::fault::Words;
use crate::fold::MatchReason;

/// The field of a principal's row that matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchedField {
    /// The name.
    Name,
    /// A name in common use (通称).
    CommonName,
    /// A former name.
    FormerName,
    /// The reading.
    NameKana,
    /// The identifier in another system.
    Ref,
    /// The telephone number.
    Phone,
    /// The mail address.
    Email,
    /// The birth date.
    BirthDate,
}

impl MatchedField {
    /// The field's name in the row.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::CommonName => "common_name",
            Self::FormerName => "former_names",
            Self::NameKana => "name_kana",
            Self::Ref => "ref",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::BirthDate => "birth_date",
        }
    }

    const fn words(self) -> Words {
        match self {
            Self::Name => Words::of("氏名", "name"),
            Self::CommonName => Words::of("通称", "name in common use"),
            Self::FormerName => Words::of("旧姓・旧名", "former name"),
            Self::NameKana => Words::of("フリガナ", "reading"),
            Self::Ref => Words::of("識別番号", "identifier"),
            Self::Phone => Words::of("電話番号", "telephone number"),
            Self::Email => Words::of("メールアドレス", "mail address"),
            Self::BirthDate => Words::of("生年月日", "birth date"),
        }
    }
}

/// One field that matched, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// Which field of the row.
    pub field: MatchedField,
    /// The loosest step it needed.
    pub reason: MatchReason,
}

impl Match {
    /// The match in a few words: `氏名: 異体字を寄せて一致`.
    #[must_use]
    pub fn words(self) -> Words {
        let (field, reason) = (self.field.words(), self.reason.words());
        Words::made(
            format!("{}: {}", field.ja, reason.ja),
            format!("{}: {}", field.en, reason.en),
        )
    }
}
