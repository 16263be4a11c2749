//! Principals of a provision who do not stand in it: those of its list, or of the record it leaves them to. They are
//! looked at page by page before the provision is handed in; the append makes sure that no demand came in between.

use kirokubo_records::fault::{Code, Fault};
use kirokubo_records::seal::Guards;
use kirokubo_records::{Draft, IdBytes};
use kirokubo_store::{RecordHeader, StoreError};

use crate::http::{ApiError, AppState};

/// Rows looked at together.
const PAGE: u64 = 2_048;

/// More people than this are not told one by one.
const MOST_TOLD: usize = 1_000;

/// Where principals stand who do not stand in a provision.
enum Elsewhere<'a> {
    List(&'a IdBytes),
    Record(Box<RecordHeader>),
}

/// Looks at them. Gives how many demands to stop there were then; `None` where there is nobody to look at.
pub(crate) async fn look_elsewhere(state: &AppState, draft: &Draft) -> Result<Option<u64>, ApiError> {
    // First of all: tokens of everybody in the event are much work, and nearly all events name all of their principals.
    let Some(elsewhere) = elsewhere(state, draft).await? else {
        return Ok(None);
    };
    let key = state.store.keyring().search();
    let guards = Guards::of_draft(draft, key);
    if guards.scopes.is_empty() {
        return Ok(None);
    }
    let demands = state.store.count_demands().await?;
    if demands == 0 {
        return Ok(Some(demands));
    }
    let (mut stopped, mut from) = (Vec::new(), 0);
    loop {
        let rows = elsewhere.page(state, from).await?;
        if rows.is_empty() {
            break;
        }
        stopped.extend(state.store.suppressed(&guards.of_rows(from, &rows, key)).await?);
        from += u64::try_from(rows.len()).expect("a page is small");
    }
    if stopped.is_empty() {
        return Ok(Some(demands));
    }
    let count = stopped.len().to_string();
    let fault = |row: u64| Fault::new(Code::PrincipalSuppressed, elsewhere.pointer(row)).fill("n", &count);
    Err(ApiError::Suppressed(
        stopped.into_iter().take(MOST_TOLD).map(fault).collect(),
    ))
}

async fn elsewhere<'a>(state: &AppState, draft: &'a Draft) -> Result<Option<Elsewhere<'a>>, ApiError> {
    if let Some(list) = draft.list() {
        return Ok(Some(Elsewhere::List(list.id())));
    }
    let holder = draft
        .references()
        .iter()
        .find(|named| named.leaves_out_principals());
    let Some(holder) = holder else { return Ok(None) };
    let header = state.store.record(&holder.record).await?;
    let header = header.ok_or(StoreError::Corrupt {
        index: None,
        what: "a record without its row",
    })?;
    Ok(Some(Elsewhere::Record(Box::new(header))))
}

impl Elsewhere<'_> {
    async fn page(&self, state: &AppState, from: u64) -> Result<Vec<String>, ApiError> {
        Ok(match self {
            Self::List(list) => state.store.list_rows(list, from, PAGE).await?.unwrap_or_default(),
            Self::Record(header) => {
                let page = state.store.principals(header, from, PAGE).await?;
                page.map(|page| page.rows).unwrap_or_default()
            }
        })
    }

    /// The place of a person, as far as the event has one for him.
    fn pointer(&self, row: u64) -> String {
        match self {
            Self::List(_) => format!("/principal_list/{row}"),
            Self::Record(_) => format!("/same_as/principals/{row}"),
        }
    }
}
