//! What every database must do for us, clause by clause. A second database needs only another way to make a
//! [`ledger::TestLedger`]; the clauses stay as they are.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod append;
mod audit;
mod erasures;
mod evidence;
mod faults;
mod holds;
mod keys;
mod ledger;
mod lists;
mod masters;
mod relations;
mod search;
mod signing_keys;
