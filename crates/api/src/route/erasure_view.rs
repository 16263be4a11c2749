//! An erasure as it is shown: the 廃棄記録.

use kirokubo_records::{IdKind, id_text, record_id_text};
use kirokubo_store::{Erasure, ErasureRecord, ErasureState, StoreError, Word};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{ApiError, AppState};
use crate::time::{date_of_retention, rfc3339};

/// An erasure. Nothing in it is about a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErasureView {
    /// Its id (廃棄番号), `ers_…`.
    id: String,
    /// `proposed`, `approved` (by one), `erasing`, `erased` or `rejected`.
    state: &'static str,
    /// Why: `retention_ended`.
    basis: String,
    /// How many records it is about.
    records: u64,
    /// How many of them are erased. Where it is done and this is less, the others were blocked after their approval.
    erased: u64,
    /// Who proposed it.
    proposed_by: String,
    /// When.
    proposed_at: String,
    /// Who approved it, two persons at most.
    approvals: Vec<WordView>,
    /// Who said no.
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected: Option<WordView>,
    /// How (廃棄の方法), once it has begun: the record's secret and every value are deleted, the month's key is destroyed
    /// when the month is over and nothing of it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
}

/// Who said something, and when.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WordView {
    /// Id of an API key.
    by: String,
    /// When.
    at: String,
}

/// An erasure with some of its records.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErasureDetail {
    #[serde(flatten)]
    erasure: ErasureView,
    /// Its records in the order of the ledger.
    data: Vec<ErasedRecordView>,
    /// Whether there are more.
    has_more: bool,
    /// What to pass as `cursor` for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A record of an erasure, and what is left of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErasedRecordView {
    /// The record.
    id: String,
    /// Index of its entry.
    index: u64,
    /// Its last day (保存期限).
    #[serde(skip_serializing_if = "Option::is_none")]
    retain_through: Option<String>,
    /// What is left of it: the leaf hash of its entry, hex.
    leaf: String,
    /// When it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    erased_at: Option<String>,
    /// Index of the entry that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    erased_by_entry: Option<u64>,
}

pub(super) fn view(erasure: &Erasure) -> ErasureView {
    let word = |word: &Word| WordView {
        by: word.by.clone(),
        at: rfc3339(word.at),
    };
    let begun = matches!(erasure.state, ErasureState::Erasing | ErasureState::Erased);
    ErasureView {
        id: id_text(IdKind::Erasure, &erasure.id),
        state: erasure.state.as_str(),
        basis: erasure.basis.clone(),
        records: erasure.records,
        erased: erasure.erased,
        proposed_by: erasure.proposed.by.clone(),
        proposed_at: rfc3339(erasure.proposed.at),
        approvals: erasure.approvals.iter().map(word).collect(),
        rejected: erasure.rejected.as_ref().map(word),
        method: begun.then_some("values_and_keys_destroyed"),
    }
}

/// An erasure with these of its records.
pub(super) async fn detail(
    state: &AppState,
    erasure: &Erasure,
    records: &[ErasureRecord],
    has_more: bool,
) -> Result<ErasureDetail, ApiError> {
    let mut data = Vec::with_capacity(records.len());
    for record in records {
        data.push(record_view(state, *record).await?);
    }
    let last = records.last().filter(|_| has_more);
    Ok(ErasureDetail {
        erasure: view(erasure),
        next_cursor: last.map(|last| last.index.to_string()),
        data,
        has_more,
    })
}

async fn record_view(state: &AppState, record: ErasureRecord) -> Result<ErasedRecordView, ApiError> {
    let missing = StoreError::Corrupt {
        index: Some(record.index.get()),
        what: "a record of an erasure is missing",
    };
    let (header, entry) = (
        state.store.record_at(record.index).await?,
        state.store.entry(record.index).await?,
    );
    let Some((header, entry)) = header.zip(entry) else {
        return Err(missing.into());
    };
    let erasing = match record.entry {
        Some(index) => state.store.entry(index).await?,
        None => None,
    };
    Ok(ErasedRecordView {
        id: record_id_text(&header.record_id),
        index: header.index.get(),
        retain_through: date_of_retention(header.retain_through),
        leaf: entry.leaf().to_string(),
        erased_at: erasing.map(|entry| rfc3339(entry.recorded_at().as_millis())),
        erased_by_entry: record.entry.map(kirokubo_ledger::Index::get),
    })
}
