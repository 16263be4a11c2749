//! 法人番号: thirteen digits, the first of which checks the rest.

use thiserror::Error;

/// Digits of a corporate number; without its check digit it is a 会社法人等番号.
const LENGTH: usize = 13;

/// A corporate number whose check digit agrees.
///
/// The check digit is 9 − (Σ Pₙ·Qₙ mod 9) over the twelve digits behind it, with Qₙ 1 for odd and 2 for even
/// places from the right (法人番号の指定等に関する省令2条). It does not notice a 0 taken for a 9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CorporateNumber([u8; LENGTH]);

/// Why a text is no corporate number.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadCorporateNumber {
    /// Twelve digits: a company registration number that lacks its check digit.
    #[error("twelve digits; the corporate number would be {candidate}")]
    TwelveDigits {
        /// The thirteen digits it becomes with its check digit.
        candidate: String,
    },
    /// Not thirteen ASCII digits, the same digit thirteen times, or a check digit that does not agree.
    #[error("not thirteen digits with a check digit that agrees")]
    Invalid,
}

impl CorporateNumber {
    /// Parses thirteen ASCII digits.
    pub fn parse(text: &str) -> Result<Self, BadCorporateNumber> {
        let bytes = text.as_bytes();
        if !bytes.iter().all(u8::is_ascii_digit) {
            return Err(BadCorporateNumber::Invalid);
        }
        if bytes.len() + 1 == LENGTH {
            return Err(BadCorporateNumber::TwelveDigits {
                candidate: format!("{}{text}", check_digit(bytes)),
            });
        }
        let digits: [u8; LENGTH] = bytes.try_into().map_err(|_| BadCorporateNumber::Invalid)?;
        let all_the_same = digits.iter().all(|digit| *digit == digits[0]);
        if all_the_same || u32::from(digits[0] - b'0') != check_digit(&digits[1..]) {
            return Err(BadCorporateNumber::Invalid);
        }
        Ok(Self(digits))
    }

    /// The thirteen digits.
    ///
    /// # Panics
    ///
    /// Never: only ASCII digits are ever put in.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only ASCII digits are ever put in")
    }
}

/// The digit that checks `digits`, which are ASCII.
fn check_digit(digits: &[u8]) -> u32 {
    let weights = [1, 2].into_iter().cycle();
    let sum: u32 = digits
        .iter()
        .rev()
        .zip(weights)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    9 - sum % 9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_an_agreeing_check_digit_are_taken() {
        for number in ["5130620278683", "9512917366625", "7000012050002"] {
            assert_eq!(CorporateNumber::parse(number).unwrap().as_str(), number);
        }
    }

    #[test]
    fn every_other_check_digit_is_refused() {
        let right = "5130620278683";
        for first in ('0'..='9').filter(|first| *first != '5') {
            let wrong = format!("{first}{}", &right[1..]);
            assert_eq!(
                CorporateNumber::parse(&wrong),
                Err(BadCorporateNumber::Invalid),
                "{wrong}"
            );
        }
    }

    #[test]
    fn twelve_digits_are_answered_with_their_candidate() {
        let candidate = "5130620278683".to_owned();
        assert_eq!(
            CorporateNumber::parse("130620278683"),
            Err(BadCorporateNumber::TwelveDigits { candidate })
        );
    }

    #[test]
    fn other_lengths_full_width_digits_and_one_digit_repeated_are_refused() {
        for text in [
            "",
            "1",
            "51306202786831",
            "５１３０６２０２７８６８３",
            "9999999999999",
            "513062027868x",
        ] {
            assert_eq!(
                CorporateNumber::parse(text),
                Err(BadCorporateNumber::Invalid),
                "{text}"
            );
        }
    }
}
