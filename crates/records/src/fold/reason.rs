//! Why two spellings were taken for the same, in words an officer can put before a principal.

use unicode_normalization::UnicodeNormalization;

use super::{KeyKind, name};
use crate::fault::Words;

/// The loosest step that was needed to make two spellings meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchReason {
    /// Not one character differs.
    Exact,
    /// Spaces or, in a telephone number, signs between the digits differ.
    Spacing,
    /// Full width, half width, case or the way a mark is composed differ.
    Width,
    /// Hiragana, katakana, small kana or long vowels differ.
    Kana,
    /// Variant kanji of one character differ.
    VariantKanji,
}

impl MatchReason {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Spacing => "spacing",
            Self::Width => "width",
            Self::Kana => "kana",
            Self::VariantKanji => "variant_kanji",
        }
    }

    /// The reason in a few words.
    #[must_use]
    pub const fn words(self) -> Words {
        match self {
            Self::Exact => Words::of("完全一致", "exactly the same"),
            Self::Spacing => Words::of(
                "空白や区切りを除いて一致",
                "the same apart from spaces or separators",
            ),
            Self::Width => Words::of(
                "全角・半角・大文字・小文字を揃えて一致",
                "the same apart from width and case",
            ),
            Self::Kana => Words::of("かな表記を揃えて一致", "the same apart from kana spelling"),
            Self::VariantKanji => Words::of("異体字を寄せて一致", "the same apart from variant kanji"),
        }
    }
}

/// Why `stored` and `asked` are the same value of `kind`; `None` where they are not.
#[must_use]
pub fn explain(stored: &str, asked: &str, kind: KeyKind) -> Option<MatchReason> {
    let (folded, wanted) = (kind.fold(stored), kind.fold(asked));
    if folded != wanted || folded.is_empty() {
        return None;
    }
    let steps = [
        (MatchReason::Exact, stored == asked),
        (
            MatchReason::Spacing,
            without_separators(stored) == without_separators(asked),
        ),
        (
            MatchReason::Width,
            keeping_ideographs(stored) == keeping_ideographs(asked),
        ),
        (
            MatchReason::Kana,
            kana_keeping_ideographs(stored) == kana_keeping_ideographs(asked),
        ),
    ];
    let strictest = steps
        .into_iter()
        .find(|(_, same)| *same)
        .map(|(reason, _)| reason);
    Some(strictest.unwrap_or(match kind {
        KeyKind::Name | KeyKind::NameKana => MatchReason::VariantKanji,
        KeyKind::Phone => MatchReason::Spacing,
        KeyKind::Ref | KeyKind::Email => MatchReason::Width,
    }))
}

fn without_separators(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

/// Folds width and case but leaves compatibility ideographs, which NFKC would replace by their unified forms: to a
/// person who is registered under one, that is a variant and not a width.
fn keeping_ideographs(text: &str) -> String {
    fold_around_ideographs(text, name::name_keeping_kana)
}

fn kana_keeping_ideographs(text: &str) -> String {
    fold_around_ideographs(text, name::name_keeping_variants)
}

fn fold_around_ideographs(text: &str, fold: fn(&str) -> String) -> String {
    let is_compatible = |c: char| matches!(c, '\u{F900}'..='\u{FAFF}') && !c.nfkc().eq([c]);
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(is_compatible) {
        let ideograph = piece.chars().next_back().filter(|c| is_compatible(*c));
        let rest = ideograph.map_or(piece, |c| &piece[..piece.len() - c.len_utf8()]);
        out.push_str(&fold(rest));
        out.extend(ideograph);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loosest_step_is_named() {
        use MatchReason::{Exact, Kana, Spacing, VariantKanji, Width};
        for (stored, asked, reason) in [
            ("高橋 花子", "高橋 花子", Some(Exact)),
            ("高橋 花子", "高橋　花子", Some(Spacing)),
            ("ﾀｶﾊｼ ﾊﾅｺ", "タカハシハナコ", Some(Width)),
            ("たかはし はなこ", "タカハシハナコ", Some(Kana)),
            ("髙橋 花子", "高橋花子", Some(VariantKanji)),
            ("神\u{FA19} 一郎", "神神一郎", Some(VariantKanji)),
            ("埼玉 太郎", "崎玉 太郎", None),
        ] {
            assert_eq!(explain(stored, asked, KeyKind::Name), reason, "{stored} {asked}");
        }
        assert_eq!(VariantKanji.words().ja, "異体字を寄せて一致");
    }

    #[test]
    fn numbers_and_addresses_are_explained_too() {
        assert_eq!(
            explain("03-1234-5678", "0312345678", KeyKind::Phone),
            Some(MatchReason::Spacing)
        );
        assert_eq!(
            explain("+81 3 1234 5678", "0312345678", KeyKind::Phone),
            Some(MatchReason::Spacing)
        );
        assert_eq!(
            explain("a@example.jp", "A@EXAMPLE.JP", KeyKind::Email),
            Some(MatchReason::Width)
        );
        assert_eq!(explain("crm:1", "crm:2", KeyKind::Ref), None);
        assert_eq!(explain("", "", KeyKind::Phone), None);
    }
}
