//! 郵便番号: seven digits, with or without a hyphen.

use unicode_normalization::UnicodeNormalization;

use crate::fault::Code;
use crate::form::Form;
use crate::given::Given;
use crate::text::CONTACT;

/// Reads `postal_code`; `false` where it is given and is none.
pub(crate) fn read(form: &Form<'_, '_>) -> bool {
    match form.text("postal_code", CONTACT) {
        Given::Absent => true,
        Given::Faulty => false,
        Given::Present(text) if is_postal_code(text) => true,
        Given::Present(_) => {
            form.faults()
                .push(form.fault("postal_code", Code::PostalCodeFormat));
            false
        }
    }
}

/// Whether `text` is seven digits; full width, a leading 〒 and any hyphen after the third are allowed.
fn is_postal_code(text: &str) -> bool {
    let plain: String = text.nfkc().collect();
    let plain = plain.trim().trim_start_matches('〒').trim_start();
    let digits =
        |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    match plain.split_once(['-', '−', '‐', '‑', '–', '—', '―', 'ー']) {
        Some((area, rest)) => digits(area, 3) && digits(rest, 4),
        None => digits(plain, 7),
    }
}

#[cfg(test)]
mod tests {
    use super::is_postal_code;

    #[test]
    fn seven_digits_with_or_without_a_hyphen() {
        for text in [
            "1000001",
            "100-0001",
            "〒100-0001",
            "１００－０００１",
            "100‐0001",
        ] {
            assert!(is_postal_code(text), "{text}");
        }
        for text in ["100001", "10-00001", "100-00011", "abc-defg", ""] {
            assert!(!is_postal_code(text), "{text}");
        }
    }
}
