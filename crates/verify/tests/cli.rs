//! The real binary on small bundles, good and broken in every way: verdict, findings, exit status.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "cli/broken.rs"]
mod broken;
#[path = "cli/good.rs"]
mod good;
#[path = "cli/ledger.rs"]
mod ledger;
#[path = "cli/run.rs"]
mod run;
