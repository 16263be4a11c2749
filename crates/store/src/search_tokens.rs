//! The index of search tokens, which lies in runs: many small ones that are written now, few large ones.
//!
//! A token is a random number, so in one large index every new token touches a page of its own, and appending slows down
//! as a ledger grows. Here new tokens go to the newest run, which is small enough for a batch to touch few pages. Behind
//! the writer, sixteen runs of a level are moved, slice by slice in the order of their tokens, into one run of the next
//! level (`merge.rs`). So each token is moved a few times, as often as the logarithm of how many there are, and always
//! beside its neighbours.
//!
//! Nothing else remembers which runs there are. Each token stands in exactly one run at any time, because a slice moves in
//! one transaction; whoever looks for a token looks into every run that has any (`runs.rs`). A crash, or another node that
//! moves the same runs, leaves a state like any other.

mod merge;
mod remove;
mod runs;

pub(crate) use merge::keep_merged;
pub(crate) use remove::{remove, remove_all};
pub(crate) use runs::{RUNS, Runs};
