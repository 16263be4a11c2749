//! Countries by ISO 3166-1 alpha-3.

use crate::fault::Code;
use crate::form::Form;
use crate::given::Given;
use crate::text::WORD;

/// Three capital letters. Which of the 17,576 combinations are countries changes with the world, so it is not checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Country(String);

impl Country {
    /// Whether this is Japan.
    pub(crate) fn is_japan(&self) -> bool {
        self.0 == "JPN"
    }

    /// The three letters.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads the country under `name`.
pub(crate) fn read(form: &Form<'_, '_>, name: &str) -> Given<Country> {
    match form.text(name, WORD) {
        Given::Absent => Given::Absent,
        Given::Faulty => Given::Faulty,
        Given::Present(text) if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            Given::Present(Country(text.to_owned()))
        }
        Given::Present(_) => {
            form.faults().push(form.fault(name, Code::CountryFormat));
            Given::Faulty
        }
    }
}
