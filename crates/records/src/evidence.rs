//! Pieces of evidence (証跡): what kinds of files are taken, and what their titles may be.
//!
//! A file is kept as it came and never opened, run or shown by this program. Out of scope: encrypting it
//! (`seal/file.rs`) and keeping it (`kirokubo-store`).

mod file_type;
mod title;

pub use file_type::{FileType, HEAD};
pub use title::Title;
