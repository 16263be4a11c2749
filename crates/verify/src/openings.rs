//! Values against commitments, and records against their retention.

use std::io::{self, Read, Seek};
use std::ops::{ControlFlow, Range};

use kirokubo_ledger::Index;
use kirokubo_ledger::bundle::{BundleReader, Opening, Scope};
use kirokubo_ledger::commitment::RecordRef;
use kirokubo_ledger::entry::{Entry, RetainThrough};
use kirokubo_ledger::verify::{Clocks, Fault, Finding, Keeping, RecordCheck, Records, Tally};

use crate::entries::{EntryFiles, Flow, Walk};
use crate::opening_lines::OpeningLines;
use crate::report::{Findings, OpeningCounts, Values};
use crate::{Audit, Mark, Progress, Step, Watch, structure};

/// What the second pass over the entries goes by.
struct OpeningPass<'a> {
    clocks: &'a Clocks,
    today: i32,
    /// `None` if the scope has no openings.
    lines: Option<OpeningLines>,
    counts: OpeningCounts,
    findings: &'a mut Findings,
}

impl<R: Read + Seek> Audit<'_, R> {
    /// Goes through the entries again, this time for what they commit to. They are the signed ones.
    pub(crate) fn check_openings(
        &mut self,
        scope: Option<Scope>,
        keeping: &structure::Keeping,
    ) -> io::Result<OpeningCounts> {
        let files = EntryFiles::list(&self.bundle);
        let lines = OpeningLines::new(&self.bundle);
        let Self {
            bundle,
            options,
            findings,
            watch,
            ..
        } = self;
        let values = match scope {
            Some(Scope::Structure) => Values::NotInScope,
            // What the bundle promises is unknown, which is a finding of its own.
            None if lines.is_empty() => Values::NotJudged,
            None | Some(Scope::Period | Scope::Principal | Scope::Full) => Values::Judged,
        };
        let has_openings = values == Values::Judged;
        if !has_openings && !lines.is_empty() {
            findings.add(Finding::Schema {
                index: None,
                fault: Fault::OpeningsOutOfScope,
            });
        }
        let mut pass = OpeningPass {
            clocks: &keeping.clocks,
            today: options.today,
            lines: has_openings.then_some(lines),
            counts: OpeningCounts {
                values,
                ..OpeningCounts::default()
            },
            findings,
        };
        pass.run(bundle, &files, keeping, *watch)?;
        pass.finish(bundle)
    }
}

impl OpeningPass<'_> {
    /// Goes through the entry bundles, from the first or from where an earlier verification was interrupted.
    fn run<R: Read + Seek>(
        &mut self,
        bundle: &mut BundleReader<R>,
        files: &EntryFiles,
        keeping: &structure::Keeping,
        watch: &mut dyn Watch,
    ) -> io::Result<()> {
        let start = watch.start().filter(|_| self.findings.total == 0);
        let mut skipped = 0;
        if let (Some(mark), Some(lines)) = (start, &mut self.lines) {
            lines.go_to(mark.next_line);
            self.counts = mark.counts;
            skipped = mark.entry_bundles;
        }
        let (total, mut done, mut first) = (files.bytes(bundle), 0, 0);
        for ((number, file), records) in (1..).zip(files.files()).zip(&keeping.records) {
            let end = first + u64::from(file.path.width().get());
            match records {
                _ if number <= skipped => {}
                Some(records) if self.is_nothing_to_say(*records, first..end) => {
                    self.counts.records += u64::from(records.count);
                }
                _ => {
                    let take = |bundle: &mut BundleReader<R>, bytes: &[u8]| self.take(bundle, bytes);
                    if Walk::default().file(bundle, file, take)?.is_break() {
                        return Ok(());
                    }
                }
            }
            first = end;
            done += file.bytes(bundle);
            let step = Step::Openings;
            watch.progress(Progress { step, done, total });
            if let Some(lines) = self
                .lines
                .as_ref()
                .filter(|_| number > skipped && self.findings.total == 0)
            {
                watch.reached(Mark {
                    entry_bundles: number,
                    next_line: lines.place(),
                    counts: self.counts,
                });
            }
        }
        Ok(())
    }

    /// Whether the records of the entries at these indices need not be looked at: nothing is opened, no entry speaks of
    /// them, and none is due.
    fn is_nothing_to_say(&self, records: Records, indices: Range<u64>) -> bool {
        let is_any_due = records.earliest_end.is_some_and(|end| end < self.today);
        self.lines.is_none() && !is_any_due && !self.clocks.speak_of(indices)
    }

    fn take<R: Read + Seek>(&mut self, bundle: &mut BundleReader<R>, bytes: &[u8]) -> io::Result<Flow> {
        // The structure was checked before, so what does not decode does not come here.
        let Ok(entry) = Entry::view(bytes) else {
            return Ok(ControlFlow::Break(()));
        };
        match entry.record_id().zip(entry.body_root()) {
            Some((record_id, body_root)) => {
                let record = RecordRef {
                    ledger_id: entry.ledger_id(),
                    record_id,
                };
                let check = RecordCheck::new(entry.index(), record, body_root);
                self.take_record(bundle, check, entry.index(), entry.retain_through())?;
            }
            None => self.take_other(bundle, entry.index())?,
        }
        Ok(ControlFlow::Continue(()))
    }

    fn take_record<R: Read + Seek>(
        &mut self,
        bundle: &mut BundleReader<R>,
        mut check: RecordCheck,
        index: Index,
        retain: RetainThrough,
    ) -> io::Result<()> {
        self.counts.records += 1;
        let (keeping, finding) = self.clocks.judge(index, retain, self.today);
        self.findings.extend(finding);
        let mut tally = Tally::default();
        while let Some(opening) = self.next_line(bundle, index)? {
            check.take(&opening, &mut tally);
        }
        self.counts.withheld += tally.withheld;
        let findings = check.finish();
        match keeping {
            Keeping::Erased => {
                self.counts.erased += 1;
                // What can still be opened was not erased.
                self.findings
                    .extend((tally.opened > 0).then_some(Finding::Overdue { index }));
                let is_of_form = |finding: &Finding| matches!(finding, Finding::Schema { .. });
                self.findings.extend(findings.into_iter().filter(is_of_form));
            }
            Keeping::Kept if self.lines.is_some() => {
                let is_missing = |finding: &Finding| matches!(finding, Finding::OpeningMissing { .. });
                if findings.iter().all(is_missing) {
                    self.counts.opened += tally.opened;
                }
                self.findings.extend(findings);
            }
            Keeping::Kept => {}
        }
        Ok(())
    }

    /// Takes an entry that commits to nothing, so that nothing can be said about it.
    fn take_other<R: Read + Seek>(&mut self, bundle: &mut BundleReader<R>, index: Index) -> io::Result<()> {
        if let Some(speaker) = self.clocks.first_speaker(index) {
            let fault = Fault::Target { target: index.get() };
            let index = Some(speaker);
            self.findings.add(Finding::Schema { index, fault });
        }
        while self.next_line(bundle, index)?.is_some() {
            let (index, fault) = (Some(index), Fault::OpeningOfNoRecord);
            self.findings.add(Finding::Schema { index, fault });
        }
        Ok(())
    }

    /// Takes the next line if it is about the entry at `index`; lines about earlier ones come too late.
    fn next_line<R: Read + Seek>(
        &mut self,
        bundle: &mut BundleReader<R>,
        index: Index,
    ) -> io::Result<Option<Opening>> {
        let Some(lines) = &mut self.lines else {
            return Ok(None);
        };
        while let Some(line) = lines.next_up_to(bundle, index)? {
            match line {
                Ok(opening) if opening.index() == index => return Ok(Some(opening)),
                Ok(opening) => {
                    let (index, fault) = (Some(opening.index()), Fault::OpeningOrder);
                    self.findings.add(Finding::Schema { index, fault });
                }
                Err(fault) => self.findings.add(Finding::Schema { index: None, fault }),
            }
        }
        Ok(None)
    }

    /// Takes what lines are left behind the last entry.
    fn finish<R: Read + Seek>(mut self, bundle: &mut BundleReader<R>) -> io::Result<OpeningCounts> {
        let Some(lines) = &mut self.lines else {
            return Ok(self.counts);
        };
        while let Some(line) = lines.next(bundle)? {
            let (index, fault) = match line {
                Ok(opening) => (Some(opening.index()), Fault::OpeningOfNoRecord),
                Err(fault) => (None, fault),
            };
            self.findings.add(Finding::Schema { index, fault });
        }
        Ok(self.counts)
    }
}
