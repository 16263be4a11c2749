//! Which characters a text may hold, and how long it may be.
//!
//! Text is kept exactly as received; it is refused only for what cannot be shown, printed or compared by anyone:
//! control characters, code points without a meaning, and signs that reorder what is read.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// What a text field may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextRule {
    /// Most characters (code points).
    pub(crate) limit: usize,
    /// Whether line breaks and tabs are allowed.
    pub(crate) lines: bool,
}

/// Names of systems and of methods, numbers of filings: words a machine wrote.
pub(crate) const WORD: TextRule = TextRule {
    limit: 128,
    lines: false,
};
/// Identifiers given by other systems; 256 holds a URI-like key and still fits an index.
pub(crate) const IDENTIFIER: TextRule = TextRule {
    limit: 256,
    lines: false,
};
/// Names of persons and companies; the longest registered company names stay below 200 characters.
pub(crate) const NAME: TextRule = TextRule {
    limit: 256,
    lines: false,
};
/// Postal addresses with building names, in any language.
pub(crate) const ADDRESS: TextRule = TextRule {
    limit: 512,
    lines: false,
};
/// Mail addresses (RFC 5321 section 4.5.3.1 allows 64 + 1 + 255 octets) and telephone numbers.
pub(crate) const CONTACT: TextRule = TextRule {
    limit: 320,
    lines: false,
};
/// Web addresses; browsers agree on about this length.
pub(crate) const URL: TextRule = TextRule {
    limit: 2_048,
    lines: false,
};
/// One data item: a category name, not prose.
pub(crate) const ITEM: TextRule = TextRule {
    limit: 256,
    lines: false,
};
/// Statements and notes in sentences: two pages at most, so that a record stays a record.
pub(crate) const PROSE: TextRule = TextRule {
    limit: 4_000,
    lines: true,
};

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextFault {
    /// A character that cannot be used, at this position counted in characters from 1.
    Unusable { position: usize, character: char },
    /// More characters than the rule allows.
    TooLong { limit: usize },
}

/// Checks `text` against `rule`.
pub(crate) fn check(text: &str, rule: TextRule) -> Result<(), TextFault> {
    // A text has at least as many bytes as characters, so short texts need not be counted.
    if text.len() > rule.limit && text.chars().count() > rule.limit {
        return Err(TextFault::TooLong { limit: rule.limit });
    }
    if text.bytes().all(|byte| (0x20..0x7F).contains(&byte)) {
        return Ok(());
    }
    let usable = |character| is_usable(character) || (rule.lines && matches!(character, '\n' | '\t'));
    match text
        .chars()
        .enumerate()
        .find(|&(_, character)| !usable(character))
    {
        Some((at, character)) => Err(TextFault::Unusable {
            position: at + 1,
            character,
        }),
        None => Ok(()),
    }
}

/// Whether `text` looks like UTF-8 that was read as Windows-31J or Windows-1252, or lost characters on the way.
///
/// Read as Windows-31J, kana begin with `縺`, `繧` or `繝`, none of which stands in a person's name, and a kanji becomes
/// a kanji with one half-width kana behind it: 山田 is `螻ｱ逕ｰ`. Read as Windows-1252, every character begins with one of
/// `ã` to `é` before a sign. Once may be chance, twice is none. `〓` is what printers put for a lost character.
pub(crate) fn is_garbled(text: &str) -> bool {
    text.chars().any(is_suspicious)
        && (["縺", "繧", "繝", "ï¿½", "〓", "\u{FFFD}"]
            .iter()
            .any(|sign| text.contains(sign))
            || pairs(text, is_misread_in_japan) > 1
            || pairs(text, is_misread_abroad) > 1)
}

/// Whether there is anything to look into: every garbled text has one of these, and hardly any other.
const fn is_suspicious(character: char) -> bool {
    matches!(
        character,
        '縺' | '繧' | '繝' | '〓' | '\u{FFFD}' | 'ã'..='é' | 'ï' | '\u{FF61}'..='\u{FF9F}'
    )
}

/// How often `is_misread` holds of a character with its neighbours before and behind.
fn pairs(text: &str, is_misread: fn(char, char, Option<char>) -> bool) -> usize {
    let behind = text.chars().skip(2).map(Some).chain([None]);
    let triples = text.chars().zip(text.chars().skip(1)).zip(behind);
    triples
        .filter(|((first, second), behind)| is_misread(*first, *second, *behind))
        .count()
}

/// An ideograph before exactly one half-width kana. People write at least two of those together: `ﾋﾞﾙ`.
fn is_misread_in_japan(first: char, second: char, behind: Option<char>) -> bool {
    let is_half_kana = |c: char| ('\u{FF61}'..='\u{FF9F}').contains(&c);
    ('\u{4E00}'..='\u{9FFF}').contains(&first) && is_half_kana(second) && !behind.is_some_and(is_half_kana)
}

/// The first byte of a kana or kanji and its second, as Windows-1252 shows them.
fn is_misread_abroad(first: char, second: char, _: Option<char>) -> bool {
    const SIGNS: &str = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";
    ('ã'..='é').contains(&first) && (('\u{80}'..='\u{BF}').contains(&second) || SIGNS.contains(second))
}

/// Whether a text may hold `character`.
fn is_usable(character: char) -> bool {
    match character {
        // The common ranges first: kana, the unified ideographs, printable ASCII.
        '\u{20}'..='\u{7E}' | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FF}' | '\u{4E00}'..='\u{9FFF}' => {
            true
        }
        // Embedding, override and isolate signs show a text in another order than it is stored.
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => false,
        _ => !matches!(
            character.general_category(),
            GeneralCategory::Control
                | GeneralCategory::PrivateUse
                | GeneralCategory::Unassigned
                | GeneralCategory::Surrogate
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<(usize, char)> {
        match check(text, NAME) {
            Err(TextFault::Unusable { position, character }) => Some((position, character)),
            _ => None,
        }
    }

    #[test]
    fn registered_names_pass_as_they_are() {
        for name in [
            "髙橋 花子",
            "𠮷野家",
            "神\u{FA19}",
            "辻\u{E0100}",
            "ｶﾞ㈱①",
            "O’Neil Åsa",
            "か\u{3099}",
        ] {
            assert_eq!(check(name, NAME), Ok(()), "{name}");
        }
    }

    #[test]
    fn control_private_unassigned_and_reordering_characters_are_placed() {
        for character in [
            '\0',
            '\u{7}',
            '\n',
            '\t',
            '\u{7F}',
            '\u{85}',
            '\u{E000}',
            '\u{F0000}',
            '\u{FFFE}',
            '\u{1FFFF}',
            '\u{FDD0}',
            '\u{0378}',
            '\u{202E}',
            '\u{2066}',
            '\u{2028}',
        ] {
            assert_eq!(
                refused(&format!("東{character}")),
                Some((2, character)),
                "U+{:04X}",
                u32::from(character)
            );
        }
    }

    #[test]
    fn prose_may_have_lines_but_no_other_control_character() {
        assert_eq!(check("一行目\n\t二行目", PROSE), Ok(()));
        assert!(check("a\r\nb", PROSE).is_err());
        assert!(check("a\u{0}b", PROSE).is_err());
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert_eq!(check(&"東".repeat(NAME.limit), NAME), Ok(()));
        assert_eq!(
            check(&"東".repeat(NAME.limit + 1), NAME),
            Err(TextFault::TooLong { limit: NAME.limit })
        );
    }

    #[test]
    fn misread_text_is_suspected() {
        for garbled in [
            "縺薙ｓ縺ｫ縺｡縺ｯ",
            "繧ｵ繝ｳ繝励Ν",
            "ï¿½ï¿½",
            "\u{FFFD}田",
            "〓田",
            "繝上リ",
            "螻ｱ逕ｰ",
            "ã‚ã„",
            "å±±ç”°",
            "ã\u{81}\u{82}ã\u{81}\u{84}",
        ] {
            assert!(is_garbled(garbled), "{garbled}");
        }
        for whole in [
            "個人データ, São Paulo",
            "「été」 “né”",
            "東京ﾀﾜｰ前",
            "山田ﾋﾞﾙ",
            "ﾔﾏﾀﾞ ﾀﾛｳ",
            "第一ﾋﾞﾙ一階",
            "½ ± ° ç",
        ] {
            assert!(!is_garbled(whole), "{whole}");
        }
    }

    #[test]
    fn the_character_tables_are_recent_enough() {
        assert!(unicode_properties::UNICODE_VERSION.0 >= 16);
    }
}
