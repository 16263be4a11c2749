//! The openings of one record against its body root.

use super::fault::Fault;
use super::finding::{Finding, Part};
use super::row_check::RowCheck;
use crate::bundle::{Opening, Withheld};
use crate::commitment::{
    Field, RecordCommitments, RecordRef, Salt, Value, field_commitment, parse_principals_value,
    row_commitment, verify_field,
};
use crate::hash::Digest;
use crate::position::Index;

/// Takes the openings of one record, in their order, and says in the end what does not fit.
/// Memory does not grow with the number of rows.
#[derive(Debug)]
pub struct RecordCheck {
    index: Index,
    record: RecordRef,
    body_root: Digest,
    fields: [FieldState; 16],
    rows: RowCheck,
    is_rest_withheld: bool,
    faults: Vec<Fault>,
}

/// How many lines there were of each sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Fields and rows opened.
    pub opened: u64,
    /// Items withheld.
    pub withheld: u64,
}

/// What was said about one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FieldState {
    /// Nothing.
    Missing,
    /// Its opening gives this commitment, which counts once all sixteen are known.
    Opened(Digest),
    /// Its opening gives this commitment, and a path leads from there to the body root.
    Proven(Digest),
    /// A path was given and leads elsewhere.
    Mismatch,
    /// It is withheld.
    Withheld,
}

impl RecordCheck {
    /// Begins with the record at `index`, whose entry carries `body_root`.
    #[must_use]
    pub const fn new(index: Index, record: RecordRef, body_root: Digest) -> Self {
        Self {
            index,
            record,
            body_root,
            fields: [FieldState::Missing; 16],
            rows: RowCheck::new(),
            is_rest_withheld: false,
            faults: Vec::new(),
        }
    }

    /// Takes the next line about this record.
    pub fn take(&mut self, opening: &Opening, tally: &mut Tally) {
        match opening {
            Opening::Field { .. } | Opening::Row { .. } => tally.opened += 1,
            Opening::Withheld { .. } => tally.withheld += 1,
        }
        let result = match opening {
            // The line withholds all that no line opens, so none may follow.
            _ if self.is_rest_withheld => Err(Fault::OpeningOrder),
            Opening::Field {
                field,
                value,
                salt,
                path,
                ..
            } => self.take_field(*field, value, salt, path.as_deref()),
            Opening::Row {
                row,
                value,
                salt,
                path,
                ..
            } => self.take_row(*row, value, salt, path.as_deref()),
            Opening::Withheld { what, .. } => self.withhold(*what),
        };
        self.faults.extend(result.err());
    }

    /// Says what does not fit, now that all lines of the record were taken.
    #[must_use]
    pub fn finish(self) -> Vec<Finding> {
        let index = self.index;
        let missing = |part| Finding::OpeningMissing { index, part };
        let mismatch = |part| Finding::OpeningMismatch { index, part };
        let is_silent = self.fields.iter().all(|state| *state == FieldState::Missing) && self.rows.is_empty();
        let mut findings = Vec::new();
        for fault in &self.faults {
            findings.push(Finding::Schema {
                index: Some(index),
                fault: fault.clone(),
            });
        }
        if is_silent && !self.is_rest_withheld {
            findings.push(missing(Part::Record));
            return findings;
        }
        let are_proven = match self.commitments() {
            Some(fields) => {
                let is_body = RecordCommitments::over(fields).body_root() == self.body_root;
                findings.extend((!is_body).then(|| mismatch(Part::Record)));
                true
            }
            None => false,
        };
        let is_any_missing = !self.is_rest_withheld && self.fields.contains(&FieldState::Missing);
        let is_any_unproven = self
            .fields
            .iter()
            .any(|state| matches!(state, FieldState::Opened(_)));
        if is_any_missing && is_any_unproven {
            // Without the missing ones nothing leads the others to the body root: none is false by itself.
            findings.push(mismatch(Part::Record));
        }
        for field in Field::ALL {
            match self.fields[field.place()] {
                FieldState::Missing if !self.is_rest_withheld => findings.push(missing(Part::Field(field))),
                // The others are withheld on purpose, so this one should have come with its path.
                FieldState::Opened(_) if !are_proven && !is_any_missing => {
                    findings.push(mismatch(Part::Field(field)));
                }
                FieldState::Mismatch => findings.push(mismatch(Part::Field(field))),
                _ => {}
            }
        }
        findings.extend(self.rows.finish(index, self.is_rest_withheld));
        findings
    }

    /// The commitments of all sixteen fields, if all are known.
    fn commitments(&self) -> Option<[Digest; 16]> {
        let mut commitments = [self.body_root; 16];
        for (commitment, state) in commitments.iter_mut().zip(&self.fields) {
            match state {
                FieldState::Opened(known) | FieldState::Proven(known) => *commitment = *known,
                _ => return None,
            }
        }
        Some(commitments)
    }

    fn take_field(
        &mut self,
        field: Field,
        value: &str,
        salt: &Salt,
        path: Option<&[Digest]>,
    ) -> Result<(), Fault> {
        let value = Value::new(value).map_err(|_| Fault::Value)?;
        let commitment = field_commitment(&self.record, field, salt, value);
        let state = match path.map(|path| verify_field(&commitment, field, path, &self.body_root)) {
            None => FieldState::Opened(commitment),
            Some(Ok(())) => FieldState::Proven(commitment),
            Some(Err(_)) => FieldState::Mismatch,
        };
        self.set_field(field, state)?;
        if field == Field::PRINCIPALS {
            self.expect_rows(value)?;
        }
        Ok(())
    }

    fn expect_rows(&mut self, principals: Value<'_>) -> Result<(), Fault> {
        if principals == Value::ABSENT {
            self.rows.expect_none();
            return Ok(());
        }
        let Some((count, root)) = parse_principals_value(principals.as_str()) else {
            self.rows.expect_anything();
            return Err(Fault::Principals);
        };
        self.rows.expect(count, root);
        Ok(())
    }

    fn take_row(&mut self, row: u64, value: &str, salt: &Salt, path: Option<&[Digest]>) -> Result<(), Fault> {
        let value = Value::new(value).map_err(|_| Fault::Value)?;
        self.rows
            .take(row, &row_commitment(&self.record, row, salt, value), path)
    }

    fn withhold(&mut self, what: Withheld) -> Result<(), Fault> {
        match what {
            Withheld::Rest => {
                self.is_rest_withheld = true;
                Ok(())
            }
            Withheld::Field(field) => self.set_field(field, FieldState::Withheld),
            Withheld::Row(row) => self.rows.withhold(row),
        }
    }

    fn set_field(&mut self, field: Field, new: FieldState) -> Result<(), Fault> {
        let state = &mut self.fields[field.place()];
        if *state != FieldState::Missing || !self.rows.is_empty() {
            return Err(Fault::OpeningOrder);
        }
        *state = new;
        Ok(())
    }
}
