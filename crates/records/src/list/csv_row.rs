//! From the cells of a row to the principals that it names, as the JSON objects that are stored.

use std::borrow::Cow;

use super::column::{Column, Columns};
use super::decode::UNDECODABLE;
use super::heading::Field;
use super::row_text::plain;
use crate::day::{self, DayReading};
use crate::fault::{Code, Fault, Faults};
use crate::json::{Member, Node, Path};
use crate::matter::{PrincipalRow, PrincipalRule, read_principal_row};
use crate::postal_code;

/// The principals of one row, or none where the row has a fault.
pub(super) fn read(
    cells: &[&str],
    columns: &Columns,
    place: Path<'_>,
    rule: PrincipalRule,
    charset: &str,
    faults: &Faults,
) -> Vec<PrincipalRow> {
    let columns_given = columns.as_slice();
    let (within, beyond) = cells.split_at(cells.len().min(columns_given.len()));
    if within.len() < columns_given.len() || beyond.iter().any(|cell| !plain(cell).is_empty()) {
        let fault = Fault::new(Code::ListCellCount, place.pointer());
        let fault = fault.fill("expected", &columns_given.len().to_string());
        faults.push(fault.fill("found", &cells.len().to_string()));
        return Vec::new();
    }
    if !is_decoded(within, columns_given, place, charset, faults) {
        return Vec::new();
    }
    let row: Vec<(Column, &str)> = columns_given
        .iter()
        .copied()
        .zip(within.iter().map(|cell| plain(cell)))
        .filter(|(_, cell)| !cell.is_empty())
        .collect();
    let people: Vec<Person<'_>> = (0..columns.people())
        .map(|number| Person { row: &row, number })
        .filter(|person| person.is_there() || columns.people() == 1)
        .collect();
    let rows: Vec<PrincipalRow> = people
        .iter()
        .filter_map(|person| {
            person.warn(place, faults);
            read_principal_row(&person.object(place, faults)?, place, rule, faults)
        })
        .collect();
    if people.is_empty() {
        faults.push(Fault::new(Code::PrincipalNotIdentifiable, place.pointer()));
    }
    // A row is good or not as a whole: of a household nobody is left behind.
    if rows.len() == people.len() {
        rows
    } else {
        Vec::new()
    }
}

fn is_decoded(cells: &[&str], columns: &[Column], place: Path<'_>, charset: &str, faults: &Faults) -> bool {
    let undecodable = cells
        .iter()
        .zip(columns)
        .filter(|(cell, _)| cell.contains(UNDECODABLE));
    let mut decoded = true;
    for (_, column) in undecodable {
        let fault = Fault::new(Code::ListUndecodable, place.name(column.field.name()).pointer());
        faults.push(fault.fill("charset", charset));
        decoded = false;
    }
    decoded
}

/// One of the people of a row.
struct Person<'r> {
    /// The cells that are not empty.
    row: &'r [(Column, &'r str)],
    number: usize,
}

impl<'r> Person<'r> {
    /// Whether the row says anything of this very person.
    fn is_there(&self) -> bool {
        self.row
            .iter()
            .any(|(column, _)| column.person == Some(self.number))
    }

    fn get(&self, field: Field) -> Option<&'r str> {
        self.all(field).next()
    }

    /// The cells of a field, his own and those that all share.
    fn all(&self, field: Field) -> impl Iterator<Item = &'r str> {
        let number = self.number;
        let his = move |column: &Column| column.person.is_none_or(|person| person == number);
        self.row
            .iter()
            .filter(move |(column, _)| column.field == field && his(column))
            .map(|(_, cell)| *cell)
    }

    /// A name that may stand in one cell or in two.
    fn joined(&self, whole: Field, family: Field, given: Field) -> Option<Cow<'r, str>> {
        match (self.get(whole), self.get(family), self.get(given)) {
            (Some(whole), ..) => Some(Cow::Borrowed(whole)),
            (None, Some(family), Some(given)) => Some(Cow::Owned(format!("{family} {given}"))),
            (None, part, None) | (None, None, part) => part.map(Cow::Borrowed),
        }
    }

    /// The principal as an event would name him; `None` where a cell cannot be used, which is noted then.
    fn object(&self, place: Path<'_>, faults: &Faults) -> Option<Node<'r>> {
        let name = self.joined(Field::Name, Field::FamilyName, Field::GivenName);
        let former = self.former_names(name.as_deref());
        let address: Vec<&str> = self.all(Field::Address).collect();
        let texts = [
            (Field::Ref, self.get(Field::Ref).map(Cow::Borrowed)),
            (Field::Name, name),
            (
                Field::Kana,
                self.joined(Field::Kana, Field::FamilyKana, Field::GivenKana),
            ),
            (Field::CommonName, self.get(Field::CommonName).map(Cow::Borrowed)),
            (Field::BirthDate, self.get(Field::BirthDate).map(birth_date)),
            (Field::PostalCode, self.get(Field::PostalCode).map(Cow::Borrowed)),
            (
                Field::Address,
                (!address.is_empty()).then(|| Cow::Owned(address.concat())),
            ),
            (Field::Phone, self.get(Field::Phone).map(Cow::Borrowed)),
            (Field::Email, self.get(Field::Email).map(Cow::Borrowed)),
        ];
        let mut members: Vec<Member<'r>> = texts
            .into_iter()
            .filter_map(|(field, text)| Some((Cow::Borrowed(field.name()), Node::Text(text?))))
            .collect();
        if !former.is_empty() {
            let names = former.into_iter().map(Node::Text).collect();
            members.push((Cow::Borrowed(Field::FormerName.name()), Node::List(names)));
        }
        if let Some(cell) = self.get(Field::Confidential) {
            let name = Field::Confidential.name();
            let Some(flag) = truth(cell) else {
                let fault = Fault::new(Code::ValueUnknown, place.name(name).pointer());
                faults.push(fault.fill("near_ja", "").fill("near_en", ""));
                return None;
            };
            members.push((Cow::Borrowed(name), Node::Bool(flag)));
        }
        Some(Node::Object(members))
    }

    /// Former names as they stand, several between 、 and `;`. A former family name goes with the given name, where
    /// that can be told: a search asks for both.
    fn former_names(&self, name: Option<&str>) -> Vec<Cow<'r, str>> {
        let names = |cell: &'r str| {
            let parts = cell.split(['、', ';', '；', '/']).map(str::trim);
            parts.filter(|part| !part.is_empty())
        };
        let given = name
            .and_then(|name| name.split_once([' ', '\u{3000}']))
            .map(|(_, given)| given.trim());
        let whole = self
            .get(Field::FormerName)
            .into_iter()
            .flat_map(names)
            .map(Cow::Borrowed);
        let family = self.get(Field::FormerFamilyName).into_iter().flat_map(names);
        let family = family.map(|family| match given {
            Some(given) if !family.contains([' ', '\u{3000}']) => Cow::Owned(format!("{family} {given}")),
            _ => Cow::Borrowed(family),
        });
        whole.chain(family).collect()
    }

    /// Notes where a spreadsheet seems to have taken leading zeros away. Nothing is put right by guessing.
    fn warn(&self, place: Path<'_>, faults: &Faults) {
        let lost = [
            (
                Field::PostalCode,
                self.get(Field::PostalCode)
                    .is_some_and(postal_code::has_lost_zeros),
            ),
            (Field::Phone, self.get(Field::Phone).is_some_and(has_lost_zero)),
        ];
        for (field, _) in lost.into_iter().filter(|(_, lost)| *lost) {
            let pointer = place.name(field.name()).pointer();
            faults.push(Fault::new(Code::ListLeadingZeroLost, pointer));
        }
    }
}

/// A birth date in any usual spelling as `YYYY-MM-DD`; what cannot be read stays, to be refused.
fn birth_date(cell: &str) -> Cow<'_, str> {
    match day::read(cell) {
        DayReading::Otherwise(day) => Cow::Owned(day.to_string()),
        DayReading::Exact(_)
        | DayReading::NotInEra { .. }
        | DayReading::Impossible
        | DayReading::Unreadable => Cow::Borrowed(cell),
    }
}

/// Whether `phone` has nine or ten digits and does not begin with 0: numbers in Japan have ten or eleven, and do.
fn has_lost_zero(phone: &str) -> bool {
    let digits = phone.bytes().filter(u8::is_ascii_digit).count();
    phone.starts_with(|c: char| ('1'..='9').contains(&c)) && (9..=10).contains(&digits)
}

fn truth(cell: &str) -> Option<bool> {
    match cell.to_lowercase().as_str() {
        "1" | "true" | "yes" | "有" | "○" | "〇" | "はい" => Some(true),
        "0" | "false" | "no" | "無" | "×" | "-" | "いいえ" => Some(false),
        _ => None,
    }
}
