//! The sixteen fields of a record and the texts they hold.

/// Fields of a record; all of them are committed to, the absent ones too.
pub(super) const FIELDS: usize = 16;

/// The number of a field, 1 to 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Field(u8);

/// A text as it is hashed: JSON, kept as the exact bytes, or empty where the field is absent.
///
/// It is never Unicode-normalised: that would rewrite registered names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Value<'a>(&'a str);

/// The values of a record's fields; those not set are absent.
#[derive(Clone, Debug)]
pub struct FieldValues<'a>([Value<'a>; FIELDS]);

/// Why a text cannot be hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// It contains U+0000, which databases and C programs cut texts at.
    #[error("a value must not contain NUL")]
    Nul,
    /// Its length does not fit the 32 bits it is hashed with.
    #[error("a value of {found} bytes is too long")]
    TooLong {
        /// Bytes the text has.
        found: usize,
    },
}

macro_rules! fields {
    ($($(#[$meta:meta])* $constant:ident = $number:literal $name:literal $ja:literal,)*) => {
        impl Field {
            $($(#[$meta])* pub const $constant: Self = Self($number);)*

            /// All fields, in the order of their commitments.
            pub const ALL: [Self; FIELDS] = [$(Self::$constant,)*];

            /// The field's name in JSON and in English reports.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self.0 {
                    $($number => $name,)*
                    _ => unreachable!(),
                }
            }

            /// The field's name in Japanese reports.
            #[must_use]
            pub const fn ja(self) -> &'static str {
                match self.0 {
                    $($number => $ja,)*
                    _ => unreachable!(),
                }
            }
        }
    };
}

fields! {
    /// Day of the provision or receipt, `"YYYY-MM-DD"`.
    DATE = 1 "date" "年月日",
    /// First and last day of a batch or contract series.
    PERIOD = 2 "period" "期間",
    /// Name, address and representative of the third party.
    THIRD_PARTY = 3 "third_party" "第三者",
    /// Number of principals and root over their rows, see [`super::principals_value`].
    PRINCIPALS = 4 "principals" "本人",
    /// Data items.
    ITEMS = 5 "items" "データの項目",
    /// That consent was obtained, or how it was confirmed.
    CONSENT = 6 "consent" "同意",
    /// How the other side acquired the data, and how that was confirmed.
    ACQUISITION = 7 "acquisition" "取得の経緯",
    /// That, and as which number, the Commission has published the filing.
    PPC_PUBLICATION = 8 "ppc_publication" "委員会による公表",
    /// The opt-out filing relied on.
    OPT_OUT_FILING = 9 "opt_out_filing" "オプトアウトの届出",
    /// Country, ground and information given, for a third party abroad.
    CROSS_BORDER = 10 "cross_border" "外国への提供",
    /// Recording method, agreement and the conditions met.
    METHOD = 11 "method" "記録の方法",
    /// Evidence files by digest.
    EVIDENCE = 12 "evidence" "証拠のファイル",
    /// Records that this one amends or relies on.
    REFERENCES = 13 "references" "参照する記録",
    /// System and event id of the source.
    SOURCE = 14 "source" "送信元",
    /// Who recorded and who approved.
    ACTORS = 15 "actors" "担当者",
    /// Everything that is not a statutory item.
    VOLUNTARY = 16 "voluntary" "任意の事項",
}

impl Field {
    /// The field with this number, or `None` outside 1 to 16.
    #[must_use]
    pub fn new(number: u8) -> Option<Self> {
        (1..=16).contains(&number).then_some(Self(number))
    }

    /// The number, 1 to 16.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The place among the sixteen commitments, from 0.
    pub(crate) fn place(self) -> usize {
        usize::from(self.0 - 1)
    }
}

impl<'a> Value<'a> {
    /// The value of an absent field.
    pub const ABSENT: Self = Self("");

    /// Takes a text that can be hashed.
    pub fn new(text: &'a str) -> Result<Self, ValueError> {
        if u32::try_from(text.len()).is_err() {
            return Err(ValueError::TooLong { found: text.len() });
        }
        if text.as_bytes().contains(&0) {
            return Err(ValueError::Nul);
        }
        Ok(Self(text))
    }

    /// The text.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    pub(super) fn len_u32(self) -> u32 {
        u32::try_from(self.0.len()).expect("the constructor refuses longer texts")
    }
}

impl<'a> FieldValues<'a> {
    /// A record with no field yet.
    #[must_use]
    pub const fn new() -> Self {
        Self([Value::ABSENT; FIELDS])
    }

    /// Gives `field` this value.
    pub fn set(&mut self, field: Field, text: &'a str) -> Result<(), ValueError> {
        self.0[field.place()] = Value::new(text)?;
        Ok(())
    }

    /// The value of `field`.
    #[must_use]
    pub fn get(&self, field: Field) -> Value<'a> {
        self.0[field.place()]
    }
}

impl Default for FieldValues<'_> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_numbered_1_to_16_in_order() {
        assert!(
            Field::ALL
                .iter()
                .zip(1..)
                .all(|(field, number)| field.number() == number)
        );
        assert_eq!(Field::new(0), None);
        assert_eq!(Field::new(17), None);
        assert_eq!(Field::new(4).map(Field::name), Some("principals"));
        assert_eq!(Field::new(4).map(Field::ja), Some("本人"));
    }

    #[test]
    fn nul_is_refused_before_hashing() {
        assert_eq!(Value::new("a\0b"), Err(ValueError::Nul));
    }
}
