//! Second pass: every record's content, rows and description against its entry.

use std::collections::BTreeMap;

use kirokubo_ledger::Index;
use kirokubo_ledger::commitment::{
    Field, FieldValues, RecordCommitments, RecordRef, RecordSecret, RowTree, Value,
};
use kirokubo_ledger::entry::{Entry, Kind};
use kirokubo_ledger::verify::{Finding, Keeping, Part};
use kirokubo_records::seal::{Opener, is_approval_required, row_tokens};
use kirokubo_records::{Relation, cited_evidence, references_of};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::follower::Follower;
use super::links::{ExpectedLinks, Named};
use super::tokens::ExpectedTokens;
use super::{AuditFinding, AuditReport, PAGE, Table, Walked, lists};
use crate::edge::stored;
use crate::entity::{entry, list, principal_row, record, record_content};
use crate::error::StoreError;
use crate::random;
use crate::store::Store;

/// The rows of some consecutive entries.
struct Page {
    entries: Vec<entry::Model>,
    records: BTreeMap<i64, record::Model>,
    contents: BTreeMap<i64, record_content::Model>,
    rows: BTreeMap<i64, Vec<principal_row::Model>>,
    /// Lists by the record that has each.
    lists: BTreeMap<i64, list::Model>,
}

/// Opens every record, from the first entry to the last.
pub(super) async fn open_all<F: Follower>(
    store: &Store,
    walked: &Walked,
    today: i32,
    report: &mut AuditReport,
    follower: &mut F,
) -> Result<(), StoreError> {
    let size = walked.size.get();
    let mut tokens = ExpectedTokens::new(random::bytes());
    let mut links = ExpectedLinks::default();
    for from in (0..size).step_by(usize::try_from(PAGE).expect("a page is small")) {
        let to = size.min(from + PAGE);
        let page = Page::read(store, from, to).await?;
        let mut visit = Visit {
            store,
            walked,
            today,
            report: &mut *report,
            tokens: &mut tokens,
            named: Vec::new(),
        };
        visit.page(&page).await?;
        for (index, named) in visit.named {
            match named {
                Some(named) => links.add(store, index, &named).await?,
                None => links.cannot_judge(index),
            }
        }
        follower.step(size + to, size * 2, &report.findings).await;
    }
    lists::check_unused(store, report, &mut tokens).await?;
    report.findings.extend(tokens.compare(store, walked.size).await?);
    report.findings.extend(links.compare(store, walked.size).await?);
    Ok(())
}

struct Visit<'a> {
    store: &'a Store,
    walked: &'a Walked,
    today: i32,
    report: &'a mut AuditReport,
    tokens: &'a mut ExpectedTokens,
    /// What each record of the page names; `None` where it does not open.
    named: Vec<(Index, Option<Named>)>,
}

impl Visit<'_> {
    async fn page(&mut self, page: &Page) -> Result<(), StoreError> {
        for row in &page.entries {
            // An entry that does not decode was named in the first pass.
            let Ok(entry) = Entry::view(&row.bytes) else {
                continue;
            };
            match entry.kind() {
                Kind::Record | Kind::Amend => self.record(page, row.idx, &entry).await?,
                _ => self.nothing_beside(page, row.idx),
            }
        }
        Ok(())
    }

    /// A record's description, keeping and values.
    async fn record(&mut self, page: &Page, idx: i64, entry: &Entry<&[u8]>) -> Result<(), StoreError> {
        let (keeping, finding) = self
            .walked
            .clocks
            .judge(entry.index(), entry.retain_through(), self.today);
        self.report.findings.extend(finding.map(AuditFinding::from));
        if !self.is_described(page, entry) {
            self.row(Table::Records, idx);
        }
        match (keeping, page.contents.get(&idx)) {
            (Keeping::Erased, _) => {
                self.named.push((entry.index(), None));
                self.erased(page, idx).await?;
            }
            (Keeping::Kept, None) if self.is_lost(entry.index()) => {
                self.named.push((entry.index(), None));
                self.report.lost += 1;
            }
            (Keeping::Kept, None) => {
                // A server may have erased it since the first pass: the next run sees its entry.
                let erased = self.store.erased_by(entry.index()).await?;
                if erased.is_some_and(|erased| erased.entry.get() >= self.walked.size.get()) {
                    self.tokens.cannot_judge(idx);
                    self.named.push((entry.index(), None));
                } else {
                    self.missing(entry.index());
                }
            }
            (Keeping::Kept, Some(content)) => self.kept(page, entry, content).await?,
        }
        Ok(())
    }

    /// Deleting must be whole: what is kept is kept against the entry that says it is gone. The rows of a long list that
    /// are just being cleared away have lost their secret.
    async fn erased(&mut self, page: &Page, idx: i64) -> Result<(), StoreError> {
        let list = page.lists.get(&idx);
        let mut left = self.sealed_parts_beside(page, idx);
        if let Some(list) = list {
            if lists::is_being_cleared(self.store, list).await? {
                self.tokens.cannot_judge(-list.number);
            } else {
                self.tokens
                    .add_list(-list.number, u64::try_from(idx).ok().and_then(Index::new));
                for (there, table) in [
                    (lists::has_rows(self.store, list).await?, Table::PrincipalRows),
                    (lists::has_nodes(self.store, list).await?, Table::ListNodes),
                ] {
                    if there {
                        self.row(table, idx);
                        left = true;
                    }
                }
            }
        }
        if !left {
            self.report.erased += 1;
        }
        Ok(())
    }

    /// Whether a recovery entry says that the content is lost.
    fn is_lost(&self, index: Index) -> bool {
        self.walked.lost.iter().any(|lost| lost.contains(index.get()))
    }

    /// Whether the row beside an entry is as we wrote it, and written for this entry.
    fn is_described(&self, page: &Page, entry: &Entry<&[u8]>) -> bool {
        let row = page.records.get(&entry.index().as_i64()).cloned();
        let header = row.and_then(|row| self.store.header(row).ok());
        header.is_some_and(|header| {
            Some(header.record_id) == entry.record_id()
                && header.case == entry.case()
                && header.retain_through
                    == self
                        .walked
                        .clocks
                        .retain_through(entry.index(), entry.retain_through())
        })
    }

    async fn kept(
        &mut self,
        page: &Page,
        entry: &Entry<&[u8]>,
        content: &record_content::Model,
    ) -> Result<(), StoreError> {
        let index = entry.index();
        let Some(record_id) = entry.record_id() else {
            return Ok(());
        };
        let record = self.store.record_ref(record_id);
        let opened = match self.store.secret(index, &record, content) {
            Ok(Some(secret)) => self.open(page, &secret, &record, entry, content).await?,
            // The key of its month was destroyed.
            Ok(None) => {
                self.missing(index);
                return Ok(());
            }
            Err(_) => Err(Part::Record),
        };
        match opened {
            Ok(()) => self.report.records += 1,
            Err(part) => {
                self.tokens.cannot_judge(index.as_i64());
                self.named.push((index, None));
                let finding = Finding::OpeningMismatch { index, part };
                self.report.findings.push(finding.into());
            }
        }
        Ok(())
    }

    /// Opens a record and its rows, wherever they stand; or the first part that is not what was committed to.
    async fn open(
        &mut self,
        page: &Page,
        secret: &RecordSecret,
        record: &RecordRef,
        entry: &Entry<&[u8]>,
        content: &record_content::Model,
    ) -> Result<Result<(), Part>, StoreError> {
        let idx = entry.index().as_i64();
        let committed = match open_content(secret, record, entry, content) {
            Ok((committed, named)) => {
                self.named.push((entry.index(), Some(named)));
                committed
            }
            Err(part) => return Ok(Err(part)),
        };
        let rows = page.rows.get(&idx).map_or(&[][..], Vec::as_slice);
        let list = page.lists.get(&idx);
        if list.is_some_and(|list| !lists::belongs_to(self.store, list, record)) {
            self.row(Table::Lists, idx);
        }
        let Some(list) = list.filter(|_| rows.is_empty()) else {
            return Ok(open_rows(secret, record, rows, &committed)
                .map(|texts| self.expect_tokens(entry.index(), &texts)));
        };
        let walked = lists::walk(self.store, list, secret, record, self.tokens).await?;
        Ok(walked.and_then(|walked| {
            if !walked.nodes_hold {
                self.row(Table::ListNodes, idx);
            }
            let agrees = walked.principals == committed;
            agrees.then_some(()).ok_or(Part::Field(Field::PRINCIPALS))
        }))
    }

    fn missing(&mut self, index: Index) {
        self.tokens.cannot_judge(index.as_i64());
        self.named.push((index, None));
        let part = Part::Record;
        self.report
            .findings
            .push(Finding::OpeningMissing { index, part }.into());
    }

    fn expect_tokens(&mut self, index: Index, rows: &[String]) {
        for (n, text) in (0_u64..).zip(rows) {
            for token in row_tokens(text, self.store.keyring.search()) {
                self.tokens.add(index.as_i64(), n, token);
            }
        }
    }

    /// An entry that is no record has nothing beside it.
    fn nothing_beside(&mut self, page: &Page, idx: i64) {
        if page.records.contains_key(&idx) {
            self.row(Table::Records, idx);
        }
        if page.lists.contains_key(&idx) {
            self.row(Table::Lists, idx);
        }
        self.sealed_parts_beside(page, idx);
    }

    /// Names the sealed parts that lie where there should be none; whether there are any.
    fn sealed_parts_beside(&mut self, page: &Page, idx: i64) -> bool {
        let (content, rows) = (page.contents.contains_key(&idx), page.rows.contains_key(&idx));
        if content {
            self.row(Table::RecordContents, idx);
        }
        if rows {
            self.row(Table::PrincipalRows, idx);
        }
        content || rows
    }

    fn row(&mut self, table: Table, idx: i64) {
        let index = u64::try_from(idx).unwrap_or(u64::MAX);
        self.report.findings.push(AuditFinding::Row { table, index });
    }
}

/// Opens what one record says: the text of its field 4 and the records it names, or the first part that is not what was
/// committed to.
fn open_content(
    secret: &RecordSecret,
    record: &RecordRef,
    entry: &Entry<&[u8]>,
    content: &record_content::Model,
) -> Result<(String, Named), Part> {
    let opener = Opener::new(secret, *record);
    let content = opener.content(&content.sealed).map_err(|_| Part::Record)?;
    let mut values = FieldValues::new();
    for (field, text) in content.present() {
        values.set(field, text).map_err(|_| Part::Field(field))?;
    }
    let body_root = RecordCommitments::new(&secret.expander(), record, &values).body_root();
    if entry.body_root() != Some(body_root) {
        return Err(Part::Record);
    }
    let references = references_of(&content);
    // The public body of an amendment and the record's own words must name the same record.
    let amends = references.iter().find(|named| named.relation == Relation::Amends);
    if entry.amended() != amends.map(|named| named.record) {
        return Err(Part::Field(Field::REFERENCES));
    }
    let named = Named {
        evidence: cited_evidence(&content),
        awaits_approval: is_approval_required(&content),
        references,
    };
    Ok((values.get(Field::PRINCIPALS).as_str().to_owned(), named))
}

/// Opens the rows beside an entry: their texts, or the first part that is not what field 4 says.
fn open_rows(
    secret: &RecordSecret,
    record: &RecordRef,
    rows: &[principal_row::Model],
    committed: &str,
) -> Result<Vec<String>, Part> {
    let opener = Opener::new(secret, *record);
    let mut texts = Vec::with_capacity(rows.len());
    for (n, row) in (0_u64..).zip(rows) {
        let in_order = stored(n).is_ok_and(|n| n == row.n);
        let text = opener.row(n, &row.sealed).ok().filter(|_| in_order);
        texts.push(text.ok_or(Part::Row(n))?);
    }
    let row_values: Result<Vec<Value<'_>>, _> = texts.iter().map(|text| Value::new(text)).collect();
    let row_values = row_values.map_err(|_| Part::Field(Field::PRINCIPALS))?;
    let tree = RowTree::new(&secret.expander(), record, row_values);
    let agrees = (texts.is_empty() && committed.is_empty()) || tree.principals_value() == committed;
    agrees.then_some(texts).ok_or(Part::Field(Field::PRINCIPALS))
}

impl Page {
    async fn read(store: &Store, from: u64, to: u64) -> Result<Self, StoreError> {
        let (ledger, db) = (store.ledger.row, &store.db.readers);
        let (from, to) = (stored(from)?, stored(to)?);
        let entries = entry::Entity::find()
            .filter(entry::Column::Ledger.eq(ledger))
            .filter(entry::Column::Idx.between(from, to - 1))
            .order_by_asc(entry::Column::Idx);
        let records = record::Entity::find()
            .filter(record::Column::Ledger.eq(ledger))
            .filter(record::Column::Idx.between(from, to - 1));
        let contents = record_content::Entity::find()
            .filter(record_content::Column::Ledger.eq(ledger))
            .filter(record_content::Column::Idx.between(from, to - 1));
        let rows = principal_row::Entity::find()
            .filter(principal_row::Column::Ledger.eq(ledger))
            .filter(principal_row::Column::Idx.between(from, to - 1))
            .order_by_asc(principal_row::Column::Idx)
            .order_by_asc(principal_row::Column::N);
        let lists = list::Entity::find()
            .filter(list::Column::Ledger.eq(ledger))
            .filter(list::Column::Idx.between(from, to - 1));
        let mut by_index: BTreeMap<i64, Vec<principal_row::Model>> = BTreeMap::new();
        for row in rows.all(db).await? {
            by_index.entry(row.idx).or_default().push(row);
        }
        Ok(Self {
            entries: entries.all(db).await?,
            records: records
                .all(db)
                .await?
                .into_iter()
                .map(|row| (row.idx, row))
                .collect(),
            contents: contents
                .all(db)
                .await?
                .into_iter()
                .map(|row| (row.idx, row))
                .collect(),
            rows: by_index,
            lists: lists
                .all(db)
                .await?
                .into_iter()
                .filter_map(|row| Some((row.idx?, row)))
                .collect(),
        })
    }
}
