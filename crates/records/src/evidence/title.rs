//! The title of a piece of evidence: often a file's name, and often a person's name in it.

use crate::fault::{Code, Fault};
use crate::private::Private;
use crate::text::{self, TextFault};
use crate::{my_number, wording};

/// A text fit to stand in a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title(Private<String>);

impl Title {
    /// Takes a title as it was given; one of nothing but white space is none.
    pub fn parse(given: &str) -> Result<Option<Self>, Vec<Fault>> {
        let pointer = || "/title".to_owned();
        match text::check(given, text::NAME) {
            Ok(()) => {}
            Err(TextFault::TooLong { limit }) => {
                let fault = Fault::new(Code::TextTooLong, pointer());
                return Err(vec![fault.fill("limit", &limit.to_string())]);
            }
            Err(TextFault::Unusable { position, character }) => {
                return Err(vec![Fault::unusable_character(pointer(), position, character)]);
            }
        }
        if my_number::is_label(&wording::plain(given)) {
            return Err(vec![Fault::new(Code::MyNumberForbidden, pointer())]);
        }
        let title = given.trim();
        Ok((!title.is_empty()).then(|| Self(Private::new(title.to_owned()))))
    }

    /// The title.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_kept_and_never_printed() {
        let title = Title::parse(" 同意書 髙橋花子.pdf ").unwrap().unwrap();
        assert_eq!(title.as_str(), "同意書 髙橋花子.pdf");
        assert_eq!(format!("{title:?}"), "Title(…)");
        assert_eq!(Title::parse(" 　").unwrap(), None);
    }

    #[test]
    fn a_title_that_no_record_may_hold_is_refused() {
        for (given, code) in [
            ("a\u{0}b", Code::TextUnassigned),
            ("\u{E000}.pdf", Code::TextUnassigned),
            ("マイナンバー一覧.xlsx", Code::MyNumberForbidden),
        ] {
            assert_eq!(Title::parse(given).unwrap_err()[0].code, code, "{given}");
        }
        let long = Title::parse(&"長".repeat(257)).unwrap_err();
        assert_eq!(long[0].code, Code::TextTooLong);
    }
}
