//! What is wrong with a posted event: one fault for each thing to put right, in Japanese and English.
//!
//! A fault says where and which rule, never whose: names, addresses, numbers and mail addresses that were posted do
//! not appear in it. It may name fields, words of closed lists, data items, dates, code points and positions.

mod catalogue;
mod collector;

use std::borrow::Cow;

pub use catalogue::{Code, Level};
pub(crate) use collector::Faults;

/// One thing that is wrong, or at least worth a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer (RFC 6901) to the value, or to where a missing one belongs.
    pub pointer: String,
    /// Which check.
    pub code: Code,
    /// How grave it is here; a few checks refuse in one case and warn in another.
    pub level: Level,
    /// What is wrong, for Japanese readers.
    pub detail_ja: Cow<'static, str>,
    /// What is wrong, for English readers.
    pub detail_en: Cow<'static, str>,
    /// The article the check rests on, in the customary short form: `規則20条1項2号`.
    pub law: Option<&'static str>,
    /// How to put it right, where there is more to say than the detail does.
    pub hint: Option<Words>,
    /// The line of an uploaded list that it is about, counted from 1.
    pub line: Option<u64>,
}

/// The same words in two languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Japanese.
    pub ja: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

impl Words {
    /// Words that are known beforehand.
    #[must_use]
    pub const fn of(ja: &'static str, en: &'static str) -> Self {
        Self {
            ja: Cow::Borrowed(ja),
            en: Cow::Borrowed(en),
        }
    }

    /// Words put together for one fault.
    pub(crate) fn made(ja: String, en: String) -> Self {
        Self {
            ja: Cow::Owned(ja),
            en: Cow::Owned(en),
        }
    }
}

impl Fault {
    /// The fault `code` at `pointer`, with the code's own level and messages; slots such as `{item}` are still open.
    #[must_use]
    pub fn new(code: Code, pointer: String) -> Self {
        Self {
            pointer,
            code,
            level: code.level(),
            detail_ja: Cow::Borrowed(code.message_ja()),
            detail_en: Cow::Borrowed(code.message_en()),
            law: code.law(),
            hint: None,
            line: None,
        }
    }

    /// Fills the slot `{slot}` of both messages with the same text.
    #[must_use]
    pub fn fill(self, slot: &str, text: &str) -> Self {
        self.fill_words(slot, text, text)
    }

    /// Fills the slot `{slot}` of each message with the text of its language.
    #[must_use]
    pub fn fill_words(mut self, slot: &str, ja: &str, en: &str) -> Self {
        let slot = format!("{{{slot}}}");
        self.detail_ja = Cow::Owned(self.detail_ja.replace(&slot, ja));
        self.detail_en = Cow::Owned(self.detail_en.replace(&slot, en));
        self
    }

    /// Adds how to put it right.
    #[must_use]
    pub fn hint(mut self, hint: Words) -> Self {
        self.hint = Some(hint);
        self
    }

    /// Names the article the check rests on.
    #[must_use]
    pub fn law(mut self, law: &'static str) -> Self {
        self.law = Some(law);
        self
    }

    /// Names the line of an uploaded list that it is about.
    #[must_use]
    pub fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same finding, told but not refused.
    #[must_use]
    pub fn as_warning(mut self) -> Self {
        self.level = Level::Warning;
        self
    }

    /// Half of a surrogate pair, escaped in the text at `pointer`.
    pub(crate) fn lone_surrogate(pointer: String, code_unit: u16) -> Self {
        Self::new(Code::TextUnassigned, pointer)
            .fill_words("position", "文字列の中", "inside the text")
            .fill("cp", &format!("{code_unit:04X}"))
    }

    /// A code point that no text may hold; `position` counts characters from 1.
    pub(crate) fn unusable_character(pointer: String, position: usize, character: char) -> Self {
        let position_ja = format!("{position}文字目");
        let position_en = format!("character {position}");
        Self::new(Code::TextUnassigned, pointer)
            .fill_words("position", &position_ja, &position_en)
            .fill("cp", &format!("{:04X}", u32::from(character)))
    }
}
