//! Receipts that senders kept, one JSON object a line: the answers to events that were recorded.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use kirokubo_ledger::Index;
use kirokubo_store::Receipt;
use serde::Deserialize;

/// A line of the file.
pub(super) struct Line {
    /// From 1.
    pub(super) number: u64,
    /// What it says, if it is a receipt at all.
    pub(super) kept: Option<Kept>,
}

/// A receipt, and what else the sender kept of the event.
pub(super) struct Kept {
    pub(super) receipt: Receipt,
    /// `rec_…`
    pub(super) id: String,
    /// `source.system` and `source.event_id`.
    pub(super) natural_key: Option<(String, String)>,
}

#[derive(Deserialize)]
struct Answer {
    id: String,
    index: u64,
    leaf: String,
    checkpoint: String,
    proof: Vec<String>,
    source: Option<Source>,
}

#[derive(Deserialize)]
struct Source {
    system: String,
    event_id: String,
}

/// The lines of a file, empty ones left out.
pub(super) fn read(path: &Path) -> io::Result<impl Iterator<Item = io::Result<Line>>> {
    let lines = BufReader::new(File::open(path)?).lines();
    Ok((1..).zip(lines).filter_map(|(number, line)| match line {
        Ok(text) if text.trim().is_empty() => None,
        Ok(text) => Some(Ok(Line {
            number,
            kept: parse(&text),
        })),
        Err(error) => Some(Err(error)),
    }))
}

fn parse(text: &str) -> Option<Kept> {
    let answer: Answer = serde_json::from_str(text).ok()?;
    let proof = answer.proof.iter().map(|hash| hash.parse().ok());
    Some(Kept {
        receipt: Receipt {
            index: Index::new(answer.index)?,
            leaf: answer.leaf.parse().ok()?,
            checkpoint: answer.checkpoint,
            proof: proof.collect::<Option<_>>()?,
        },
        id: answer.id,
        natural_key: answer.source.map(|source| (source.system, source.event_id)),
    })
}
