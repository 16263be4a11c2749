//! Names of the ledger's codes in the API.

use kirokubo_ledger::entry::Case;

/// The API's name of a case; `none` for entries that are no records.
pub(crate) fn case(case: Case) -> &'static str {
    kirokubo_rules::Case::from_code(case.as_byte()).map_or("none", kirokubo_rules::Case::as_str)
}

/// The case of an API name.
pub(crate) fn parse_case(name: &str) -> Option<Case> {
    Case::from_byte(kirokubo_rules::Case::parse(name)?.code())
}
