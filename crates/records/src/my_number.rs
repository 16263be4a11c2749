//! 個人番号 (My Number): never recorded here, so it must be recognised by its label or its check digit.

use crate::form::Form;
use crate::json::Node;

/// The field by which the sender of an event answers the suspicion, once for the event.
pub(crate) const DENIAL: &str = "not_my_number";

/// Whether the sender of an event says that its numbers of twelve digits are others. What else may stand in the field
/// is told where the event's own fields are read.
pub(crate) fn is_denied(event: &Form<'_, '_>) -> bool {
    matches!(event.get(DENIAL), Some(Node::Bool(true)))
}

/// Whether the name of a field or of a data item says that it holds an Individual Number.
///
/// A 個人番号カード (the card) as a means of identification is not the number.
pub(crate) fn is_label(folded: &str) -> bool {
    const LABELS: [&str; 5] = [
        "マイナンバー",
        "mynumber",
        "individualnumber",
        "kojinbango",
        "個人番号",
    ];
    let folded = folded
        .replace("個人番号カード", "")
        .replace("マイナンバーカード", "");
    LABELS.iter().any(|label| folded.contains(label))
}

/// Whether `text` holds a run of exactly twelve digits whose last one checks the others.
///
/// About one in ten random numbers of twelve digits does, so this is a suspicion and never a refusal.
pub(crate) fn is_suspected(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit())
        .any(|run| run.len() == 12 && has_check_digit(run.as_bytes()))
}

/// The check digit of 行政手続における特定の個人を識別するための番号の利用等に関する法律施行規則5条:
/// 11 − (Σ Pₙ·Qₙ mod 11), or 0 where the remainder is 0 or 1, with Qₙ = n + 1 for the first six places from the right
/// and n − 5 for the others.
fn has_check_digit(digits: &[u8]) -> bool {
    let Some((check, body)) = digits.split_last() else {
        return false;
    };
    let weights = (2..=7).chain(2..=6);
    let sum: u32 = body
        .iter()
        .rev()
        .zip(weights)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    let expected = match sum % 11 {
        0 | 1 => 0,
        remainder => 11 - remainder,
    };
    u32::from(check - b'0') == expected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_recognised_but_the_card_is_not_the_number() {
        for label in ["個人番号", "マイナンバー", "mynumber", "従業員の個人番号"] {
            assert!(is_label(label), "{label}");
        }
        assert!(!is_label("個人番号カードの有無"));
        assert!(!is_label("法人番号"));
    }

    #[test]
    fn a_number_is_suspected_only_with_its_check_digit_and_length() {
        assert!(is_suspected("123456789018"));
        assert!(is_suspected("crm:123456789018"));
        assert!(!is_suspected("123456789012"));
        assert!(!is_suspected("1234567890180"));
    }

    #[test]
    fn about_one_number_in_ten_is_suspected() {
        let suspected = (100_000_000_000_u64..100_000_010_000)
            .filter(|n| is_suspected(&n.to_string()))
            .count();
        assert!((900..1_200).contains(&suspected), "{suspected}");
    }
}
