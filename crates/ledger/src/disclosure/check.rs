//! Checking a disclosure proof line by line, with the memory of one record.

use super::line::DisclosureLine;
use crate::bundle::Opening;
use crate::checkpoint::Checkpoint;
use crate::commitment::{Field, RecordRef};
use crate::entry::Entry;
use crate::hash::{Digest, leaf_hash};
use crate::note::VerifierKey;
use crate::position::Index;
use crate::tree::verify_inclusion;
use crate::verify::{Fault, Finding, Part, RecordCheck, Tally};

/// Where a finding about the signature stands: the member of the first line.
const CHECKPOINT: &str = "checkpoint";

/// What a disclosure proof holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DisclosureCounts {
    /// Records.
    pub records: u64,
    /// Fields opened.
    pub fields: u64,
    /// Rows opened.
    pub rows: u64,
}

/// Takes the lines of a file in their order, and says what is wrong.
#[derive(Debug)]
pub struct DisclosureCheck {
    key: VerifierKey,
    line: u64,
    state: State,
    counts: DisclosureCounts,
    findings: Vec<Finding>,
}

#[derive(Debug)]
enum State {
    /// Nothing was read.
    Beginning,
    /// The first line was read, and maybe records.
    Within {
        checkpoint: Checkpoint,
        /// The record before the one that is being read, or that one once it ended.
        last: Option<Index>,
        record: Option<OpenRecord>,
    },
    /// The last line was read.
    Ended(Checkpoint),
    /// What follows a line that cannot be read, or a first line that proves nothing, is not judged.
    GivenUp(Option<Checkpoint>),
}

/// A record that is being read.
#[derive(Debug)]
struct OpenRecord {
    index: Index,
    /// `None` if its entry is not to be believed, which is a finding already.
    check: Option<Box<RecordCheck>>,
    last_field: Option<Field>,
    has_principals: bool,
    rows: Vec<u64>,
}

impl DisclosureCheck {
    /// A check against the key of the ledger, which never comes from the file.
    #[must_use]
    pub const fn new(key: VerifierKey) -> Self {
        Self {
            key,
            line: 0,
            state: State::Beginning,
            counts: DisclosureCounts {
                records: 0,
                fields: 0,
                rows: 0,
            },
            findings: Vec::new(),
        }
    }

    /// Takes the next line, without its newline.
    pub fn take(&mut self, line: &[u8]) {
        self.line += 1;
        if matches!(self.state, State::GivenUp(_)) {
            return;
        }
        match DisclosureLine::parse(line) {
            Ok(line) => self.take_parsed(line),
            Err(_) => self.refuse(),
        }
    }

    /// Takes note that the next line is too long, or has no end.
    pub fn refuse_line(&mut self) {
        self.line += 1;
        if !matches!(self.state, State::GivenUp(_)) {
            self.refuse();
        }
    }

    /// The checkpoint in the file if the key has signed it, what the file holds, and what is wrong with it.
    #[must_use]
    pub fn finish(mut self) -> (Option<Checkpoint>, DisclosureCounts, Vec<Finding>) {
        self.end_record();
        let checkpoint = match self.state {
            State::Beginning => {
                self.findings.push(schema(None, Fault::DisclosureCut));
                None
            }
            State::Within { checkpoint, .. } => {
                self.findings.push(schema(None, Fault::DisclosureCut));
                Some(checkpoint)
            }
            State::Ended(checkpoint) => Some(checkpoint),
            State::GivenUp(checkpoint) => checkpoint,
        };
        (checkpoint, self.counts, self.findings)
    }

    fn take_parsed(&mut self, line: DisclosureLine) {
        match (line, &self.state) {
            (DisclosureLine::Heading { checkpoint }, State::Beginning) => self.begin(&checkpoint),
            (DisclosureLine::Record { index, entry, path }, State::Within { .. }) => {
                self.begin_record(index, &entry, &path);
            }
            (DisclosureLine::Opening(opening), State::Within { record: Some(_), .. }) => self.open(&opening),
            (DisclosureLine::End { records }, State::Within { .. }) => self.end(records),
            _ => self.refuse(),
        }
    }

    fn begin(&mut self, note: &str) {
        self.state = match Checkpoint::open(note.as_bytes(), &self.key) {
            Ok(checkpoint) => State::Within {
                checkpoint,
                last: None,
                record: None,
            },
            Err(error) => {
                let path = CHECKPOINT.to_owned();
                self.findings.push(Finding::CheckpointSignature { path, error });
                State::GivenUp(None)
            }
        };
    }

    fn begin_record(&mut self, index: Index, entry: &[u8], path: &[Digest]) {
        self.end_record();
        let State::Within {
            checkpoint,
            last,
            record,
        } = &mut self.state
        else {
            return;
        };
        if last.is_some_and(|last| index <= last) {
            self.findings.push(schema(Some(index), Fault::OpeningOrder));
        }
        *last = Some(index);
        self.counts.records += 1;
        let check = match check_of(index, entry, path, checkpoint) {
            Ok(check) => Some(Box::new(check)),
            Err(finding) => {
                self.findings.push(finding);
                None
            }
        };
        *record = Some(OpenRecord {
            index,
            check,
            last_field: None,
            has_principals: false,
            rows: Vec::new(),
        });
    }

    fn open(&mut self, opening: &Opening) {
        let State::Within {
            record: Some(record), ..
        } = &mut self.state
        else {
            return;
        };
        let is_in_order = opening.index() == record.index && record.is_next(opening);
        match opening {
            Opening::Field { .. } => self.counts.fields += 1,
            Opening::Row { .. } => self.counts.rows += 1,
            Opening::Withheld { .. } => {}
        }
        if !is_in_order {
            self.findings
                .push(schema(Some(record.index), Fault::OpeningOrder));
            return;
        }
        if let Some(check) = &mut record.check {
            check.take(opening, &mut Tally::default());
        }
    }

    /// Says what does not fit in the record that was read last.
    fn end_record(&mut self) {
        let State::Within { record, .. } = &mut self.state else {
            return;
        };
        let Some(record) = record.take() else { return };
        if record.last_field.is_none() && record.rows.is_empty() {
            let (index, part) = (record.index, Part::Record);
            self.findings.push(Finding::OpeningMissing { index, part });
            return;
        }
        let Some(mut check) = record.check else { return };
        let is_rootless = !record.has_principals && !record.rows.is_empty();
        if is_rootless {
            // Without field 4 nothing leads from the rows to the entry.
            let (index, part) = (record.index, Part::Field(Field::PRINCIPALS));
            self.findings.push(Finding::OpeningMissing { index, part });
        }
        let rest = Opening::Withheld {
            index: record.index,
            what: crate::bundle::Withheld::Rest,
            reason: String::new(),
        };
        check.take(&rest, &mut Tally::default());
        let is_of_a_row = |finding: &Finding| matches!(finding.part(), Some(Part::Row(_)));
        let findings = check.finish().into_iter();
        self.findings
            .extend(findings.filter(|finding| !(is_rootless && is_of_a_row(finding))));
    }

    fn end(&mut self, records: u64) {
        self.end_record();
        if records != self.counts.records {
            self.findings.push(schema(None, Fault::DisclosureCut));
        }
        if let State::Within { checkpoint, .. } = &self.state {
            self.state = State::Ended(checkpoint.clone());
        }
    }

    fn refuse(&mut self) {
        self.end_record();
        let fault = Fault::DisclosureLine { line: self.line };
        self.findings.push(schema(None, fault));
        let state = std::mem::replace(&mut self.state, State::GivenUp(None));
        if let State::Within { checkpoint, .. } | State::Ended(checkpoint) = state {
            self.state = State::GivenUp(Some(checkpoint));
        }
    }
}

impl OpenRecord {
    /// Whether a line may follow the ones before it: fields by number, then rows by place, nothing twice.
    fn is_next(&mut self, opening: &Opening) -> bool {
        match opening {
            Opening::Field { field, .. } => {
                let is_next = self.rows.is_empty() && self.last_field.is_none_or(|last| last < *field);
                self.last_field = self.last_field.max(Some(*field));
                self.has_principals |= *field == Field::PRINCIPALS;
                is_next
            }
            Opening::Row { row, .. } => {
                let is_next = self.rows.last().is_none_or(|last| last < row);
                self.rows.push(*row);
                is_next
            }
            Opening::Withheld { .. } => false,
        }
    }
}

/// The check of the record whose entry this is, if the entry is the signed one of its place.
fn check_of(
    index: Index,
    bytes: &[u8],
    path: &[Digest],
    checkpoint: &Checkpoint,
) -> Result<RecordCheck, Finding> {
    let faulty = |fault| schema(Some(index), fault);
    let leaf = leaf_hash(bytes);
    if verify_inclusion(&leaf, index, checkpoint.size(), path, &checkpoint.root()).is_err() {
        return Err(Finding::EntryModified { index });
    }
    let entry = Entry::view(bytes).map_err(|error| faulty(Fault::Entry(error)))?;
    if entry.index() != index {
        let found = entry.index().get();
        return Err(faulty(Fault::Index { found }));
    }
    let parts = entry.record_id().zip(entry.body_root());
    let (record_id, body_root) = parts.ok_or_else(|| faulty(Fault::OpeningOfNoRecord))?;
    let record = RecordRef {
        ledger_id: entry.ledger_id(),
        record_id,
    };
    Ok(RecordCheck::new(index, record, body_root))
}

fn schema(index: Option<Index>, fault: Fault) -> Finding {
    Finding::Schema { index, fault }
}
