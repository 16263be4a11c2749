//! One row of a record with its path to the row root: what somebody is shown who may see that row and no other.
//!
//! Of a list only the 256 rows around it are opened, and those at its end: above these the hashes are kept in
//! `list_nodes`, one for every 256 rows, some 4,000 for a million.

use std::collections::BTreeMap;

use kirokubo_ledger::commitment::{Field, Salt, parse_principals_value};
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::tree::{self, InclusionPlan, NodeId};
use kirokubo_ledger::{Index, Size};
use kirokubo_records::seal::{ListSealer, Opener};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::edge::WIDTH;
use crate::entity::list_node;
use crate::error::{StoreError, corrupt};
use crate::head::digests;
use crate::opened_record::{OpenedRecord, damaged};
use crate::record::RecordHeader;
use crate::row_pages::RowPages;
use crate::store::Store;

/// Tree levels below the kept hashes.
const KEPT_LEVEL: u32 = 8;

/// One row of a record, opened.
pub struct RowOpening {
    /// The exact JSON text.
    pub value: String,
    /// Its salt.
    pub salt: Salt,
    /// The path to the row root, from the leaf's sibling upwards.
    pub path: Vec<Digest>,
    /// How many rows the record has.
    pub count: Size,
    /// The row root.
    pub root: Digest,
}

impl Store {
    /// Opens the row at place `row` of a record; `None` if there is no such row, or it is gone.
    pub async fn row_opening(
        &self,
        header: &RecordHeader,
        row: u64,
    ) -> Result<Option<RowOpening>, StoreError> {
        let Some(content) = self.sealed_content(header).await? else {
            return Ok(None);
        };
        match self.unseal(header, &content, &[])? {
            Some(opened) => self.row_of(header, &opened, row).await,
            None => Ok(None),
        }
    }

    /// The row at place `row` of a record whose content is open already.
    pub(crate) async fn row_of(
        &self,
        header: &RecordHeader,
        opened: &OpenedRecord,
        row: u64,
    ) -> Result<Option<RowOpening>, StoreError> {
        let text = opened
            .content
            .present()
            .find(|(field, _)| *field == Field::PRINCIPALS);
        let Some((count, root)) = text.and_then(|(_, text)| parse_principals_value(text)) else {
            return Ok(None);
        };
        let Some(place) = Index::new(row).filter(|_| row < count.get()) else {
            return Ok(None);
        };
        let record = self.record_ref(header.record_id);
        let mut around = Around {
            store: self,
            index: header.index,
            opener: Opener::new(&opened.secret, record),
            sealer: ListSealer::new(&opened.secret, record),
            value: None,
            leaves: BTreeMap::new(),
            nodes: Vec::new(),
        };
        around.read(row, count.get()).await?;
        let bad = |what| corrupt(header.index.get(), what);
        let plan = InclusionPlan::new(place, count).map_err(|_| bad("a row beyond its record"))?;
        let path = plan.resolve(|node| around.hash(node));
        Ok(Some(RowOpening {
            path: path.map_err(|_| bad("a hash over principal rows is missing"))?,
            value: around.value.ok_or_else(|| bad("a principal row is missing"))?,
            salt: opened.secret.expander().row_salt(row),
            count,
            root,
        }))
    }
}

/// The rows around one, and what is above the others.
struct Around<'a> {
    store: &'a Store,
    index: Index,
    opener: Opener,
    sealer: ListSealer,
    value: Option<String>,
    /// Runs of leaves by the place of the first.
    leaves: BTreeMap<u64, Vec<Digest>>,
    /// The kept hashes, from the first subtree on.
    nodes: Vec<Digest>,
}

impl Around<'_> {
    async fn read(&mut self, row: u64, count: u64) -> Result<(), StoreError> {
        let place = self.store.row_place(self.index).await?;
        if place >= 0 {
            // Rows named in an event are few.
            return self.read_leaves(place, 0, OpenedRecord::MOST_ROWS, row).await;
        }
        let (own, last) = (row / WIDTH * WIDTH, count / WIDTH * WIDTH);
        self.read_leaves(place, own, WIDTH, row).await?;
        if last != own {
            self.read_leaves(place, last, WIDTH, row).await?;
        }
        let stored = list_node::Entity::find()
            .filter(list_node::Column::Ledger.eq(self.store.ledger.row))
            .filter(list_node::Column::Number.eq(-place))
            .order_by_asc(list_node::Column::N)
            .all(&self.store.db.readers)
            .await?;
        for stored in stored {
            let hashes = digests(&stored.hashes);
            self.nodes
                .extend(hashes.ok_or_else(|| corrupt(self.index.get(), "hashes over the rows of a list"))?);
        }
        Ok(())
    }

    async fn read_leaves(&mut self, place: i64, first: u64, limit: u64, row: u64) -> Result<(), StoreError> {
        let mut pages = RowPages::new(self.store, place, &self.opener).starting_at(first);
        let texts = pages
            .page(limit)
            .await?
            .map_err(|error| damaged(self.index, error))?;
        let leaf = |(n, text): (u64, &String)| self.sealer.leaf(n, text);
        let leaves = (first..).zip(&texts).map(leaf).collect::<Result<_, _>>();
        let leaves = leaves.map_err(|_| corrupt(self.index.get(), "a principal row holds NUL"))?;
        self.leaves.insert(first, leaves);
        let at = row.checked_sub(first).and_then(|at| usize::try_from(at).ok());
        if let Some(text) = at.and_then(|at| texts.into_iter().nth(at)) {
            self.value.get_or_insert(text);
        }
        Ok(())
    }

    /// The root of a complete subtree, from its leaves or from the kept hashes.
    fn hash(&self, node: NodeId) -> Option<Digest> {
        let (level, first) = (
            u32::from(node.level()),
            node.index().checked_shl(u32::from(node.level()))?,
        );
        let from_leaves = || {
            let (start, leaves) = self.leaves.range(..=first).next_back()?;
            slice(leaves, first - start, 1 << level)
        };
        let from_nodes = || {
            let above = level.checked_sub(KEPT_LEVEL)?;
            slice(&self.nodes, node.index() << above, 1 << above)
        };
        from_leaves().or_else(from_nodes).map(tree::root)
    }
}

fn slice(hashes: &[Digest], first: u64, count: u64) -> Option<&[Digest]> {
    let first = usize::try_from(first).ok()?;
    let end = first.checked_add(usize::try_from(count).ok()?)?;
    hashes.get(first..end)
}
