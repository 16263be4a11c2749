//! Kirokubo with its embedded database, as it is shipped. The ledger is verified after every load.

use super::over_http::measure;
use super::{Load, Measured, Peer, Who};
use crate::Outcome;
use crate::ledger::Ledger;

/// A fresh ledger for each load.
pub(super) struct Embedded;

impl Peer for Embedded {
    fn who(&self) -> Who {
        Who::Kirokubo
    }

    fn take(&self, load: Load) -> Outcome<Measured> {
        let ledger = Ledger::init();
        let server = ledger.serve()?;
        let target = ledger.for_posting(&server);
        let measured = measure(server, target, &ledger.data(), load)?;
        ledger.verify();
        Ok(measured)
    }
}
