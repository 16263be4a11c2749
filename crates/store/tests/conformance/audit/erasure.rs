//! An erasure as two officers approve it.

use super::super::erasures::{erase_all, years_on};
use super::super::ledger::{NOON, TestLedger};

/// Erases one record ten years on, when its retention has ended, and comes back.
pub(super) async fn erase(ledger: &TestLedger, index: u64) {
    ledger.clock.set(years_on(10));
    erase_all(ledger, &[index]).await;
    ledger.clock.set(NOON);
}
