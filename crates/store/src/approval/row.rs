//! Rows of `approvals`: written whole, closed by a MAC, believed only with it.

use kirokubo_ledger::{Index, LedgerId};
use kirokubo_records::seal::{MasterRef, RowKey};
use sea_orm::Value;

use super::{Approval, ApprovalState, ApprovalSubject};
use crate::entity::approval;
use crate::error::StoreError;
use crate::insert::Insert;
use crate::place::Placed;

pub(crate) static APPROVALS: Insert = Insert::new(
    "INSERT INTO approvals (ledger, id, subject, idx, asked_by, asked_at, state, decided_by, decided_at, request, note, \
     mac)",
    12,
    "",
);

/// The number by which what is sealed here is told from masters, which are sealed under the same key.
const KIND: i16 = 100;

/// What the sealed columns of a row are bound to.
pub(super) struct MasterOf<'a> {
    pub(super) ledger_id: &'a LedgerId,
    pub(super) id: &'a [u8; 16],
    pub(super) asked_at: i64,
    pub(super) asked_by: &'a str,
}

impl<'a> MasterOf<'a> {
    /// For what was asked.
    pub(super) fn request(&self) -> MasterRef<'a> {
        self.version(1)
    }

    /// For the words of the decision.
    pub(super) fn note(&self) -> MasterRef<'a> {
        self.version(2)
    }

    fn version(&self, version: u32) -> MasterRef<'a> {
        MasterRef {
            ledger_id: self.ledger_id,
            kind: KIND,
            id: self.id,
            version,
            holds_from: 0,
            made_at: self.asked_at,
            made_by: self.asked_by,
        }
    }
}

/// The rows of those receipts of a batch that may not be used before somebody has approved it.
pub(crate) fn of_receipts(ledger: i32, asked_at: i64, placed: &[Placed<'_>], key: &RowKey) -> Vec<Value> {
    let waiting = placed.iter().filter(|entry| entry.record.needs_approval);
    let row = |entry: &Placed<'_>| {
        let model = approval::Model {
            ledger,
            id: entry.record.record_id.as_bytes().to_vec(),
            subject: subject_number(ApprovalSubject::Receipt),
            idx: entry.index.as_i64(),
            asked_by: entry.record.recorded_by.clone(),
            asked_at,
            state: state_number(ApprovalState::Pending),
            decided_by: None,
            decided_at: None,
            request: None,
            note: None,
            mac: Vec::new(),
        };
        values(closed(model, key))
    };
    waiting.flat_map(row).collect()
}

/// The values of a row, in the order of its columns.
pub(super) fn values(row: approval::Model) -> Vec<Value> {
    vec![
        row.ledger.into(),
        row.id.into(),
        row.subject.into(),
        row.idx.into(),
        row.asked_by.into(),
        row.asked_at.into(),
        row.state.into(),
        row.decided_by.into(),
        row.decided_at.into(),
        row.request.into(),
        row.note.into(),
        row.mac.into(),
    ]
}

/// The row with its MAC.
pub(super) fn closed(mut row: approval::Model, key: &RowKey) -> approval::Model {
    row.mac = key.mac(&encode(&row)).to_vec();
    row
}

/// Reads a row that is as we wrote it.
pub(super) fn open(row: &approval::Model, key: &RowKey) -> Result<Approval, StoreError> {
    if row.mac != key.mac(&encode(row)) {
        return Err(damaged("the row of an approval"));
    }
    let subject = match row.subject {
        0 => ApprovalSubject::Receipt,
        1 => ApprovalSubject::Amendment,
        _ => return Err(damaged("the subject of an approval")),
    };
    let state = ApprovalState::ALL
        .into_iter()
        .find(|state| state_number(*state) == row.state);
    Ok(Approval {
        id: row
            .id
            .as_slice()
            .try_into()
            .map_err(|_| damaged("the id of an approval"))?,
        subject,
        index: Index::try_from(row.idx).map_err(|_| damaged("the record of an approval"))?,
        asked_by: row.asked_by.clone(),
        asked_at: row.asked_at,
        state: state.ok_or_else(|| damaged("the state of an approval"))?,
        decided_by: row.decided_by.clone(),
        decided_at: row.decided_at,
    })
}

pub(super) fn damaged(what: &'static str) -> StoreError {
    StoreError::Corrupt { index: None, what }
}

pub(super) const fn subject_number(subject: ApprovalSubject) -> i16 {
    match subject {
        ApprovalSubject::Receipt => 0,
        ApprovalSubject::Amendment => 1,
    }
}

pub(super) const fn state_number(state: ApprovalState) -> i16 {
    match state {
        ApprovalState::Pending => 0,
        ApprovalState::Accepted => 1,
        ApprovalState::Rejected => 2,
    }
}

/// Every column but `mac`: numbers big-endian, texts and blobs behind their length and whether they are there. Behind a
/// name of its own, for other rows are closed under the same key. No two rows read alike.
fn encode(row: &approval::Model) -> Vec<u8> {
    let mut out = b"approval".to_vec();
    out.extend(row.ledger.to_be_bytes());
    out.extend(row.subject.to_be_bytes());
    out.extend(row.idx.to_be_bytes());
    out.extend(row.asked_at.to_be_bytes());
    out.extend(row.state.to_be_bytes());
    out.push(u8::from(row.decided_at.is_some()));
    out.extend(row.decided_at.unwrap_or_default().to_be_bytes());
    let texts = [Some(row.id.as_slice()), Some(row.asked_by.as_bytes())];
    let rest = [
        row.decided_by.as_deref().map(str::as_bytes),
        row.request.as_deref(),
        row.note.as_deref(),
    ];
    for text in texts.into_iter().chain(rest) {
        out.push(u8::from(text.is_some()));
        let text = text.unwrap_or_default();
        let length = u32::try_from(text.len()).expect("no database row holds 4 GiB");
        out.extend(length.to_be_bytes());
        out.extend(text);
    }
    out
}
