//! First pass: entries, links, tree, tiles and checkpoints.

use std::collections::BTreeMap;
use std::convert::Infallible;

use kirokubo_ledger::entry::{Entry, Kind, LostRange, RecoveryBody};
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::tile::{TilePath, TileStack};
use kirokubo_ledger::verify::{Against, BoundStamps, Clocks, Finding, Run, Signed};
use kirokubo_ledger::{Index, RecordedAt, Size};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::first_head::FirstHead;
use super::follower::Follower;
use super::{AuditFinding, AuditReport, PAGE, Table, Walked, checkpoints, diagnosis, identity, tiles};
use crate::edge::stored;
use crate::entity::entry;
use crate::error::StoreError;
use crate::head::blob;
use crate::store::Store;

/// What the head repeats of the last entry.
pub(super) struct Last {
    pub(super) leaf: Digest,
    pub(super) recorded_at: RecordedAt,
}

/// The state of the walk.
struct Walk<'a> {
    store: &'a Store,
    report: &'a mut AuditReport,
    run: Run,
    tiles: TileStack,
    clocks: Clocks,
    stamps: BoundStamps,
    lost: Vec<LostRange>,
    /// The roots at these sizes, as far as the walk has come.
    roots: BTreeMap<Size, Option<Digest>>,
    /// Whether the chain is torn: from there on only single entries can be looked at.
    torn: bool,
    /// Whether it is only named where it is torn.
    is_brief: bool,
    /// Tiles completed but not yet compared.
    full: Vec<(TilePath, Vec<u8>)>,
    /// The last entry taken.
    last: Option<Last>,
}

/// Walks the chain as far as the head goes; notes the roots at the sizes `wanted` on the way.
pub(super) async fn walk<F: Follower>(
    store: &Store,
    wanted: impl Iterator<Item = Size>,
    report: &mut AuditReport,
    follower: &mut F,
) -> Result<Walked, StoreError> {
    let head = FirstHead::read(store, report).await?;
    let bound = head.bound();
    let mut walk = Walk {
        store,
        report,
        run: Run::new(),
        tiles: TileStack::new(),
        clocks: Clocks::new(),
        stamps: BoundStamps::default(),
        lost: Vec::new(),
        roots: wanted.map(|size| (size, None)).collect(),
        torn: false,
        is_brief: F::IS_BRIEF,
        full: Vec::new(),
        last: None,
    };
    let mut from = 0;
    loop {
        let page = page(store, from, bound).await?;
        let Some(last) = page.last() else { break };
        from = u64::try_from(last.idx).unwrap_or(u64::MAX).saturating_add(1);
        walk.page(&page).await?;
        let steps = bound.get().saturating_mul(2);
        follower.step(from, steps, &walk.report.findings).await;
    }
    walk.finish(&head).await
}

impl Walk<'_> {
    async fn page(&mut self, page: &[entry::Model]) -> Result<(), StoreError> {
        let before = self.run.frontier().clone();
        let mut leaves = Vec::with_capacity(page.len());
        for row in page {
            self.report.entries += 1;
            leaves.extend(self.entry(row).await?);
        }
        let through = self.run.size();
        let found = checkpoints::compare(self.store, before, &leaves, through).await?;
        self.report.findings.extend(found);
        for (path, hashes) in std::mem::take(&mut self.full) {
            let found = tiles::compare_full(self.store, path, &hashes).await?;
            self.report.findings.extend(found);
        }
        Ok(())
    }

    /// Takes the next entry; its leaf hash, unless the chain is torn.
    async fn entry(&mut self, row: &entry::Model) -> Result<Option<Digest>, StoreError> {
        if self.torn {
            return Ok(None);
        }
        let expected = self.run.size().next_index().unwrap_or(Index::FIRST);
        let step = match self.run.push(&row.bytes) {
            Ok(step) => step,
            Err(broken) => {
                self.torn = true;
                if self.is_brief {
                    self.report.findings.push(broken.at(expected).into());
                }
                return Ok(None);
            }
        };
        let index = step.entry.index();
        if row.leaf != step.leaf.as_bytes() || row.idx != index.as_i64() {
            self.report.findings.push(AuditFinding::Row {
                table: Table::Entries,
                index: index.get(),
            });
        }
        if let Err(error) = self.clocks.take(&step.entry) {
            self.report.findings.push(Finding::from(error).into());
        }
        if let Err(finding) = self.stamps.take(&step.entry) {
            self.report.findings.push(finding.into());
        }
        self.lost.extend(lost_contents(&step.entry));
        if let Some(root) = self.roots.get_mut(&index.next_size()) {
            *root = Some(self.run.root());
        }
        if index == Index::FIRST {
            let found = identity::compare(self.store, &step.entry).await?;
            self.report.findings.extend(found);
        }
        let full = &mut self.full;
        let Ok(()) = self.tiles.push(step.leaf, |path, hashes| {
            full.push((path, blob(hashes)));
            Ok::<(), Infallible>(())
        });
        self.last = Some(Last {
            leaf: step.leaf,
            recorded_at: step.entry.recorded_at(),
        });
        Ok(Some(step.leaf))
    }

    async fn finish(self, head: &FirstHead) -> Result<Walked, StoreError> {
        let Self {
            store, report, run, ..
        } = self;
        let findings = &mut report.findings;
        let whole = match &head.signed {
            Some(signed) => !self.torn && run.size() == signed.size && run.root() == signed.root,
            None => !self.torn,
        };
        match &head.signed {
            Some(signed) if self.is_brief => findings.extend(brief(&run, signed, whole || self.torn)),
            None if self.is_brief => {}
            Some(signed) if !whole => findings.extend(diagnosis::against(store, signed).await?),
            None if self.torn => {
                let broken = diagnosis::first_broken_rule(store, head.bound()).await?;
                findings.extend(broken.map(AuditFinding::from));
            }
            _ => {}
        }
        if !self.torn {
            for (path, hashes) in self.tiles.partial() {
                findings.extend(tiles::compare_growing(store, run.size(), path, &blob(hashes)).await?);
            }
            if !head.agrees(store, run.frontier(), self.last.as_ref()) {
                findings.push(AuditFinding::Row {
                    table: Table::Heads,
                    index: run.size().get().saturating_sub(1),
                });
            }
        }
        let size = head.signed.as_ref().map_or(run.size(), |signed| signed.size);
        findings.extend(checkpoints::of_the_head(store, size).await?);
        Ok(Walked {
            size,
            clocks: self.clocks,
            stamps: self.stamps,
            lost: self.lost,
            roots: found(self.roots),
            whole,
        })
    }
}

fn found(roots: BTreeMap<Size, Option<Digest>>) -> BTreeMap<Size, Digest> {
    roots
        .into_iter()
        .filter_map(|(size, root)| Some((size, root?)))
        .collect()
}

/// The contents that a recovery entry says are lost. It can speak only of what stood before it.
fn lost_contents(entry: &Entry<&[u8]>) -> Option<LostRange> {
    if entry.kind() != Kind::Recovery {
        return None;
    }
    let lost = RecoveryBody::parse(entry.body()).ok()?.contents_lost?;
    (lost.last < entry.index().get()).then_some(lost)
}

/// What is wrong with entries that follow one another and are not the signed ones.
fn brief(run: &Run, signed: &Signed, is_named: bool) -> Option<AuditFinding> {
    let against = Against::Signed;
    let finding = if run.size() < signed.size {
        Finding::TailTruncated {
            have: run.size(),
            expected: signed.size,
            against,
        }
    } else {
        let index = signed.size.last_index().unwrap_or(Index::FIRST);
        Finding::ForkAt { index, against }
    };
    (!is_named).then(|| finding.into())
}

/// The next rows from index `from` on, in order, whatever gaps there are, below `bound`.
async fn page(store: &Store, from: u64, bound: Size) -> Result<Vec<entry::Model>, StoreError> {
    let rows = entry::Entity::find()
        .filter(entry::Column::Ledger.eq(store.ledger.row))
        .filter(entry::Column::Idx.gte(stored(from)?))
        .filter(entry::Column::Idx.lt(bound.as_i64()))
        .order_by_asc(entry::Column::Idx)
        .limit(PAGE)
        .all(&store.db.readers)
        .await?;
    Ok(rows)
}
