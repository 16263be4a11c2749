//! Kirokubo (記録簿): the HTTP service and the command line of the keeper of third-party provision records.
//!
//! In scope: routes, problem details, roles, the contract, and the commands. Out of scope: the law
//! (`kirokubo-rules`), what a record is (`kirokubo-records`), SQL (`kirokubo-store`), hashing
//! (`kirokubo-ledger`); nothing here names a table or computes a hash.

mod amending;
mod bundle_jobs;
pub mod command;
mod docs_page;
mod guarding;
pub mod http;
mod listen;
mod names;
mod open_files;
mod publishing;
mod recording;
mod route;
mod stamping;
mod stopping;
mod time;
mod traces;
