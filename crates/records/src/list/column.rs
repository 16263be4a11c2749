//! The headings of a list as a plan: which cell is what, of which person of the row.

use super::heading::{self, Field, Heading};
use super::row_text;
use crate::fault::{Code, Fault, Words};
use crate::my_number;

/// Longest unknown heading that a fault repeats; a longer one is no heading but a text.
const MAX_HEADING: usize = 24;

/// Most people that one row may name.
const MAX_PEOPLE: usize = 20;

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) field: Field,
    /// The person of the row, counted from 0; `None` where all share it.
    pub(super) person: Option<usize>,
}

/// The columns of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    columns: Vec<Column>,
    people: usize,
}

impl Columns {
    /// Reads the headings, which stand on `line`.
    pub(super) fn read(cells: &[&str], line: u64) -> Result<Self, Vec<Fault>> {
        let plain: Vec<String> = cells
            .iter()
            .map(|cell| heading::plain(row_text::plain(cell)))
            .collect();
        let headings: Vec<Option<Heading>> = plain.iter().map(|plain| heading::read(plain)).collect();
        let at = |column: usize| format!("/{line}/{column}");
        if headings.iter().all(Option::is_none) && !plain.iter().any(|plain| my_number::is_label(plain)) {
            // What stands there may be somebody's data, so it is not repeated.
            let fault = Fault::new(Code::ListHeaderMissing, format!("/{line}")).at_line(line);
            return Err(vec![fault.hint(KNOWN_COLUMNS)]);
        }
        let people = people(&headings);
        let mut columns: Vec<Column> = Vec::with_capacity(cells.len());
        let mut faults = Vec::new();
        for (number, (cell, heading)) in cells.iter().zip(&headings).enumerate() {
            let plain = plain.get(number).map_or("", String::as_str);
            let column = heading.as_ref().and_then(|heading| column(heading, &people));
            let code = match column {
                _ if my_number::is_label(plain) => Code::MyNumberForbidden,
                None => Code::ListUnknownColumn,
                Some(column) if column.field != Field::Address && columns.contains(&column) => {
                    Code::ListDuplicateColumn
                }
                Some(column) => {
                    columns.push(column);
                    continue;
                }
            };
            let fault = Fault::new(code, at(number)).at_line(line);
            let fault = fault.fill("column", &shown(cell));
            faults.push(if code == Code::ListUnknownColumn {
                fault.hint(KNOWN_COLUMNS)
            } else {
                fault
            });
        }
        if faults.is_empty() {
            Ok(Self {
                columns,
                people: people.len(),
            })
        } else {
            Err(faults)
        }
    }

    /// One a cell.
    pub(super) fn as_slice(&self) -> &[Column] {
        &self.columns
    }

    /// How many people a row may name.
    pub(super) fn people(&self) -> usize {
        self.people
    }
}

const KNOWN_COLUMNS: Words = Words::of(
    "使える列は、会員番号、氏名(または姓と名)、フリガナ、通称、旧姓、旧氏名、生年月日、郵便番号、住所、電話番号、メールアドレスです。ほかの列は削除してください。",
    "columns may be ref, name (or family_name and given_name), name_kana, common_name, former_names, birth_date, \
     postal_code, address, phone and email; delete the others",
);

/// The people of a row in the order of their columns. A person is somebody who is named: the other columns of nobody
/// in particular belong to the first.
fn people(headings: &[Option<Heading>]) -> Vec<&str> {
    let mut people: Vec<&str> = Vec::new();
    for heading in headings.iter().flatten() {
        if heading.field.names_somebody() && !people.contains(&heading.person.as_str()) {
            people.push(&heading.person);
        }
    }
    // A number alone, beside people with names of their own, is the number of the first.
    let named = |person: &str| {
        let own = headings
            .iter()
            .flatten()
            .filter(|heading| heading.person == person);
        own.into_iter()
            .any(|heading| heading.field.names_somebody() && heading.field != Field::Ref)
    };
    if people.len() > 1 {
        people.retain(|person| !person.is_empty() || named(person));
    }
    if people.is_empty() {
        people.push("");
    }
    people.truncate(MAX_PEOPLE);
    people
}

fn column(heading: &Heading, people: &[&str]) -> Option<Column> {
    let field = heading.field;
    let person = people.iter().position(|person| *person == heading.person);
    let person = match person {
        _ if heading.person.is_empty() && field.is_shared() => None,
        Some(person) => Some(person),
        None if heading.person.is_empty() => Some(0),
        // 電話番号2 without a second person: nobody knows whose it is.
        None => return None,
    };
    Some(Column { field, person })
}

/// A heading as a fault repeats it.
fn shown(heading: &str) -> String {
    let heading = heading.trim();
    if heading.chars().count() <= MAX_HEADING && !heading.chars().any(char::is_control) {
        heading.to_owned()
    } else {
        "…".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(headings: &str) -> Columns {
        Columns::read(&headings.split(',').collect::<Vec<_>>(), 1).unwrap()
    }

    fn people_of(headings: &str) -> Vec<Option<usize>> {
        columns(headings)
            .as_slice()
            .iter()
            .map(|column| column.person)
            .collect()
    }

    fn refused(headings: &str) -> Vec<(String, &'static str)> {
        let faults = Columns::read(&headings.split(',').collect::<Vec<_>>(), 1).unwrap_err();
        faults
            .into_iter()
            .map(|fault| (fault.pointer, fault.code.as_str()))
            .collect()
    }

    #[test]
    fn a_plain_list_names_one_person_a_row() {
        assert_eq!(
            people_of("会員番号,氏名,住所1,住所2,電話番号"),
            [Some(0), Some(0), None, None, Some(0)]
        );
    }

    #[test]
    fn a_household_shares_its_address_and_nothing_that_is_searched_for() {
        assert_eq!(
            people_of("会員番号,氏名,配偶者氏名,配偶者フリガナ,郵便番号,住所,電話番号"),
            [Some(0), Some(0), Some(1), Some(1), None, None, Some(0)]
        );
        assert_eq!(
            people_of("契約番号,氏名1,氏名2,氏名3,電話番号,電話番号2"),
            [Some(0), Some(0), Some(1), Some(2), Some(0), Some(1)]
        );
        assert_eq!(columns("氏名1,氏名2").people(), 2);
        let many: Vec<String> = (1..=21).map(|n| format!("氏名{n}")).collect();
        assert_eq!(
            refused(&many.join(",")),
            [("/1/20".to_owned(), "list.unknown_column")]
        );
    }

    #[test]
    fn columns_that_nobody_knows_are_refused_with_their_names() {
        assert_eq!(
            refused("氏名,備考,性別,氏名"),
            [
                ("/1/1".to_owned(), "list.unknown_column"),
                ("/1/2".to_owned(), "list.unknown_column"),
                ("/1/3".to_owned(), "list.duplicate_column"),
            ]
        );
        assert_eq!(
            refused("氏名,電話番号2"),
            [("/1/1".to_owned(), "list.unknown_column")]
        );
        let fault = &Columns::read(&["氏名", "備考"], 1).unwrap_err()[0];
        assert!(fault.detail_ja.contains("備考") && fault.hint.is_some());
    }

    #[test]
    fn an_individual_number_is_refused_by_its_heading() {
        for heading in ["個人番号", "マイナンバー", "My Number"] {
            assert_eq!(
                refused(&format!("氏名,{heading}")),
                [("/1/1".to_owned(), "my_number.forbidden")]
            );
        }
    }

    #[test]
    fn a_list_without_headings_is_refused_without_repeating_what_it_says() {
        let faults = Columns::read(&["crm:1", "髙橋 花子"], 1).unwrap_err();
        assert_eq!(faults[0].code, Code::ListHeaderMissing);
        assert!(!format!("{faults:?}").contains("髙橋"));
    }
}
