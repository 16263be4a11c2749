//! A disclosure proof as it is written, and every way to make a false one.

use super::*;
use crate::bundle::Opening;
use crate::checkpoint::Checkpoint;
use crate::commitment::{
    Field, FieldValues, RecordCommitments, RecordRef, RecordSecret, RowTree, Salt, Value,
};
use crate::entry::{Case, Entry, PendingEntry, RetainThrough, RetentionClass, genesis_prev};
use crate::hash::{Digest, leaf_hash};
use crate::ids::{LedgerId, RecordId};
use crate::note::SigningKey;
use crate::position::{Index, RecordedAt, Size};
use crate::tree::{InclusionPlan, NodeId, root};
use crate::verify::Finding;

const LEDGER: LedgerId = LedgerId::from_bytes([3; 16]);

/// Five records of three people each; the second person of each is the one who asks.
struct Ledger {
    key: SigningKey,
    entries: Vec<Vec<u8>>,
}

/// What a record says, and the secret of it.
struct Record {
    reference: RecordRef,
    secret: RecordSecret,
    rows: [String; 3],
    values: [String; 2],
}

impl Record {
    fn new(number: u8) -> Self {
        Self {
            reference: RecordRef {
                ledger_id: LEDGER,
                record_id: RecordId::from_bytes([number; 16]),
            },
            secret: RecordSecret::from_bytes([number; 32]),
            rows: ["甲", "乙", "丙"].map(|name| format!(r#"{{"name":"{name}{number}"}}"#)),
            values: [
                format!(r#"{{"name":"相手方{number}"}}"#),
                r#"["氏名"]"#.to_owned(),
            ],
        }
    }

    fn tree(&self) -> RowTree {
        let rows = self.rows.iter().map(|row| Value::new(row).unwrap());
        RowTree::new(&self.secret.expander(), &self.reference, rows)
    }

    fn commitments(&self, principals: &str) -> RecordCommitments {
        let mut values = FieldValues::new();
        values.set(Field::THIRD_PARTY, &self.values[0]).unwrap();
        values.set(Field::PRINCIPALS, principals).unwrap();
        values.set(Field::ITEMS, &self.values[1]).unwrap();
        RecordCommitments::new(&self.secret.expander(), &self.reference, &values)
    }

    /// Fields 3 to 5 and the row of the one who asks.
    fn openings(&self, index: Index) -> Vec<Opening> {
        let (tree, expander) = (self.tree(), self.secret.expander());
        let principals = tree.principals_value();
        let commitments = self.commitments(&principals);
        let fields = [
            (Field::THIRD_PARTY, self.values[0].clone()),
            (Field::PRINCIPALS, principals),
            (Field::ITEMS, self.values[1].clone()),
        ];
        let field = |(field, value)| Opening::Field {
            index,
            field,
            value,
            salt: expander.field_salt(field),
            path: Some(commitments.path(field).to_vec()),
        };
        let row = Opening::Row {
            index,
            row: 1,
            value: self.rows[1].clone(),
            salt: expander.row_salt(1),
            path: tree.path(1),
        };
        fields.into_iter().map(field).chain([row]).collect()
    }
}

impl Ledger {
    fn new() -> Self {
        let key = SigningKey::from_seed("example.jp/a".parse().unwrap(), [7; 32]);
        let mut ledger = Self {
            entries: Vec::new(),
            key,
        };
        let genesis = PendingEntry::genesis(LEDGER, ledger.key.origin(), ledger.key.verifier_key());
        ledger.append(&genesis);
        for number in 1..=5 {
            let record = Record::new(number);
            let root = record.commitments(&record.tree().principals_value()).body_root();
            let id = record.reference.record_id;
            let (case, class) = (Case::ProvisionConsent, RetentionClass::Each);
            let retain = RetainThrough::Day(30_000);
            ledger.append(&PendingEntry::record(LEDGER, id, case, class, retain, root).unwrap());
        }
        ledger
    }

    fn append(&mut self, pending: &PendingEntry) {
        let prev = match self.entries.last() {
            None => genesis_prev(&LEDGER),
            Some(bytes) => leaf_hash(bytes),
        };
        let index = Index::new(self.entries.len().try_into().unwrap()).unwrap();
        let entry: Entry = pending.place(index, RecordedAt::from_millis(1_767_225_600_000), prev);
        self.entries.push(entry.encode());
    }

    fn leaves(&self, size: usize) -> Vec<Digest> {
        self.entries[..size]
            .iter()
            .map(|bytes| leaf_hash(bytes))
            .collect()
    }

    fn checkpoint(&self, size: usize) -> String {
        let root = root(&self.leaves(size));
        let size = Size::new(size.try_into().unwrap()).unwrap();
        let checkpoint = Checkpoint::new(self.key.origin().clone(), size, root).unwrap();
        checkpoint.sign(&self.key).unwrap()
    }

    fn path(&self, index: Index) -> Vec<Digest> {
        let leaves = self.leaves(self.entries.len());
        let size = Size::new(leaves.len().try_into().unwrap()).unwrap();
        let plan = InclusionPlan::new(index, size).unwrap();
        let node = |node: NodeId| {
            let width = 1_usize << node.level();
            let first = usize::try_from(node.index()).unwrap() * width;
            leaves.get(first..first + width).map(root)
        };
        plan.resolve(node).unwrap()
    }

    /// The lines of a proof of records 2 and 5.
    fn proof(&self) -> Vec<DisclosureLine> {
        let mut lines = vec![DisclosureLine::Heading {
            checkpoint: self.checkpoint(self.entries.len()),
        }];
        for number in [2, 5] {
            let index = Index::from(u32::from(number));
            lines.push(DisclosureLine::Record {
                index,
                entry: self.entries[usize::from(number)].clone(),
                path: self.path(index),
            });
            let openings = Record::new(number).openings(index);
            lines.extend(openings.into_iter().map(DisclosureLine::Opening));
        }
        lines.push(DisclosureLine::End { records: 2 });
        lines
    }

    fn check(&self, lines: &[DisclosureLine]) -> (DisclosureCounts, Vec<String>) {
        let texts: Vec<String> = lines.iter().map(DisclosureLine::encode).collect();
        self.check_texts(&texts)
    }

    fn check_texts(&self, lines: &[String]) -> (DisclosureCounts, Vec<String>) {
        let mut check = DisclosureCheck::new(self.key.verifier_key().clone());
        for line in lines {
            check.take(line.as_bytes());
        }
        let (_, counts, findings) = check.finish();
        (counts, findings.iter().map(told).collect())
    }
}

fn told(finding: &Finding) -> String {
    let index = finding.index().map_or(String::new(), |index| format!(" {index}"));
    let part = finding.part().map_or(String::new(), |part| format!(" {part:?}"));
    format!("{}{index}{part}", finding.code())
}

#[test]
fn what_is_written_is_read_again_and_proven() {
    let ledger = Ledger::new();
    let proof = ledger.proof();
    for line in &proof {
        assert_eq!(DisclosureLine::parse(line.encode().as_bytes()).as_ref(), Ok(line));
    }
    let (counts, findings) = ledger.check(&proof);
    assert_eq!(findings, [""; 0]);
    let expected = DisclosureCounts {
        records: 2,
        fields: 6,
        rows: 2,
    };
    assert_eq!(counts, expected);
}

#[test]
fn a_proof_of_nothing_is_one_too() {
    let ledger = Ledger::new();
    let lines = [ledger.proof()[0].clone(), DisclosureLine::End { records: 0 }];
    assert_eq!(ledger.check(&lines), (DisclosureCounts::default(), vec![]));
}

/// A false proof: the line that is changed, how, and what the check must say.
type Forgery = (usize, fn(&mut DisclosureLine), &'static str);

#[test]
fn whatever_is_changed_is_named() {
    let other_salt = |line: &mut DisclosureLine| match line {
        DisclosureLine::Opening(Opening::Field { salt, .. } | Opening::Row { salt, .. }) => {
            *salt = Salt::from_bytes([1; 32]);
        }
        _ => unreachable!(),
    };
    let other_value = |line: &mut DisclosureLine| match line {
        DisclosureLine::Opening(Opening::Field { value, .. } | Opening::Row { value, .. }) => value.push(' '),
        _ => unreachable!(),
    };
    let other_path = |line: &mut DisclosureLine| match line {
        DisclosureLine::Opening(Opening::Field { path, .. } | Opening::Row { path, .. }) => {
            path.as_mut().unwrap().reverse();
        }
        DisclosureLine::Record { path, .. } => path.reverse(),
        _ => unreachable!(),
    };
    let shorter_path = |line: &mut DisclosureLine| match line {
        DisclosureLine::Opening(Opening::Field { path, .. } | Opening::Row { path, .. }) => {
            path.as_mut().unwrap().truncate(1);
        }
        _ => unreachable!(),
    };
    let other_row = |line: &mut DisclosureLine| match line {
        DisclosureLine::Opening(Opening::Row { row, .. }) => *row = 0,
        _ => unreachable!(),
    };
    let other_entry = |line: &mut DisclosureLine| match line {
        DisclosureLine::Record { entry, .. } => entry[120] ^= 1,
        _ => unreachable!(),
    };
    let forgeries: [Forgery; 9] = [
        (2, other_value, "OPENING_MISMATCH 2 Field(Field(3))"),
        (2, other_salt, "OPENING_MISMATCH 2 Field(Field(3))"),
        (4, other_path, "OPENING_MISMATCH 2 Field(Field(5))"),
        (4, shorter_path, "OPENING_MISMATCH 2 Field(Field(5))"),
        (5, other_value, "OPENING_MISMATCH 2 Row(1)"),
        (5, other_salt, "OPENING_MISMATCH 2 Row(1)"),
        (5, other_row, "OPENING_MISMATCH 2 Row(0)"),
        (1, other_entry, "ENTRY_MODIFIED 2"),
        (6, other_path, "ENTRY_MODIFIED 5"),
    ];
    let ledger = Ledger::new();
    for (at, change, expected) in forgeries {
        let mut proof = ledger.proof();
        change(&mut proof[at]);
        assert_eq!(ledger.check(&proof).1, [expected], "line {at}");
    }
}

#[test]
fn values_stand_only_under_their_own_record() {
    let ledger = Ledger::new();
    let mut proof = ledger.proof();
    // The openings of record 2 under the entry of record 5, said to be of 5.
    let texts: Vec<String> = proof.iter().map(DisclosureLine::encode).collect();
    let swapped: Vec<String> = [0, 6, 2, 3, 4, 5]
        .iter()
        .map(|at| texts[*at].replace("\"index\":2,", "\"index\":5,"))
        .chain([DisclosureLine::End { records: 1 }.encode()])
        .collect();
    let (_, findings) = ledger.check_texts(&swapped);
    assert_eq!(findings.len(), 4, "{findings:?}");
    assert!(
        findings
            .iter()
            .all(|finding| finding.starts_with("OPENING_MISMATCH 5"))
    );
    // Said to be of 2 under the entry of 5.
    proof.swap(1, 6);
    assert!(ledger.check(&proof).1.contains(&"SCHEMA 5".to_owned()));
    // The entry of 5 said to stand at 2.
    let mut proof = ledger.proof();
    if let DisclosureLine::Record { entry, .. } = &mut proof[1] {
        entry.clone_from(&ledger.entries[5]);
    }
    assert_eq!(ledger.check(&proof).1, ["ENTRY_MODIFIED 2"]);
}

#[test]
fn a_row_needs_field_4_and_a_record_something() {
    let ledger = Ledger::new();
    let mut proof = ledger.proof();
    proof.remove(3);
    assert_eq!(ledger.check(&proof).1, ["OPENING_MISSING 2 Field(Field(4))"]);
    let mut proof = ledger.proof();
    drop(proof.drain(2..6));
    assert_eq!(ledger.check(&proof).1, ["OPENING_MISSING 2 Record"]);
}

#[test]
fn another_checkpoint_is_named() {
    let ledger = Ledger::new();
    let mut proof = ledger.proof();
    proof[0] = DisclosureLine::Heading {
        checkpoint: ledger.checkpoint(5),
    };
    assert_eq!(ledger.check(&proof).1, ["ENTRY_MODIFIED 2", "ENTRY_MODIFIED 5"]);
    let stranger = Ledger {
        key: SigningKey::from_seed("example.jp/a".parse().unwrap(), [8; 32]),
        ..Ledger::new()
    };
    proof[0] = DisclosureLine::Heading {
        checkpoint: stranger.checkpoint(6),
    };
    assert_eq!(ledger.check(&proof).1, ["CHECKPOINT_SIGNATURE"]);
}

#[test]
fn lines_that_are_lost_moved_or_written_otherwise_are_named() {
    let ledger = Ledger::new();
    let texts: Vec<String> = ledger.proof().iter().map(DisclosureLine::encode).collect();
    let last = texts.len() - 1;
    for end in 0..last {
        let (_, findings) = ledger.check_texts(&texts[..end]);
        assert!(
            findings.contains(&"SCHEMA".to_owned()),
            "cut at {end}: {findings:?}"
        );
    }
    let mut fewer = texts.clone();
    drop(fewer.drain(6..last));
    assert_eq!(ledger.check_texts(&fewer).1, ["SCHEMA"], "a record was taken out");
    for (from, to) in [(1, 0), (2, 3), (5, 4), (6, 1), (last, 3)] {
        let mut moved = texts.clone();
        let line = moved.remove(from);
        moved.insert(to, line);
        let (_, findings) = ledger.check_texts(&moved);
        assert!(!findings.is_empty(), "{from} to {to}");
    }
    for at in 0..=last {
        let mut twice = texts.clone();
        twice.insert(at, texts[at].clone());
        assert!(!ledger.check_texts(&twice).1.is_empty(), "line {at} twice");
        for (from, to) in [("{\"", "{ \""), ("\":", "\": "), ("{\"", "{\"x\":1,\"")] {
            let mut other = texts.clone();
            other[at] = texts[at].replacen(from, to, 1);
            assert!(!ledger.check_texts(&other).1.is_empty(), "line {at}: {from}");
        }
    }
}
