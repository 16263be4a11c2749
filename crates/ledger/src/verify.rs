//! Verification: what a stranger can say about a ledger from its bytes alone.
//!
//! Three parts, in the order they are used. [`Run`] goes through entries once, with the memory of a
//! frontier, and stops where chain, form or time break. [`diagnose`] is for when that happens or
//! the root is not the signed one: it finds a trustworthy list of leaf hashes and names what was
//! modified, lost, added or moved. [`Clocks`] and [`RecordCheck`] judge retention and openings.
//!
//! Out of scope: reading bundles and deciding an exit status (crate `kirokubo-verify`), and
//! witnesses and timestamps, which no ledger has yet.

mod clock;
mod diagnosis;
mod fault;
mod finding;
mod finding_text;
mod key_history;
mod record_check;
mod reference;
mod row_check;
mod run;

pub use clock::{ClockError, Clocks, Keeping};
pub use diagnosis::{Seen, Signed, diagnose};
pub use fault::{Fault, FileFault};
pub use finding::{Against, Finding, Part};
pub use key_history::{KeyHistory, KeyHistoryError};
pub use record_check::{RecordCheck, Tally};
pub use run::{Broken, Run, Step};

#[cfg(test)]
mod tests;
