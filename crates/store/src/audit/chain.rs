//! First pass: entries, links, tree, tiles and checkpoints.

use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::tile::{TilePath, TileStack};
use kirokubo_ledger::tree::Frontier;
use kirokubo_ledger::verify::{Against, Clocks, Finding, Run, Seen, Signed, diagnose};
use kirokubo_ledger::{Index, Size};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{AuditFinding, AuditReport, PAGE, Table, Walked};
use crate::edge::stored;
use crate::entity::{checkpoint, entry, head, tile};
use crate::error::StoreError;
use crate::head::{blob, digest, digests};
use crate::store::Store;

/// The state of the walk.
struct Walk<'a> {
    store: &'a Store,
    report: &'a mut AuditReport,
    run: Run,
    tiles: TileStack,
    clocks: Clocks,
    /// Whether the chain is torn: from there on only single entries can be looked at.
    torn: bool,
    /// Tiles completed but not yet compared.
    full: Vec<(TilePath, Vec<u8>)>,
    /// Leaf hash of the last entry taken.
    last: Option<Digest>,
}

/// Walks the whole chain.
pub(super) async fn walk(
    store: &Store,
    report: &mut AuditReport,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Walked, StoreError> {
    let signed = signed_head(store, report).await?;
    let total = signed.as_ref().map_or(0, |signed| signed.size.get());
    let mut walk = Walk {
        store,
        report,
        run: Run::new(),
        tiles: TileStack::new(),
        clocks: Clocks::new(),
        torn: false,
        full: Vec::new(),
        last: None,
    };
    let mut from = 0;
    loop {
        let page = page(store, from).await?;
        let Some(last) = page.last() else { break };
        from = u64::try_from(last.idx).unwrap_or(u64::MAX).saturating_add(1);
        walk.page(&page).await?;
        progress(from.min(total), total * 2);
    }
    walk.finish(signed).await
}

impl Walk<'_> {
    async fn page(&mut self, page: &[entry::Model]) -> Result<(), StoreError> {
        let before = self.run.frontier().clone();
        let mut leaves = Vec::with_capacity(page.len());
        for row in page {
            self.report.entries += 1;
            leaves.extend(self.entry(row));
        }
        self.last = leaves.last().copied().or(self.last);
        self.checkpoints(before, &leaves).await?;
        for (path, hashes) in std::mem::take(&mut self.full) {
            self.compare_tile(path, &hashes).await?;
        }
        Ok(())
    }

    /// Takes the next entry; its leaf hash, unless the chain is torn.
    fn entry(&mut self, row: &entry::Model) -> Option<Digest> {
        if self.torn {
            return None;
        }
        let Ok(step) = self.run.push(&row.bytes) else {
            self.torn = true;
            return None;
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
        let full = &mut self.full;
        let kept: Result<(), std::convert::Infallible> = self.tiles.push(step.leaf, |path, hashes| {
            full.push((path, blob(hashes)));
            Ok(())
        });
        let Ok(()) = kept;
        Some(step.leaf)
    }

    /// Every checkpoint of the sizes just walked must be signed, and state the root of its size.
    async fn checkpoints(&mut self, mut frontier: Frontier, leaves: &[Digest]) -> Result<(), StoreError> {
        let rows = checkpoint::Entity::find()
            .filter(checkpoint::Column::Ledger.eq(self.store.ledger.row))
            .filter(checkpoint::Column::Size.gt(frontier.size().as_i64()))
            .filter(checkpoint::Column::Size.lte(self.run.size().as_i64()))
            .order_by_asc(checkpoint::Column::Size)
            .all(&self.store.db.readers)
            .await?;
        let mut leaves = leaves.iter();
        for row in rows {
            let Ok(size) = Size::try_from(row.size) else {
                continue;
            };
            while frontier.size() < size
                && let Some(leaf) = leaves.next()
            {
                frontier.push(*leaf);
            }
            match Checkpoint::open(row.note.as_bytes(), self.store.ledger.verifier()) {
                Ok(stated) if stated.size() == size && stated.root() == frontier.root() => {}
                Ok(_) => {
                    let index = size.last_index().unwrap_or(Index::FIRST);
                    self.report.findings.push(
                        Finding::ForkAt {
                            index,
                            against: Against::Older,
                        }
                        .into(),
                    );
                }
                Err(error) => {
                    let path = format!("checkpoints/{size}");
                    self.report
                        .findings
                        .push(Finding::CheckpointSignature { path, error }.into());
                }
            }
        }
        Ok(())
    }

    async fn compare_tile(&mut self, path: TilePath, hashes: &[u8]) -> Result<(), StoreError> {
        let Some(level) = path.level() else { return Ok(()) };
        let at = (self.store.ledger.row, i32::from(level), stored(path.index())?);
        let row = tile::Entity::find_by_id(at).one(&self.store.db.readers).await?;
        // A level-0 tile is stored only when full; until then the leaves stand beside the entries.
        if level == 0 && hashes.len() < 8192 {
            return Ok(());
        }
        if row.is_none_or(|row| row.hashes != hashes) {
            let index = path.index() << (8 * (u32::from(level) + 1)).min(63);
            self.report.findings.push(AuditFinding::Row {
                table: Table::Tiles,
                index,
            });
        }
        Ok(())
    }

    async fn finish(mut self, signed: Option<Signed>) -> Result<Walked, StoreError> {
        let partial: Vec<_> = self
            .tiles
            .partial()
            .map(|(path, hashes)| (path, blob(hashes)))
            .collect();
        for (path, hashes) in partial {
            if !self.torn {
                self.compare_tile(path, &hashes).await?;
            }
        }
        if let Some(signed) = &signed
            && (self.torn || self.run.size() != signed.size || self.run.root() != signed.root)
        {
            self.diagnose(signed).await?;
        }
        if !self.torn {
            self.compare_head().await?;
        }
        let size = signed.map_or(self.run.size(), |signed| signed.size);
        Ok(Walked {
            size,
            clocks: self.clocks,
        })
    }

    /// The chain is not the signed one: read it again, whole, and name what happened.
    async fn diagnose(&mut self, signed: &Signed) -> Result<(), StoreError> {
        let (mut seen, mut beside, mut from) = (Vec::new(), Vec::new(), 0);
        loop {
            let page = page(self.store, from).await?;
            let Some(last) = page.last() else { break };
            from = u64::try_from(last.idx).unwrap_or(u64::MAX).saturating_add(1);
            seen.extend(page.iter().map(|row| Seen::of(&row.bytes)));
            beside.extend(page.iter().map(|row| digest(&row.leaf)));
        }
        let beside: Option<Vec<Digest>> = beside.into_iter().collect();
        let mut findings = diagnose(&seen, signed, beside.as_deref());
        if findings.is_empty() {
            // The hashes are the signed ones and yet a rule is broken: the ledger was signed so.
            findings.extend(self.first_broken_rule().await?);
        }
        self.report
            .findings
            .extend(findings.into_iter().map(AuditFinding::from));
        Ok(())
    }

    async fn first_broken_rule(&self) -> Result<Option<Finding>, StoreError> {
        let mut run = Run::new();
        let mut from = 0;
        loop {
            let page = page(self.store, from).await?;
            let Some(last) = page.last() else { return Ok(None) };
            from = u64::try_from(last.idx).unwrap_or(u64::MAX).saturating_add(1);
            for row in &page {
                let index = run.size().next_index().unwrap_or(Index::FIRST);
                if let Err(broken) = run.push(&row.bytes) {
                    return Ok(Some(broken.at(index)));
                }
            }
        }
    }

    /// The head row repeats what the last entry and the tree say.
    async fn compare_head(&mut self) -> Result<(), StoreError> {
        let Some(row) = head::Entity::find_by_id(self.store.ledger.row)
            .one(&self.store.db.readers)
            .await?
        else {
            return Ok(());
        };
        let size = Size::try_from(row.size).ok();
        let frontier = self.run.frontier();
        let agrees = size == Some(frontier.size())
            && digests(&row.frontier).as_deref() == Some(frontier.nodes())
            && self.last.is_none_or(|leaf| row.leaf == leaf.as_bytes());
        if !agrees {
            let index = frontier.size().get().saturating_sub(1);
            self.report.findings.push(AuditFinding::Row {
                table: Table::Heads,
                index,
            });
        }
        Ok(())
    }
}

/// What the head says was signed; a head that does not verify is a finding, and the newest checkpoint that does
/// stands in for it.
async fn signed_head(store: &Store, report: &mut AuditReport) -> Result<Option<Signed>, StoreError> {
    let note = store.stored_note().await.ok();
    match note.map(|note| Checkpoint::open(note.as_bytes(), store.ledger.verifier())) {
        Some(Ok(checkpoint)) => {
            return Ok(Some(Signed {
                size: checkpoint.size(),
                root: checkpoint.root(),
            }));
        }
        Some(Err(error)) => {
            report.findings.push(
                Finding::CheckpointSignature {
                    path: "heads".to_owned(),
                    error,
                }
                .into(),
            );
        }
        None => report.findings.push(AuditFinding::Row {
            table: Table::Heads,
            index: 0,
        }),
    }
    let newest = checkpoint::Entity::find()
        .filter(checkpoint::Column::Ledger.eq(store.ledger.row))
        .order_by_desc(checkpoint::Column::Size)
        .all(&store.db.readers)
        .await?;
    let valid = newest
        .iter()
        .find_map(|row| Checkpoint::open(row.note.as_bytes(), store.ledger.verifier()).ok());
    Ok(valid.map(|checkpoint| Signed {
        size: checkpoint.size(),
        root: checkpoint.root(),
    }))
}

/// The next rows from index `from` on, in order, whatever gaps there are.
async fn page(store: &Store, from: u64) -> Result<Vec<entry::Model>, StoreError> {
    let rows = entry::Entity::find()
        .filter(entry::Column::Ledger.eq(store.ledger.row))
        .filter(entry::Column::Idx.gte(i64::try_from(from).unwrap_or(i64::MAX)))
        .order_by_asc(entry::Column::Idx)
        .limit(PAGE)
        .all(&store.db.readers)
        .await?;
    Ok(rows)
}
