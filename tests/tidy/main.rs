//! The rules of the house that no compiler checks, read from the files themselves.
//!
//! In scope: which crate may use which, which words may stand where, how long a file may be, and that what the
//! prose names exists. Out of scope: what rustc, clippy and rustfmt already say. A finding names the file, the
//! line, and what to do instead.

mod auditor_guide;
mod commands;
mod deploy;
mod deploy_image;
mod documented_tests;
mod error_codes;
mod files;
mod house;
mod law_page;
mod links;
mod rust_files;
