//! Lists of principals: uploaded first, then cited by one record.
//!
//! A list of a million rows is one record. So that citing it is no more work than any other event, the list reserves
//! its record's id and secret when it is begun, and its rows and search tokens are written once, under the negative
//! number of the list. `lists` maps the two: the transaction that appends the record gives the list to it.
//!
//! Crash: a list that was still being uploaded belongs to nobody (`claim.rs`), and is swept away at the next start, or by
//! another node. A complete one stays until a record cites it.

mod chunk;
pub(crate) mod citing;
pub(crate) mod claim;
mod known;
mod opening;
mod row;
mod row_frontier;
mod rows;
mod sweep;
mod upload;
mod write;

pub(crate) use claim::Claims;
pub(crate) use row::{count, holds, record_of, state};
pub(crate) use row_frontier::RowFrontier;
pub(crate) use rows::all_lists;
pub(crate) use sweep::sweep;

pub use known::ListSeal;
pub use opening::RowOpening;
pub use upload::{ListError, ListOptions, ListUpload, UploadedList};
