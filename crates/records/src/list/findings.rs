//! What is wrong with a list: faults by line, warnings by column.
//!
//! A warning that holds for a whole column, such as lost zeros or numbers that look like Individual Numbers, is said
//! once with the number of rows: a thousand of them would only hide the others.

use crate::fault::{Code, Fault, Level};

/// Faults that are told; beyond these only that there are more.
const MOST_FAULTS: usize = 1_000;

/// Lines that a warning names.
const MOST_LINES: usize = 20;

/// The faults and warnings of some rows.
#[derive(Debug, Default, Clone)]
pub struct ListFindings {
    faults: Vec<Fault>,
    more: bool,
    faulty_rows: u64,
    warnings: Vec<ListWarning>,
}

/// Something worth saying of some rows of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListWarning {
    /// What, with the name of the field as its pointer.
    pub fault: Fault,
    /// How many rows.
    pub count: u64,
    /// The first of their lines, at most twenty.
    pub lines: Vec<u64>,
}

impl ListFindings {
    /// Rows that have a fault.
    #[must_use]
    pub const fn faulty_rows(&self) -> u64 {
        self.faulty_rows
    }

    /// The faults, in the order of the lines; the last says so if there are more.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = self.faults.clone();
        if self.more {
            faults.push(Fault::new(Code::FaultsMore, String::new()));
        }
        faults
    }

    /// Whether nothing has to be refused.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty() && !self.more
    }

    /// The warnings, one for each check and column.
    #[must_use]
    pub fn warnings(&self) -> &[ListWarning] {
        &self.warnings
    }

    /// Adds what is wrong with the rows that follow.
    pub fn append(&mut self, later: Self) {
        self.faulty_rows += later.faulty_rows;
        self.more |= later.more;
        for fault in later.faults {
            self.push_fault(fault);
        }
        for warning in later.warnings {
            self.push_warning(warning.fault, warning.count, &warning.lines);
        }
    }

    /// Notes that a row says the same as an earlier one.
    pub fn duplicate(&mut self, line: u64) {
        let fault = Fault::new(Code::ListDuplicateRows, String::new());
        self.push_warning(fault, 1, &[line]);
    }

    /// Takes what was noted of the row on `line`.
    pub(super) fn take_row(&mut self, line: u64, noted: Vec<Fault>) {
        let mut faulty = false;
        for mut fault in noted {
            if fault.level == Level::Error {
                faulty = true;
                self.push_fault(fault.at_line(line));
            } else {
                // `/5/name` becomes `/name`: the column.
                let field = fault.pointer.get(1..).and_then(|rest| rest.find('/'));
                fault.pointer = field.map_or_else(String::new, |at| fault.pointer[at + 1..].to_owned());
                self.push_warning(fault, 1, &[line]);
            }
        }
        self.faulty_rows += u64::from(faulty);
    }

    fn push_fault(&mut self, fault: Fault) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault);
        } else {
            self.more = true;
        }
    }

    fn push_warning(&mut self, fault: Fault, count: u64, lines: &[u64]) {
        let same =
            |other: &&mut ListWarning| other.fault.code == fault.code && other.fault.pointer == fault.pointer;
        if let Some(other) = self.warnings.iter_mut().find(same) {
            other.count += count;
            let room = MOST_LINES.saturating_sub(other.lines.len());
            other.lines.extend(lines.iter().take(room));
        } else {
            self.warnings.push(ListWarning {
                fault,
                count,
                lines: lines.to_vec(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_of_a_column_is_said_once_with_its_lines() {
        let mut findings = ListFindings::default();
        for line in 2..102 {
            let noted = Fault::new(Code::MyNumberSuspected, format!("/{line}/ref"));
            findings.take_row(line, vec![noted]);
        }
        let mut more = ListFindings::default();
        more.take_row(
            102,
            vec![Fault::new(Code::MyNumberSuspected, "/102/ref".to_owned())],
        );
        findings.append(more);
        assert!(findings.is_sound());
        let [warning] = findings.warnings() else {
            panic!("there is one")
        };
        assert_eq!((warning.fault.pointer.as_str(), warning.count), ("/ref", 101));
        assert_eq!(warning.lines, (2..22).collect::<Vec<_>>());
    }

    #[test]
    fn faults_are_bounded_and_rows_counted() {
        let mut findings = ListFindings::default();
        for line in 2..2_002 {
            let noted = Fault::new(Code::TextEmpty, format!("/{line}/name"));
            findings.take_row(line, vec![noted.clone(), noted]);
        }
        let faults = findings.faults();
        assert_eq!((faults.len(), findings.faulty_rows()), (MOST_FAULTS + 1, 2_000));
        assert_eq!(faults[0].line, Some(2));
        assert_eq!(faults[MOST_FAULTS].code, Code::FaultsMore);
    }
}
