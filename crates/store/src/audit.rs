//! Verifying a ledger where it lives: every stored byte against the hashes and signatures that vouch for it.
//!
//! The head is read once, and everything is held against that reading: what a running server appends meanwhile
//! is left to the next verification. Two passes. The first walks the chain: entries, links, tree, tiles, every
//! checkpoint (`audit/chain.rs`). The second opens every record and holds each value, row and search token
//! against its commitment (`audit/records.rs`, `audit/lists.rs`, `audit/tokens.rs`, `audit/links.rs`). Then come the
//! files of evidence (`audit/evidence.rs`), the rows that belong to no entry (`audit/strays.rs`), the masters, of which the
//! ledger says nothing (`audit/masters.rs`), the approvals (`audit/approvals.rs`), holds and erasures
//! (`audit/keeping.rs`), the time stamps (`audit/timestamps.rs`), what was published and what witnesses signed
//! (`audit/witnessing.rs`), and the schema itself
//! (`audit/schema.rs`). Then the same for the access ledger, whose entries are readings (`audit/accesses.rs`). What the
//! ledger's own verifier has a name for is named so; the other findings are what only a database can get wrong.

mod accesses;
mod api_keys;
mod approvals;
mod chain;
mod checkpoints;
mod diagnosis;
mod evidence;
mod finding;
mod first_head;
mod follower;
mod high_water;
mod identity;
mod keeping;
mod links;
mod lists;
mod masters;
mod moment;
mod records;
mod schema;
mod strays;
mod tiles;
mod timestamps;
mod tokens;
mod types;
mod witnessing;

use std::collections::BTreeMap;

use kirokubo_ledger::Size;
use kirokubo_ledger::entry::LostRange;
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::timestamp::Roots;
use kirokubo_ledger::verify::{BoundStamps, Clocks};
use kirokubo_records::japan_day;

pub use finding::{AuditFinding, AuditReport, EvidenceDamage, Table};
pub(crate) use follower::Follower;

use follower::Told;

use crate::error::StoreError;
use crate::key_entries;
use crate::store::Store;

/// Entries read at once.
const PAGE: u64 = 128;

impl Store {
    /// Verifies everything; `progress` hears of steps done and steps in all.
    ///
    /// Damage is a finding, never an error: an error means that the database could not be read.
    pub async fn verify(
        &self,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<AuditReport, StoreError> {
        self.verify_with(None, progress).await
    }

    /// Verifies as [`Store::verify`] does, and judges by `roots`, if there are some, whether time stamps count.
    pub async fn verify_with(
        &self,
        roots: Option<&Roots>,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<AuditReport, StoreError> {
        let mut report = AuditReport::default();
        self.follow(roots, &mut report, &mut Told(progress)).await?;
        Ok(report)
    }

    /// The same, followed by whoever wants to know.
    pub(crate) async fn follow<F: Follower>(
        &self,
        roots: Option<&Roots>,
        report: &mut AuditReport,
        follower: &mut F,
    ) -> Result<(), StoreError> {
        match self.verify_into(report, roots, follower).await {
            Err(error @ StoreError::Unavailable(_)) => {
                let foreign = types::find_foreign(self).await?;
                if foreign.is_empty() {
                    return Err(error);
                }
                report.findings.extend(foreign);
                Ok(())
            }
            done => done,
        }
    }

    /// Verifies what needs no key but the signing one: entries, links, tree, tiles, checkpoints, head and schema. Gives how
    /// far the ledger goes as well.
    pub(crate) async fn verify_structure(
        &self,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<(AuditReport, Size), StoreError> {
        let mut report = AuditReport::default();
        let walked = chain::walk(self, std::iter::empty(), &mut report, &mut Told(progress)).await?;
        report.findings.extend(schema::compare(self).await?);
        let (access, mut of_access) = (self.access_ledger().0, AuditReport::default());
        chain::walk(
            &access,
            std::iter::empty(),
            &mut of_access,
            &mut Told(&mut |_, _| {}),
        )
        .await?;
        report.findings.extend(about_access(of_access.findings));
        Ok((report, walked.size))
    }

    async fn verify_into<F: Follower>(
        &self,
        report: &mut AuditReport,
        roots: Option<&Roots>,
        follower: &mut F,
    ) -> Result<(), StoreError> {
        // A server beside us may have got another key since this store was opened.
        key_entries::adopt_if_sound(&self.db.readers, &self.ledger).await?;
        let today = japan_day(self.clock.now_ms());
        // Before the head: a running server moves the mark up only after the ledger grew.
        let marks = self.marks()?;
        let walked = chain::walk(self, marks.sizes(), report, follower).await?;
        report.findings.extend(high_water::compare(&marks, &walked));
        records::open_all(self, &walked, today, report, follower).await?;
        evidence::read_all(self, report, follower).await?;
        report.findings.extend(strays::find(self, &walked).await?);
        report.findings.extend(masters::check(self).await?);
        report.findings.extend(approvals::check(self).await?);
        report.findings.extend(api_keys::check(self).await?);
        report.findings.extend(keeping::check(self, &walked).await?);
        report
            .findings
            .extend(timestamps::check(self, &walked.stamps, walked.size, roots).await?);
        report.findings.extend(witnessing::check(self).await?);
        report.findings.extend(schema::compare(self).await?);
        let of_access = self.access_ledger().0.verify_readings(today).await?;
        report.access_entries = of_access.entries;
        report.accesses = of_access.accesses;
        report.findings.extend(about_access(of_access.findings));
        Ok(())
    }

    /// The same for the access ledger, which this store is about.
    async fn verify_readings(&self, today: i32) -> Result<AuditReport, StoreError> {
        let mut report = AuditReport::default();
        let walked = chain::walk(self, std::iter::empty(), &mut report, &mut Told(&mut |_, _| {})).await?;
        accesses::check(self, &walked, today, &mut report).await?;
        report.findings.extend(strays::find(self, &walked).await?);
        Ok(report)
    }
}

fn about_access(findings: Vec<AuditFinding>) -> impl Iterator<Item = AuditFinding> {
    let findings = findings.into_iter();
    findings.map(|finding| AuditFinding::OfAccess(Box::new(finding)))
}

/// What the first pass learnt for the others.
struct Walked {
    /// How far the ledger went when the verification began.
    size: Size,
    /// What later entries say about the keeping of records.
    clocks: Clocks,
    /// The time stamps that entries bind.
    stamps: BoundStamps,
    /// Records whose contents are lost, as recovery entries say.
    lost: Vec<LostRange>,
    /// Its roots at the sizes that were asked for.
    roots: BTreeMap<Size, Digest>,
    /// Whether the entries are the signed ones; if not, the first pass has named what happened to them.
    whole: bool,
}
