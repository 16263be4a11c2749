//! The clauses on PostgreSQL. Where none is installed they run on SQLite once more, and that is said.

/// Which database this is about.
const ON_POSTGRES: bool = true;

#[path = "append.rs"]
mod append;
#[path = "audit.rs"]
mod audit;
#[path = "database.rs"]
mod database;
#[path = "erasures.rs"]
mod erasures;
#[path = "evidence.rs"]
mod evidence;
#[path = "faults.rs"]
mod faults;
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
#[path = "relations.rs"]
mod relations;
#[path = "search.rs"]
mod search;
#[path = "server.rs"]
mod server;
#[path = "signing_keys.rs"]
mod signing_keys;
#[path = "sql.rs"]
mod sql;
#[path = "tls.rs"]
mod tls;
#[path = "token_runs.rs"]
mod token_runs;
