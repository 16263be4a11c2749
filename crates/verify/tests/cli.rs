//! The real binary on small bundles, good and broken in every way: verdict, findings, exit status.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "cli/auditor.rs"]
mod auditor;
#[path = "cli/broken_entries.rs"]
mod broken_entries;
#[path = "cli/broken_files.rs"]
mod broken_files;
#[path = "cli/broken_openings.rs"]
mod broken_openings;
#[path = "cli/checkpoints.rs"]
mod checkpoints;
#[path = "cli/clocks.rs"]
mod clocks;
#[path = "cli/good.rs"]
mod good;
#[path = "cli/keys.rs"]
mod keys;
#[path = "cli/ledger.rs"]
mod ledger;
#[path = "cli/output.rs"]
mod output;
#[path = "cli/python.rs"]
mod python;
#[path = "cli/run.rs"]
mod run;
#[path = "cli/segments.rs"]
mod segments;
#[path = "cli/witnesses.rs"]
mod witnesses;
