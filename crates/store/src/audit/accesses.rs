//! The access ledger's second pass: every reading's content and rows against its entry.

use std::collections::{BTreeMap, BTreeSet};

use kirokubo_ledger::commitment::{FieldValues, RecordCommitments};
use kirokubo_ledger::entry::{Entry, Kind};
use kirokubo_ledger::verify::{Finding, Keeping, Part};
use kirokubo_records::Access;
use kirokubo_records::seal::Opener;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Statement};

use super::{AuditFinding, AuditReport, PAGE, Table, Walked};
use crate::access::is_as_written;
use crate::edge::stored;
use crate::entity::{access, access_record, entry, record_content};
use crate::error::StoreError;
use crate::store::Store;

/// Tables that have no rows of the access ledger.
const OF_RECORDS: [Table; 4] = [
    Table::Records,
    Table::PrincipalRows,
    Table::SearchTokens,
    Table::RecordLinks,
];

/// Tables that have no rows of another ledger.
const OF_READINGS: [Table; 2] = [Table::Accesses, Table::AccessRecords];

/// The rows of some consecutive entries.
struct Page {
    entries: Vec<entry::Model>,
    accesses: BTreeMap<i64, access::Model>,
    contents: BTreeMap<i64, record_content::Model>,
    records: BTreeMap<i64, BTreeSet<Vec<u8>>>,
}

/// Opens every reading, from the first entry to the last.
pub(super) async fn check(
    store: &Store,
    walked: &Walked,
    today: i32,
    report: &mut AuditReport,
) -> Result<(), StoreError> {
    let size = walked.size.get();
    for from in (0..size).step_by(usize::try_from(PAGE).expect("a page is small")) {
        let page = Page::read(store, from, size.min(from + PAGE)).await?;
        for row in &page.entries {
            // An entry that does not decode was named in the first pass.
            let Ok(entry) = Entry::view(&row.bytes) else {
                continue;
            };
            let mut visit = Visit {
                store,
                page: &page,
                idx: row.idx,
                report: &mut *report,
            };
            if entry.kind() == Kind::Access {
                visit.reading(&entry, walked, today)?;
            } else {
                visit.nothing_beside();
            }
        }
    }
    for table in OF_RECORDS {
        report.findings.extend(misplaced(store, table, "=").await?);
    }
    for table in OF_READINGS {
        report.findings.extend(misplaced(store, table, "<>").await?);
    }
    Ok(())
}

/// What lies beside one entry.
struct Visit<'a> {
    store: &'a Store,
    page: &'a Page,
    idx: i64,
    report: &'a mut AuditReport,
}

impl Visit<'_> {
    fn reading(&mut self, entry: &Entry<&[u8]>, walked: &Walked, today: i32) -> Result<(), StoreError> {
        let index = entry.index();
        let (keeping, finding) = walked.clocks.judge(index, entry.retain_through(), today);
        self.report.findings.extend(finding.map(AuditFinding::from));
        let row = self.page.accesses.get(&self.idx);
        let described = row.filter(|row| {
            is_as_written(row, self.store.keyring.digest().rows())
                && Some(&row.access_id[..]) == entry.record_id().as_ref().map(|id| &id.as_bytes()[..])
                && row.made_at == entry.recorded_at().as_millis()
        });
        if described.is_none() {
            self.row(Table::Accesses);
        }
        match (keeping, self.page.contents.get(&self.idx)) {
            (Keeping::Erased, None) => self.report.erased += 1,
            (Keeping::Erased, Some(_)) => self.row(Table::RecordContents),
            (Keeping::Kept, None) => self.missing(entry),
            (Keeping::Kept, Some(content)) => self.kept(entry, described, content)?,
        }
        Ok(())
    }

    fn kept(
        &mut self,
        entry: &Entry<&[u8]>,
        row: Option<&access::Model>,
        content: &record_content::Model,
    ) -> Result<(), StoreError> {
        let opened = match self.open(entry, content) {
            Ok(Some(opened)) => opened,
            // The key of its month was destroyed.
            Ok(None) => {
                self.missing(entry);
                return Ok(());
            }
            Err(StoreError::Corrupt { .. }) => {
                let (index, part) = (entry.index(), Part::Record);
                self.report
                    .findings
                    .push(Finding::OpeningMismatch { index, part }.into());
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        self.report.accesses += 1;
        if row.is_some_and(|row| !agrees(row, &opened)) {
            self.row(Table::Accesses);
        }
        let none = BTreeSet::new();
        let found = self.page.records.get(&self.idx).unwrap_or(&none);
        let named: BTreeSet<Vec<u8>> = opened.records.iter().map(|id| id.as_bytes().to_vec()).collect();
        if *found != named {
            self.row(Table::AccessRecords);
        }
        Ok(())
    }

    /// Opens what is sealed beside an entry; `None` if the key of its month is gone, damage as an error.
    fn open(
        &self,
        entry: &Entry<&[u8]>,
        content: &record_content::Model,
    ) -> Result<Option<Access>, StoreError> {
        let bad = || crate::error::corrupt(entry.index().get(), "a reading");
        let record = self.store.record_ref(entry.record_id().ok_or_else(bad)?);
        let Some(secret) = self.store.secret(entry.index(), &record, content)? else {
            return Ok(None);
        };
        let opened = Opener::new(&secret, record).content(&content.sealed);
        let opened = opened.map_err(|_| bad())?;
        let mut values = FieldValues::new();
        for (field, text) in opened.present() {
            values.set(field, text).map_err(|_| bad())?;
        }
        let root = RecordCommitments::new(&secret.expander(), &record, &values).body_root();
        if entry.body_root() != Some(root) {
            return Err(bad());
        }
        Access::of_content(&opened).map(Some).ok_or_else(bad)
    }

    fn missing(&mut self, entry: &Entry<&[u8]>) {
        let (index, part) = (entry.index(), Part::Record);
        self.report
            .findings
            .push(Finding::OpeningMissing { index, part }.into());
    }

    /// An entry that is no reading has nothing beside it.
    fn nothing_beside(&mut self) {
        if self.page.accesses.contains_key(&self.idx) {
            self.row(Table::Accesses);
        }
        if self.page.contents.contains_key(&self.idx) {
            self.row(Table::RecordContents);
        }
        if self.page.records.contains_key(&self.idx) {
            self.row(Table::AccessRecords);
        }
    }

    fn row(&mut self, table: Table) {
        let index = u64::try_from(self.idx).unwrap_or(u64::MAX);
        self.report.findings.push(AuditFinding::Row { table, index });
    }
}

/// Whether a row says what the reading itself says.
fn agrees(row: &access::Model, access: &Access) -> bool {
    row.kind == access.kind.number()
        && row.actor == access.actor
        && row.all_below.and_then(|below| u64::try_from(below).ok()) == access.all_below
}

impl Page {
    async fn read(store: &Store, from: u64, to: u64) -> Result<Self, StoreError> {
        let (ledger, db) = (store.ledger.row, &store.db.readers);
        let (from, last) = (stored(from)?, stored(to)? - 1);
        let entries = entry::Entity::find()
            .filter(entry::Column::Ledger.eq(ledger))
            .filter(entry::Column::Idx.between(from, last))
            .order_by_asc(entry::Column::Idx);
        let accesses = access::Entity::find()
            .filter(access::Column::Ledger.eq(ledger))
            .filter(access::Column::Idx.between(from, last));
        let contents = record_content::Entity::find()
            .filter(record_content::Column::Ledger.eq(ledger))
            .filter(record_content::Column::Idx.between(from, last));
        let named = access_record::Entity::find()
            .filter(access_record::Column::Ledger.eq(ledger))
            .filter(access_record::Column::Idx.between(from, last));
        let mut records: BTreeMap<i64, BTreeSet<Vec<u8>>> = BTreeMap::new();
        for row in named.all(db).await? {
            records.entry(row.idx).or_default().insert(row.record);
        }
        let (accesses, contents) = (accesses.all(db).await?, contents.all(db).await?);
        Ok(Self {
            entries: entries.all(db).await?,
            accesses: accesses.into_iter().map(|row| (row.idx, row)).collect(),
            contents: contents.into_iter().map(|row| (row.idx, row)).collect(),
            records,
        })
    }
}

/// Rows of a table under the number of a ledger that has none there.
async fn misplaced(store: &Store, table: Table, compared: &str) -> Result<Vec<AuditFinding>, StoreError> {
    let db = &store.db.readers;
    let name = table.name();
    let text = format!(
        "SELECT DISTINCT idx AS place FROM {name} WHERE ledger {compared} $1 ORDER BY place LIMIT 1000"
    );
    let statement =
        Statement::from_sql_and_values(db.get_database_backend(), text, [store.ledger.row.into()]);
    let rows = db.query_all_raw(statement).await?.into_iter();
    rows.map(|row| {
        let place = row.try_get("", "place")?;
        Ok(AuditFinding::Stray { table, place })
    })
    .collect()
}
