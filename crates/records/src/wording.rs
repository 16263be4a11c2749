//! Words that say too little: what the guidelines call not specific enough (提供編・確認記録編).
//!
//! Every list is matched on the folded form of [`plain`], so that width, spaces and case do not matter.

mod lists;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

use lists::{
    COLLECTIVE, COLLECTIVE_PHRASES, NOBODY, SENSITIVE, VAGUE_HISTORY, VAGUE_ITEM_PHRASES, VAGUE_ITEMS,
};

/// How specific a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Specificity {
    /// It names something.
    Specific,
    /// It names something and then opens the list again: 「氏名等」.
    OpenEnded,
    /// It names nothing: 「一式」.
    Vague,
}

/// How specific a data item is, given in the form of [`plain`].
pub(crate) fn item(plain: &str) -> Specificity {
    if is_one_of(plain, VAGUE_ITEMS) || contains_any(plain, VAGUE_ITEM_PHRASES) {
        return Specificity::Vague;
    }
    let open_ended = ["等", "など", "その他", "ほか", "etc", "etc."]
        .iter()
        .any(|end| plain.ends_with(end));
    if open_ended || plain.starts_with("その他") {
        Specificity::OpenEnded
    } else {
        Specificity::Specific
    }
}

/// Whether a data item, given in the form of [`plain`], names special-care-required personal information.
pub(crate) fn is_sensitive_item(plain: &str) -> bool {
    contains_any(plain, SENSITIVE)
}

/// Whether `text`, in the place of a principal's name or number, means a crowd: 「会員全員」.
pub(crate) fn is_collective(text: &str) -> bool {
    let plain = plain(text);
    is_one_of(&plain, COLLECTIVE) || contains_any(&plain, COLLECTIVE_PHRASES)
}

/// Whether `text`, in the place of a name or number, says that there is none: 「不明」.
pub(crate) fn is_nobody(text: &str) -> bool {
    is_one_of(&plain(text), NOBODY)
}

/// Whether `text` does not tell how data was acquired: 「取得済み」.
pub(crate) fn is_vague_history(text: &str) -> bool {
    is_one_of(plain(text).trim_end_matches(['。', '.']), VAGUE_HISTORY)
}

/// Whether `address` is no more than the name of a prefecture, or less.
pub(crate) fn is_prefecture_only(address: &str) -> bool {
    let plain = plain(address);
    let without = plain.strip_prefix("日本国").unwrap_or(&plain);
    matches!(
        without,
        "東京都" | "東京" | "北海道" | "大阪府" | "大阪" | "京都府" | "京都" | "日本" | ""
    ) || (without.ends_with('県') && (3..=4).contains(&without.chars().count()))
}

/// The form words are compared in: NFKC, lower case, without white space and brackets around the whole.
pub(crate) fn plain(text: &str) -> String {
    // Most texts are in that form already, and to see it costs a fraction of making it.
    let plain: String = match is_nfkc_quick(text.chars()) {
        IsNormalized::Yes => lower_and_close(text.chars()),
        IsNormalized::No | IsNormalized::Maybe => lower_and_close(text.nfkc()),
    };
    let unquoted = plain.trim_matches(['「', '」', '(', ')', '"', '\'']);
    if unquoted.len() == plain.len() {
        plain
    } else {
        unquoted.to_owned()
    }
}

fn lower_and_close(characters: impl Iterator<Item = char>) -> String {
    characters
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

fn is_one_of(plain: &str, list: &[&str]) -> bool {
    list.contains(&plain)
}

fn contains_any(plain: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| plain.contains(phrase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_that_name_nothing_are_vague() {
        for text in [
            "一式",
            "　全て ",
            "当社が有するいずれかの情報",
            "等",
            "「その他」",
            "個人情報",
            "ＡＬＬ",
            "〃",
        ] {
            assert_eq!(item(&plain(text)), Specificity::Vague, "{text}");
        }
        for text in ["氏名等", "氏名、住所など", "その他の連絡先", "電話番号 ほか"] {
            assert_eq!(item(&plain(text)), Specificity::OpenEnded, "{text}");
        }
        for text in [
            "氏名",
            "ウェブサイトの閲覧履歴",
            "商品購入履歴",
            "契約内容",
            "等級",
            "氏名・住所・電話番号・年齢",
        ] {
            assert_eq!(item(&plain(text)), Specificity::Specific, "{text}");
        }
    }

    #[test]
    fn crowds_are_not_persons_and_persons_are_not_crowds() {
        for text in [
            "全員",
            "全顧客",
            "会員全員",
            "一式",
            "当社が有する全ての個人情報に係る本人",
            "すべてのお客様",
        ] {
            assert!(is_collective(text), "{text}");
        }
        for text in [
            "全 斗煥",
            "一式 太郎".replace("一式", "一色").as_str(),
            "crm:000123",
            "会田 全",
        ] {
            assert!(!is_collective(text), "{text}");
        }
        assert!(is_nobody("不明") && is_nobody("〃") && !is_nobody("不明 太郎"));
    }

    #[test]
    fn a_history_must_tell_how() {
        for text in ["取得済み", "取得済み。", "同上", " 不明 "] {
            assert!(is_vague_history(text), "{text}");
        }
        assert!(!is_vague_history("本人から申込書で直接取得"));
    }

    #[test]
    fn an_address_is_more_than_a_prefecture() {
        for text in ["東京都", "神奈川県", "和歌山県", "日本国", "北海道 "] {
            assert!(is_prefecture_only(text), "{text}");
        }
        for text in [
            "静岡県小笠原村蔵前14丁目23番16号",
            "東京都千代田区",
            "1 Example Road, Singapore",
        ] {
            assert!(!is_prefecture_only(text), "{text}");
        }
    }

    #[test]
    fn sensitive_items_are_known_by_their_words() {
        assert!(is_sensitive_item(&plain("病歴")) && is_sensitive_item(&plain("健康診断の結果")));
        assert!(!is_sensitive_item(&plain("氏名")) && !is_sensitive_item(&plain("購入履歴")));
    }
}
