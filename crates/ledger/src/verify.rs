//! Verification: what a stranger can say about a ledger from its bytes alone.
//!
//! Three parts, in the order they are used. [`Run`] goes through entries once, with the memory of a
//! frontier, and stops where chain, form or time break; a [`Segment`] can be looked at beforehand, on
//! another core. [`diagnose`] is for when that happens or the root is not the signed one: it finds a
//! trustworthy list of leaf hashes and names what was modified, lost, added or moved. Its parts,
//! [`find_signed_leaves`], [`compare_with_signed`] and [`read_the_tears`], are there for whoever has
//! checkpoints to hold against that list. [`Clocks`] and [`RecordCheck`] judge retention and openings, [`BoundStamps`] time stamps.
//!
//! Out of scope: reading bundles and deciding an exit status (crate `kirokubo-verify`), and
//! witnesses, which no ledger has yet.

mod clock;
mod delta_run;
mod diagnosis;
mod fault;
mod fault_ja;
mod finding;
mod finding_text;
mod key_history;
mod record_check;
mod reference;
mod row_check;
mod run;
mod segment;
mod signed_by;
mod stamps;

pub use clock::{ClockError, Clocks, Keeping};
pub use delta_run::DeltaRun;
pub use diagnosis::{Seen, Signed, compare_with_signed, diagnose, read_the_tears};
pub use fault::{Fault, FileFault};
pub use finding::{Against, Finding, Part};
pub use key_history::{KeyChange, KeyHistory, KeyHistoryError};
pub use record_check::{RecordCheck, Tally};
pub use reference::find_signed_leaves;
pub use run::{Broken, Run, Step};
pub use segment::{Records, Segment};
pub use signed_by::OpenByHistoryError;
pub use stamps::{BoundStamp, BoundStamps, StampFault, TimeBracket, TimeBrackets};

#[cfg(test)]
mod tests;
