//! The folds themselves, from text to key text. Each gives its own result back when applied again.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::variants;

/// Rounds after which a fold is taken as settled. Dropping a space can bring a letter and a mark together that then
/// compose, which takes a second round; no text is known to need a fourth.
const ROUNDS: usize = 4;

/// Folds a name in kanji, kana or Latin letters: width, case, spaces, kana and variant kanji do not matter.
pub(super) fn name(text: &str) -> String {
    settle(text, |text| {
        kana_letters(plain_letters(text))
            .map(variants::representative)
            .collect()
    })
}

/// As [`name`], with variant kanji kept apart.
pub(super) fn name_keeping_variants(text: &str) -> String {
    settle(text, |text| kana_letters(plain_letters(text)).collect())
}

/// As [`name`], with variant kanji and kana kept apart.
pub(super) fn name_keeping_kana(text: &str) -> String {
    settle(text, |text| plain_letters(text).collect())
}

/// Folds a telephone number to its digits; the country code of Japan becomes the leading zero.
pub(super) fn phone(text: &str) -> String {
    let text: String = text.nfkc().collect();
    let international = text.trim_start().starts_with('+');
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("81").filter(|_| international) {
        Some(national) if national.starts_with('0') => national.to_owned(),
        Some(national) => format!("0{national}"),
        None => digits,
    }
}

/// Folds a mail address: NFKC, lower case, no space around it.
pub(super) fn email(text: &str) -> String {
    settle(text, |text| {
        text.nfkc()
            .flat_map(char::to_lowercase)
            .collect::<String>()
            .trim()
            .to_owned()
    })
}

/// Folds an identifier: NFKC, no space around it. Case is kept, since some systems tell `a1` from `A1`.
pub(super) fn reference(text: &str) -> String {
    settle(text, |text| text.nfkc().collect::<String>().trim().to_owned())
}

/// Applies `fold` until nothing changes.
fn settle(text: &str, fold: impl Fn(&str) -> String) -> String {
    let mut folded = fold(text);
    for _ in 1..ROUNDS {
        // Without marks and signs that NFKC takes apart, one round is enough: the usual case.
        if folded.chars().all(is_settled) {
            break;
        }
        let again = fold(&folded);
        if again == folded {
            break;
        }
        folded = again;
    }
    folded
}

fn is_settled(c: char) -> bool {
    matches!(c, '!'..='@' | '['..='~' | '\u{30A1}'..='\u{30F6}' | '\u{4E00}'..='\u{9FFF}')
}

/// NFKC in lower case without spaces, variation selectors and other invisible signs.
fn plain_letters(text: &str) -> impl Iterator<Item = char> + '_ {
    let visible = text.chars().filter(|c| !is_dropped(*c));
    visible
        .nfkc()
        .filter(|c| !is_dropped(*c))
        .flat_map(char::to_lowercase)
}

/// Spaces, variation selectors (glyph choices such as IVS), zero-width signs, and marks left without a letter.
fn is_dropped(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' | '\u{180B}'..='\u{180D}')
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')
}

/// Folds kana: hiragana to katakana, small to large, ヂ to ジ, ヅ to ズ, the ヴ row to the バ row; drops ー and ・.
fn kana_letters(letters: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    let mut letters = letters.map(katakana).peekable();
    std::iter::from_fn(move || {
        loop {
            match letters.next()? {
                'ー' | '・' => {}
                'ヴ' => {
                    let folded = match letters.peek() {
                        Some('ァ') => Some('バ'),
                        Some('ィ') => Some('ビ'),
                        Some('ェ') => Some('ベ'),
                        Some('ォ') => Some('ボ'),
                        _ => None,
                    };
                    if folded.is_some() {
                        letters.next();
                    }
                    return Some(folded.unwrap_or('ブ'));
                }
                letter => return Some(large(letter)),
            }
        }
    })
    .filter(|c| !is_combining_mark(*c) || !is_kana_mark(*c))
}

/// U+3099 and U+309A where they had no letter to compose with.
fn is_kana_mark(c: char) -> bool {
    matches!(c, '\u{3099}' | '\u{309A}')
}

fn katakana(c: char) -> char {
    match c {
        // The two blocks run in parallel, 0x60 apart.
        '\u{3041}'..='\u{3096}' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
        c => c,
    }
}

fn large(c: char) -> char {
    match c {
        'ァ' => 'ア',
        'ィ' => 'イ',
        'ゥ' => 'ウ',
        'ェ' => 'エ',
        'ォ' => 'オ',
        'ッ' => 'ツ',
        'ャ' => 'ヤ',
        'ュ' => 'ユ',
        'ョ' => 'ヨ',
        'ヮ' => 'ワ',
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        'ヂ' => 'ジ',
        'ヅ' => 'ズ',
        'ヷ' => 'バ',
        'ヸ' => 'ビ',
        'ヹ' => 'ベ',
        'ヺ' => 'ボ',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_name_meet() {
        for (one, other) in [
            ("髙橋", "高橋"),
            ("ﾀｶﾊｼ ﾊﾅｺ", "タカハシハナコ"),
            ("たかはし　はなこ", "タカハシハナコ"),
            ("渡邉 𠮷弘", "渡辺吉弘"),
            ("辻\u{E0100}", "辻"),
            ("神\u{FA19}", "神神"),
            ("か\u{3099}", "が"),
            ("ヴァイオリン", "バイオリン"),
            ("シヅカ", "しずか"),
            ("リョー", "リヨ"),
            ("ＪＯＨＮ Smith", "johnsmith"),
        ] {
            assert_eq!(name(one), name(other), "{one} {other}");
        }
    }

    #[test]
    fn different_names_stay_apart() {
        for (one, other) in [
            ("埼", "崎"),
            ("太田", "大田"),
            ("一", "ー"),
            ("土", "士"),
            ("ハナコ", "バナコ"),
        ] {
            assert_ne!(name(one), name(other), "{one} {other}");
        }
    }

    #[test]
    fn telephone_numbers_are_their_digits() {
        for text in [
            "03-1234-5678",
            "０３（１２３４）５６７８",
            "+81 3 1234 5678",
            "+81(0)3−1234‐5678",
            "03ー1234ー5678",
        ] {
            assert_eq!(phone(text), "0312345678", "{text}");
        }
        assert_eq!(phone("内線"), "");
    }

    #[test]
    fn mail_addresses_and_identifiers_are_trimmed() {
        assert_eq!(email(" Hanako@Example.JP "), "hanako@example.jp");
        assert_eq!(reference(" ｃｒｍ:A01 "), "crm:A01");
    }

    proptest! {
        #[test]
        fn folds_settle(text in any::<String>()) {
            for fold in [name, name_keeping_variants, name_keeping_kana, phone, email, reference] {
                let folded = fold(&text);
                prop_assert_eq!(fold(&folded), folded);
            }
        }

        #[test]
        fn folds_of_kana_and_marks_settle(text in "[ぁ-ゖァ-ヺー・゛゜\u{3099}\u{309A} ﾞﾟｶｱ-ﾝ¨aÅ\u{308}]{0,12}") {
            for fold in [name, name_keeping_variants, name_keeping_kana] {
                let folded = fold(&text);
                prop_assert_eq!(fold(&folded), folded);
            }
        }
    }
}
