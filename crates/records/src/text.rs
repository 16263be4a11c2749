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

/// Whether `text` looks like UTF-8 that was read as Windows-31J or Latin-1, or lost characters on the way.
///
/// `縺` and `繧` begin nearly every hiragana so misread; neither stands in a person's name.
pub(crate) fn is_garbled(text: &str) -> bool {
    !text.is_ascii()
        && ["縺", "繧", "ï¿½", "ã\u{81}", "ã\u{82}", "\u{FFFD}"]
            .iter()
            .any(|sign| text.contains(sign))
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
            "ã\u{81}\u{82}",
            "\u{FFFD}田",
        ] {
            assert!(is_garbled(garbled), "{garbled}");
        }
        assert!(!is_garbled("個人データ, São Paulo"));
    }

    #[test]
    fn the_character_tables_are_recent_enough() {
        assert!(unicode_properties::UNICODE_VERSION.0 >= 16);
    }
}
