//! Posted events become provisions and receipts that cannot lack a statutory item.
mod corporate_number;
mod day;
pub mod fault;
pub mod fold;
pub mod json;
mod my_number;
mod text;
mod wording;
