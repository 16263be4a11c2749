//! What waits for another person's word: the use of what was received (利用不可 until it is accepted), and corrections.
//!
//! A row is closed by a MAC, so nobody who can only write to the database approves anything. Nobody decides on what he
//! asked for himself.

mod forget;
mod row;

use kirokubo_ledger::{Index, RecordId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};

use crate::api_key::Actor;
use crate::entity::approval;
use crate::error::StoreError;
use crate::random;
use crate::store::Store;

pub(crate) use forget::forget;
pub(crate) use row::{APPROVALS, of_receipts};

/// What is to be approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalSubject {
    /// That what was received may be used.
    Receipt,
    /// A correction of a record.
    Amendment,
}

/// How an approval stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalState {
    /// Nobody has decided.
    Pending,
    /// It may be.
    Accepted,
    /// It may not be.
    Rejected,
}

impl ApprovalState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Accepted, Self::Rejected];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

/// Something that waits or waited for approval.
#[derive(Clone, Debug)]
pub struct Approval {
    /// Its id: the record's own for a receipt.
    pub id: [u8; 16],
    /// What it is about.
    pub subject: ApprovalSubject,
    /// The receipt, or the record to be corrected.
    pub index: Index,
    /// Who asked: id of an API key.
    pub asked_by: String,
    /// When, Unix milliseconds.
    pub asked_at: i64,
    /// How it stands.
    pub state: ApprovalState,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When, Unix milliseconds.
    pub decided_at: Option<i64>,
}

/// Why nothing was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecideError {
    /// There is nothing of this id.
    #[error("no such approval")]
    Unknown,
    /// It was decided before.
    #[error("decided before")]
    Decided,
    /// Nobody decides on what he asked for.
    #[error("self-approval")]
    SelfApproval,
}

impl Store {
    /// Approvals in one state, oldest first, after this id.
    pub async fn approvals(
        &self,
        state: ApprovalState,
        after: Option<[u8; 16]>,
        limit: u64,
    ) -> Result<Vec<Approval>, StoreError> {
        let mut query = approval::Entity::find()
            .filter(approval::Column::Ledger.eq(self.ledger.row))
            .filter(approval::Column::State.eq(row::state_number(state)));
        if let Some(after) = after {
            query = query.filter(approval::Column::Id.gt(after.to_vec()));
        }
        let rows = query
            .order_by_asc(approval::Column::Id)
            .limit(limit)
            .all(&self.db.readers)
            .await?;
        rows.iter().map(|row| self.approval_of(row)).collect()
    }

    /// One approval; that of a receipt has the receipt's own id.
    pub async fn approval(&self, id: &[u8; 16]) -> Result<Option<Approval>, StoreError> {
        let found = self.approval_row(&self.db.readers, id).await?;
        found.as_ref().map(|row| self.approval_of(row)).transpose()
    }

    /// Whether what a record says was received may be used; `None` where nobody has to be asked.
    pub async fn use_of(&self, record: &RecordId) -> Result<Option<ApprovalState>, StoreError> {
        Ok(self
            .approval(record.as_bytes())
            .await?
            .map(|approval| approval.state))
    }

    /// Keeps a correction that waits for approval; gives its id.
    pub async fn ask_for_amendment(
        &self,
        index: Index,
        body: &str,
        by: &Actor,
    ) -> Result<Approval, StoreError> {
        let now = self.clock.now_ms();
        let id = random::uuid_v7(now);
        let at = row::MasterOf {
            ledger_id: self.ledger.ledger_id(),
            id: &id,
            asked_at: now,
            asked_by: &by.id,
        };
        let request = self.keyring.masters().seal(body, random::bytes(), &at.request());
        let model = approval::Model {
            ledger: self.ledger.row,
            id: id.to_vec(),
            subject: row::subject_number(ApprovalSubject::Amendment),
            idx: index.as_i64(),
            asked_by: by.id.clone(),
            asked_at: now,
            state: row::state_number(ApprovalState::Pending),
            decided_by: None,
            decided_at: None,
            request: Some(request),
            note: None,
            mac: Vec::new(),
        };
        let model = row::closed(model, self.keyring.digest().rows());
        let transaction = self.db.begin_writing(self.ledger.row).await?;
        APPROVALS.run(&transaction, row::values(model.clone())).await?;
        transaction.commit().await?;
        self.approval_of(&model)
    }

    /// The body of a correction that waits.
    pub async fn asked_amendment(&self, id: &[u8; 16]) -> Result<Option<String>, StoreError> {
        let Some(row) = self.approval_row(&self.db.readers, id).await? else {
            return Ok(None);
        };
        self.approval_of(&row)?;
        let at = row::MasterOf {
            ledger_id: self.ledger.ledger_id(),
            id,
            asked_at: row.asked_at,
            asked_by: &row.asked_by,
        };
        let Some(request) = &row.request else {
            return Ok(None);
        };
        let body = self.keyring.masters().open(request, &at.request());
        body.map(Some)
            .ok_or_else(|| row::damaged("a correction that waits does not decrypt"))
    }

    /// Decides, once.
    pub async fn decide(
        &self,
        id: &[u8; 16],
        accept: bool,
        note: Option<&str>,
        by: &Actor,
    ) -> Result<Result<Approval, DecideError>, StoreError> {
        let transaction = self.db.begin_writing(self.ledger.row).await?;
        let Some(found) = self.approval_row(&transaction, id).await? else {
            return Ok(Err(DecideError::Unknown));
        };
        let known = self.approval_of(&found)?;
        if known.state != ApprovalState::Pending {
            return Ok(Err(DecideError::Decided));
        }
        if known.asked_by == by.id {
            return Ok(Err(DecideError::SelfApproval));
        }
        let at = row::MasterOf {
            ledger_id: self.ledger.ledger_id(),
            id,
            asked_at: found.asked_at,
            asked_by: &found.asked_by,
        };
        let note = note.map(|note| self.keyring.masters().seal(note, random::bytes(), &at.note()));
        let state = if accept {
            ApprovalState::Accepted
        } else {
            ApprovalState::Rejected
        };
        let decided = approval::Model {
            state: row::state_number(state),
            decided_by: Some(by.id.clone()),
            decided_at: Some(self.clock.now_ms()),
            note,
            ..found
        };
        let decided = row::closed(decided, self.keyring.digest().rows());
        let values = [
            decided.state.into(),
            decided.decided_by.clone().into(),
            decided.decided_at.into(),
            decided.note.clone().into(),
            decided.mac.clone().into(),
            decided.ledger.into(),
            decided.id.clone().into(),
        ];
        let text = "UPDATE approvals SET state = $1, decided_by = $2, decided_at = $3, note = $4, mac = $5 \
                    WHERE ledger = $6 AND id = $7";
        let backend = transaction.get_database_backend();
        transaction
            .execute_raw(Statement::from_sql_and_values(backend, text, values))
            .await?;
        transaction.commit().await?;
        self.approval_of(&decided).map(Ok)
    }

    async fn approval_row(
        &self,
        db: &impl ConnectionTrait,
        id: &[u8; 16],
    ) -> Result<Option<approval::Model>, StoreError> {
        let at = (self.ledger.row, id.to_vec());
        Ok(approval::Entity::find_by_id(at).one(db).await?)
    }

    /// A row, if it is as we wrote it.
    pub(crate) fn approval_of(&self, row: &approval::Model) -> Result<Approval, StoreError> {
        row::open(row, self.keyring.digest().rows())
    }
}
