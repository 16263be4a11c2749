//! The clauses on SQLite.

/// Which database this is about.
const ON_POSTGRES: bool = false;

#[path = "append.rs"]
mod append;
#[path = "audit.rs"]
mod audit;
#[path = "database.rs"]
mod database;
#[path = "erasures.rs"]
mod erasures;
#[path = "erasures_in_a_file.rs"]
mod erasures_in_a_file;
#[path = "evidence.rs"]
mod evidence;
#[path = "faults.rs"]
mod faults;
#[path = "file.rs"]
mod file;
#[path = "holds.rs"]
mod holds;
#[path = "keys.rs"]
mod keys;
#[path = "ledger.rs"]
mod ledger;
#[path = "lists.rs"]
mod lists;
#[path = "masters.rs"]
mod masters;
#[path = "model.rs"]
mod model;
#[path = "relations.rs"]
mod relations;
#[path = "search.rs"]
mod search;
#[path = "signing_keys.rs"]
mod signing_keys;
#[path = "sql.rs"]
mod sql;
#[path = "token_runs.rs"]
mod token_runs;
