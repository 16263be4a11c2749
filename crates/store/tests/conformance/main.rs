//! What every database must do for us, clause by clause. A second database needs only another way to make a
//! [`ledger::TestLedger`]; the clauses stay as they are.

mod append;
mod faults;
mod keys;
mod ledger;
mod search;
