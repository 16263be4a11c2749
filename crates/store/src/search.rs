//! Finding every record of one 本人 by search tokens.
//!
//! Tokens give candidates; each candidate's row is decrypted and compared again, so a collision of tokens
//! never shows one person's record to another's request. The days of one series that name somebody are one hit.

mod candidates;

use kirokubo_ledger::entry::RetainThrough;
use kirokubo_ledger::{Index, RecordId, Size};
use kirokubo_records::{Match, PrincipalQuery, day_of_date, json};
use sea_orm::EntityTrait;

use crate::entity::principal_row;
use crate::error::{StoreError, corrupt};
use crate::known::Holders;
use crate::opened_record::OpenedRecord;
use crate::record::RecordHeader;
use crate::store::Store;
use candidates::Candidate;

/// Where to look: days since 1970-01-01 in Japan time, both inclusive, and the place to go on from.
#[derive(Clone, Copy, Debug)]
pub struct SearchRange {
    /// First event day.
    pub from: i32,
    /// Last event day.
    pub to: i32,
    /// Only what stands after this.
    pub after: Option<SearchPlace>,
    /// Matching principal rows to look at, at most; a series is never cut.
    pub limit: u32,
}

/// Where a row stands among what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SearchPlace {
    /// The record that opened the series, or the record itself where it belongs to none.
    pub series: Index,
    /// The record.
    pub index: Index,
    /// Which row of the record.
    pub row: u64,
}

/// One principal row that matches, or all that match in one series and say the same of the person.
#[derive(Debug)]
pub struct Hit {
    /// Its record; of a series, the first one.
    pub header: RecordHeader,
    /// The record's content; `rows` holds only the matching row.
    pub opened: OpenedRecord,
    /// The contents of the records that hold what it leaves out.
    pub holders: Holders,
    /// Which row of the record.
    pub row: u64,
    /// Why it matches, key by key.
    pub matches: Vec<Match>,
    /// The series it belongs to.
    pub series: Option<SeriesSpan>,
}

/// What a series says of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesSpan {
    /// The record that opened it, in its newest version.
    pub opening: RecordId,
    /// Its first day, days since 1970-01-01 in Japan time.
    pub first_day: i32,
    /// The latest day on which it names the person.
    pub last_day: i32,
    /// Records of it that name the person.
    pub records: u64,
    /// Whether it still runs.
    pub running: bool,
}

/// What a search found, and how far it looked.
#[derive(Debug)]
pub struct Found {
    /// The hits, in the order of the ledger; those of a series stand where it was opened.
    pub hits: Vec<Hit>,
    /// Size of the ledger when the search began: everything below it was searched.
    pub through: Size,
    /// Complete lists when the search began; their principals were searched, too.
    pub lists: u64,
    /// Where to go on, if there may be more.
    pub next: Option<SearchPlace>,
    /// Records that hold one of the keys and could not be opened.
    pub unreadable: Vec<Index>,
}

impl Store {
    /// Searches; see the module's documentation.
    pub async fn search(&self, query: &PrincipalQuery, range: SearchRange) -> Result<Found, StoreError> {
        // Both before the tokens: what came since may be found, but is not promised.
        let (head, lists) = tokio::try_join!(self.head(), self.count_lists())?;
        let through = head.size;
        let (candidates, full) = self.candidates(query, range).await?;
        let next = candidates.last().filter(|_| full).map(|candidate| candidate.at);
        let (mut hits, mut unreadable) = (Vec::new(), Vec::new());
        let mut gathered = Gathered::default();
        for candidate in candidates {
            match self.confirm(query, candidate).await {
                Ok(None) => {}
                Ok(Some(hit)) => match self.series_of(candidate, &hit).await? {
                    None => hits.push(hit),
                    Some(span) => gathered.add(&mut hits, candidate.at.series, hit, span),
                },
                // Said, not hidden, and no reason to keep the others back.
                Err(StoreError::Corrupt { .. }) => unreadable.push(candidate.at.index),
                Err(error) => return Err(error),
            }
        }
        unreadable.dedup();
        Ok(Found {
            hits,
            through,
            lists,
            next,
            unreadable,
        })
    }

    /// Every matching row for itself, the days of a series, too, each with the record that has the row; and where to go
    /// on. Nothing is passed over: a record that cannot be read is an error.
    pub(crate) async fn matching_rows(
        &self,
        query: &PrincipalQuery,
        range: SearchRange,
    ) -> Result<(Vec<(Hit, Index)>, Option<SearchPlace>), StoreError> {
        let (candidates, full) = self.candidates(query, range).await?;
        let next = candidates.last().filter(|_| full).map(|candidate| candidate.at);
        let mut rows = Vec::new();
        for candidate in candidates {
            let hit = self.confirm(query, candidate).await?;
            rows.extend(hit.map(|hit| (hit, candidate.holder)));
        }
        Ok((rows, next))
    }

    async fn confirm(&self, query: &PrincipalQuery, candidate: Candidate) -> Result<Option<Hit>, StoreError> {
        let index = candidate.at.index;
        let header = self.described(index).await?;
        let opened = if candidate.holder == index {
            self.open_with_row(&header, candidate).await?
        } else {
            self.open_with_row_of_holder(&header, candidate).await?
        };
        let Some(opened) = opened else { return Ok(None) };
        let Some(row) = opened.rows.first() else {
            return Ok(None);
        };
        let matches = query
            .matches(row)
            .map_err(|_| corrupt(index.get(), "a principal row is no JSON object"))?;
        let Some(matches) = matches else { return Ok(None) };
        let holders = self.holders(&opened.content).await?;
        Ok(Some(Hit {
            header,
            opened,
            holders,
            row: candidate.at.row,
            matches,
            series: None,
        }))
    }

    /// A record that leaves its principals to another: its own content, with the row as that one has it.
    async fn open_with_row_of_holder(
        &self,
        header: &RecordHeader,
        candidate: Candidate,
    ) -> Result<Option<OpenedRecord>, StoreError> {
        let holder = self.described(candidate.holder).await?;
        let Some(held) = self.open_with_row(&holder, candidate).await? else {
            return Ok(None);
        };
        let Some(content) = self.sealed_content(header).await? else {
            return Ok(None);
        };
        let opened = self.unseal(header, &content, &[])?;
        Ok(opened.map(|opened| OpenedRecord {
            rows: held.rows,
            ..opened
        }))
    }

    /// The content of the record that holds a candidate's row, with that row; `None` where an erasure took it between
    /// the token and here.
    async fn open_with_row(
        &self,
        holder: &RecordHeader,
        candidate: Candidate,
    ) -> Result<Option<OpenedRecord>, StoreError> {
        let n = candidate.at.row;
        let at = (self.ledger.row, candidate.place, crate::edge::stored(n)?);
        let row = async {
            let found = principal_row::Entity::find_by_id(at).one(&self.db.readers);
            Ok(found.await?)
        };
        let (content, row) = tokio::try_join!(self.sealed_content(holder), row)?;
        let (Some(content), Some(sealed)) = (content, row) else {
            return Ok(None);
        };
        self.unseal(holder, &content, &[(n, &sealed)])
    }

    async fn described(&self, index: Index) -> Result<RecordHeader, StoreError> {
        let header = self.record_at(index).await?;
        header.ok_or_else(|| corrupt(index.get(), "a search token without a record"))
    }

    /// What the series of a hit says of its person so far; `None` where it belongs to none.
    async fn series_of(&self, candidate: Candidate, hit: &Hit) -> Result<Option<SeriesSpan>, StoreError> {
        let place = candidate.at;
        if !candidate.in_series && hit.header.retain_through != RetainThrough::Open {
            return Ok(None);
        }
        let first = self.described(place.series).await?;
        let opening = self.known_record(&first.record_id).await?;
        Ok(Some(SeriesSpan {
            opening: opening
                .as_ref()
                .map_or(first.record_id, |opening| opening.facts.record_id),
            first_day: opening.map_or(first.event_day, |opening| day_of_date(opening.first_day())),
            last_day: hit.header.event_day,
            records: 1,
            running: first.retain_through == RetainThrough::Open,
        }))
    }
}

/// The hits of the series that is being gone through; candidates come series by series.
#[derive(Default)]
struct Gathered {
    series: Option<Index>,
    /// Where the first hit of it stands among all hits.
    from: usize,
}

impl Gathered {
    /// Adds a hit of a series to the one that says the same of the person, or as a new one.
    fn add(&mut self, hits: &mut Vec<Hit>, series: Index, mut hit: Hit, span: SeriesSpan) {
        if self.series != Some(series) {
            (self.series, self.from) = (Some(series), hits.len());
        }
        let same = hits[self.from..]
            .iter_mut()
            .find(|before| are_one_person(&before.opened.rows, &hit.opened.rows));
        if let Some(known) = same.and_then(|before| before.series.as_mut()) {
            known.records += 1;
            known.last_day = known.last_day.max(span.last_day);
            return;
        }
        hit.series = Some(span);
        hits.push(hit);
    }
}

/// Whether two rows of one series are about one person: they have the same id in the sender's own numbering, or say the
/// very same.
fn are_one_person(one: &[String], other: &[String]) -> bool {
    let reference = |rows: &[String]| {
        let row = json::read(rows.first()?.as_bytes()).ok()?;
        row.get("ref").and_then(json::Node::as_text).map(str::to_owned)
    };
    match (reference(one), reference(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}
