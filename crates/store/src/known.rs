//! Looking up what the ids in an event stand for.

use std::collections::{BTreeMap, BTreeSet};

use kirokubo_ledger::{Index, RecordId};
use kirokubo_records::master::MasterVersion;
use kirokubo_records::seal::Content;
use kirokubo_records::{
    CitedIds, IdBytes, Known, KnownEvidence, KnownRecord, KnownVersion, RecordFacts, date_of_day,
    references_of,
};

use crate::error::{StoreError, corrupt};
use crate::links::{self, Base};
use crate::master::MasterKind;
use crate::record::RecordHeader;
use crate::store::Store;

/// The contents of the records that hold what another leaves out, by their ids.
pub type Holders = BTreeMap<RecordId, Content>;

impl Store {
    /// What the cited ids stand for. Those that stand for nothing are left out.
    pub async fn known(&self, cited: &CitedIds) -> Result<Known, StoreError> {
        let mut known = Known::default();
        let mut cited = cited.clone();
        for id in cited.records.clone() {
            if let Some(record) = self.known_record(&id).await? {
                let there = record.cited();
                cited.parties.extend(there.parties);
                cited.filings.extend(there.filings);
                cited.evidence.extend(there.evidence);
                known.records.insert(id, record);
            }
        }
        let evidence: Vec<IdBytes> = cited.evidence.iter().copied().collect();
        for (id, file) in self.evidence_cited(&evidence).await? {
            let title = file.title.as_deref();
            let file = KnownEvidence::new(&id, &file.sha256, file.size, file.media_type, title);
            known.evidence.insert(id, file);
        }
        known.parties = self
            .known_versions(MasterKind::ThirdParty, &cited.parties)
            .await?;
        known.filings = self.known_versions(MasterKind::Filing, &cited.filings).await?;
        known.lists = self.known_lists(&cited.lists).await?;
        Ok(known)
    }

    /// All versions of the masters with these ids.
    async fn known_versions(
        &self,
        kind: MasterKind,
        ids: &BTreeSet<IdBytes>,
    ) -> Result<BTreeMap<IdBytes, Vec<KnownVersion>>, StoreError> {
        let ids: Vec<IdBytes> = ids.iter().copied().collect();
        let found = self.master_versions(kind, &ids).await?.into_iter();
        // A day beyond the calendar never comes.
        let known = |version: MasterVersion| {
            let holds_from = date_of_day(version.holds_from)?;
            Some(KnownVersion::new(version.version, holds_from, version.json))
        };
        Ok(found
            .map(|(id, versions)| (id, versions.into_iter().filter_map(known).collect()))
            .collect())
    }

    /// A record in its newest version, with what it holds or leaves to others; `None` where there is none, or where
    /// something of it is gone.
    pub async fn known_record(&self, id: &RecordId) -> Result<Option<KnownRecord>, StoreError> {
        let (db, ledger) = (&self.db.readers, self.ledger.row);
        let Some(cited) = links::base(db, ledger, id).await? else {
            return Ok(None);
        };
        let newest = links::newest(db, ledger, cited.first).await?;
        let newest = Index::try_from(newest).map_err(|_| corrupt(0, "record index"))?;
        let header = self.record_at(newest).await?;
        let header = header.ok_or_else(|| corrupt(newest.get(), "a record without its row"))?;
        let Some(content) = self.open_content(&header).await? else {
            return Ok(None);
        };
        let holders = self.holders(&content).await?;
        let facts = facts(&header, &cited)?;
        Ok(KnownRecord::new(facts, &content, |id| holders.get(id)))
    }

    /// All versions of a record, the first one first; empty where there is no such record.
    pub async fn versions(&self, id: &RecordId) -> Result<Vec<RecordHeader>, StoreError> {
        let (db, ledger) = (&self.db.readers, self.ledger.row);
        let Some(base) = links::base(db, ledger, id).await? else {
            return Ok(Vec::new());
        };
        let mut versions = Vec::new();
        for idx in links::versions(db, ledger, base.first).await? {
            let index = Index::try_from(idx).map_err(|_| corrupt(0, "record index"))?;
            versions.extend(self.record_at(index).await?);
        }
        Ok(versions)
    }

    /// The contents of the records that hold what `content` leaves out; those that are gone are left out.
    pub async fn holders(&self, content: &Content) -> Result<Holders, StoreError> {
        let named = references_of(content).into_iter();
        let ids: BTreeSet<RecordId> = named
            .filter(|reference| !reference.fields.is_empty())
            .map(|reference| reference.record)
            .collect();
        let mut holders = Holders::new();
        for id in ids {
            let Some(header) = self.record(&id).await? else {
                continue;
            };
            if let Some(content) = self.open_content(&header).await? {
                holders.insert(id, content);
            }
        }
        Ok(holders)
    }
}

fn facts(header: &RecordHeader, cited: &Base) -> Result<RecordFacts, StoreError> {
    let event_date = date_of_day(header.event_day);
    Ok(RecordFacts {
        record_id: header.record_id,
        direction: header.direction,
        status: header.status,
        event_date: event_date.ok_or_else(|| corrupt(header.index.get(), "day of a record"))?,
        retain_through: header.retain_through,
        in_series: cited.is_added(),
        case: header.case,
    })
}
