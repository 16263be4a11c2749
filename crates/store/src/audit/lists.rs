//! Lists: their rows against what the record says that has them, or against their own row while no record has.

use kirokubo_ledger::commitment::{RecordRef, RecordSecret, principals_value};
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::verify::Part;
use kirokubo_records::seal::{ListSealer, OpenError, Opener, row_tokens};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::tokens::ExpectedTokens;
use super::{AuditFinding, AuditReport};
use crate::entity::{erasing, list, list_node, principal_row};
use crate::error::StoreError;
use crate::head::digests;
use crate::principal_list::{RowFrontier, all_lists, count, holds, record_of, state};
use crate::row_pages::{self, RowPages};
use crate::store::Store;

/// Lists read at once.
const PAGE: u64 = 256;

/// What the rows of a list come to.
pub(super) struct WalkedList {
    /// The text of field 4 for these rows.
    pub(super) principals: String,
    /// Whether the kept hashes are those of the rows.
    pub(super) nodes_hold: bool,
}

/// Goes through the rows of a list, page by page, and expects their tokens; or gives the first row that is not what
/// was sealed there.
pub(super) async fn walk(
    store: &Store,
    list: &list::Model,
    secret: &RecordSecret,
    record: &RecordRef,
    tokens: &mut ExpectedTokens,
) -> Result<Result<WalkedList, Part>, StoreError> {
    let place = -list.number;
    tokens.add_list(place, list.idx.and_then(|idx| idx.try_into().ok()));
    let (opener, sealer) = (Opener::new(secret, *record), ListSealer::new(secret, *record));
    let mut pages = RowPages::new(store, place, &opener);
    let (mut rows, mut nodes) = (RowFrontier::empty(), Vec::new());
    loop {
        let first = pages.next();
        let texts = match pages.page(row_pages::PAGE).await? {
            Ok(texts) => texts,
            Err(error) => {
                tokens.cannot_judge(place);
                return Ok(Err(match error {
                    OpenError::Row(n) => Part::Row(n),
                    _ => Part::Record,
                }));
            }
        };
        if texts.is_empty() {
            break;
        }
        for (n, text) in (first..).zip(&texts) {
            let Ok(leaf) = sealer.leaf(n, text) else {
                tokens.cannot_judge(place);
                return Ok(Err(Part::Row(n)));
            };
            nodes.extend(rows.push(leaf));
            for token in row_tokens(text, store.keyring.search()) {
                tokens.add(place, n, token);
            }
        }
    }
    let nodes_hold = kept_nodes(store, list).await?.is_some_and(|kept| kept == nodes);
    Ok(Ok(WalkedList {
        principals: principals_value(rows.count(), &rows.root()),
        nodes_hold,
    }))
}

/// Checks every list's own row, and the rows of the lists that no record has.
pub(super) async fn check_unused(
    store: &Store,
    report: &mut AuditReport,
    tokens: &mut ExpectedTokens,
) -> Result<(), StoreError> {
    let mut after = 0;
    loop {
        let lists = all_lists(store, after, PAGE).await?;
        let Some(last) = lists.last() else {
            return Ok(());
        };
        after = last.number;
        for list in &lists {
            let sound = holds(list, store.keyring.digest().rows())
                && (list.state != state::COMPLETE || is_whole(store, list, tokens).await?);
            if !sound {
                report.findings.push(AuditFinding::List { number: list.number });
            }
        }
    }
}

async fn is_whole(
    store: &Store,
    list: &list::Model,
    tokens: &mut ExpectedTokens,
) -> Result<bool, StoreError> {
    let (Ok(secret), Ok(record)) = (store.list_secret(list), record_of(store, list)) else {
        return Ok(false);
    };
    let walked = walk(store, list, &secret, &record, tokens).await?;
    let said = crate::head::digest(&list.root).zip(count(list).ok());
    let said = said.map(|(root, count)| principals_value(count, &root));
    Ok(walked.is_ok_and(|walked| walked.nodes_hold && Some(walked.principals) == said))
}

/// Whether a list is as this program wrote it, and written for this record.
pub(super) fn belongs_to(store: &Store, list: &list::Model, record: &RecordRef) -> bool {
    holds(list, store.keyring.digest().rows())
        && list.state == state::USED
        && record_of(store, list).is_ok_and(|made_for| made_for == *record)
}

/// Whether any row of a list is there.
pub(super) async fn has_rows(store: &Store, list: &list::Model) -> Result<bool, StoreError> {
    let row = principal_row::Entity::find()
        .filter(principal_row::Column::Ledger.eq(list.ledger))
        .filter(principal_row::Column::Idx.eq(-list.number));
    Ok(row.one(&store.db.readers).await?.is_some())
}

/// Whether any hash over the rows of a list is there.
pub(super) async fn has_nodes(store: &Store, list: &list::Model) -> Result<bool, StoreError> {
    let node = list_node::Entity::find()
        .filter(list_node::Column::Ledger.eq(list.ledger))
        .filter(list_node::Column::Number.eq(list.number));
    Ok(node.one(&store.db.readers).await?.is_some())
}

/// Whether the rows of an erased list are still to be cleared away.
pub(super) async fn is_being_cleared(store: &Store, list: &list::Model) -> Result<bool, StoreError> {
    let left = erasing::Entity::find_by_id((list.ledger, -list.number));
    Ok(left.one(&store.db.readers).await?.is_some())
}

/// The kept hashes of a list in their order; `None` where they cannot be read or have a gap.
async fn kept_nodes(store: &Store, list: &list::Model) -> Result<Option<Vec<Digest>>, StoreError> {
    let rows = list_node::Entity::find()
        .filter(list_node::Column::Ledger.eq(list.ledger))
        .filter(list_node::Column::Number.eq(list.number))
        .order_by_asc(list_node::Column::N)
        .all(&store.db.readers)
        .await?;
    let mut kept = Vec::new();
    for row in rows {
        let hashes = digests(&row.hashes).filter(|_| usize::try_from(row.n) == Ok(kept.len()));
        let Some(hashes) = hashes else { return Ok(None) };
        kept.extend(hashes);
    }
    Ok(Some(kept))
}
