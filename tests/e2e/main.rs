//! End to end: the built programs, used as strangers use them.
//!
//! In scope: everything that the API, the command line, the log and the files of a data folder promise, tried on
//! running servers with real SQLite, real keys and real bundles. Out of scope: the rules of the law and the bytes of
//! the format one by one; their crates test those.

#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod access_ledger;
mod access_log;
mod access_routes;
mod access_tampering;
mod amendments;
mod approvals;
mod attack_columns;
mod attack_operator;
mod bad_callers;
mod bad_events;
mod bad_streams;
mod bundle_deltas;
mod bundle_jobs;
mod bundle_scopes;
mod bundles;
mod contract;
mod crash;
mod database;
mod demo;
mod disclosure_proofs;
mod duty_check_alone;
mod duty_checks;
mod erasures;
mod events;
mod evidence;
mod evidence_damage;
mod evidence_in_s3;
mod holds;
mod list_uploads;
mod lists;
mod lists_at_length;
mod lists_damaged;
mod method_cases;
mod openings;
mod opt_out_filings;
mod personal;
mod posting;
mod privacy;
mod problems;
mod proofs;
mod provision_checks;
mod readings;
mod readme_tour;
mod record_book;
mod refused_bodies;
mod relying;
mod reports;
mod retention_cases;
mod samples;
mod scenario_02;
mod scenario_04;
mod scenario_05;
mod scenario_06;
mod scenario_07;
mod scenario_08;
mod scenario_09;
mod scenario_19;
mod scenario_22;
mod search;
mod series;
mod settings;
mod stamps_bad;
mod stamps_chain;
mod stamps_good;
mod stamps_refused;
mod stamps_served;
mod stamps_tampered;
mod start_and_stop;
mod streaming;
mod suppressions;
mod tamper_chain;
mod tamper_rows;
mod telling;
mod third_parties;
mod tiles;
mod unchanged;
mod validation_32;
