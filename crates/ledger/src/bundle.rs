//! The audit bundle: one plain tar with everything an auditor needs, and nothing that changes
//! between two exports of the same state.
//!
//! ```text
//! README.ja.txt            what this is, for who opens it by hand
//! checkpoint               the signed checkpoint of the bundle's size
//! checkpoints/<size>       older signed checkpoints
//! consistency, frontier    of a delta: what joins it to what the receiver holds
//! keys                     {"keys":[{"vkey":…,"first_size":0}]}
//! manifest                 path, size and SHA-256 of every other file, as a signed note
//! openings/NNN.ndjson      values and salts, one JSON object a line
//! scope                    {"scope":"full","size":N}
//! tile/<L>/…               hash tiles
//! tile/entries/…           entry bundles
//! verify.py                a second verifier, in Python
//! ```
//!
//! Entries are regular files sorted bytewise by path, with mode 0644 and all times and ids zero.

mod delta;
mod header;
mod key_list;
mod manifest;
mod opening;
mod openings_writer;
mod path;
mod reader;
mod scope;
mod staging;
mod tar_fault;

use crate::position::Size;

pub use delta::{CONSISTENCY, FRONTIER, first_entry, hash_lines, parse_hash_lines};
pub use key_list::{KeyList, ListedKey, ParseKeyListError};
pub use manifest::{Manifest, ManifestLine, ParseManifestError};
pub use opening::{Opening, ParseOpeningError, Withheld};
pub use openings_writer::{OpeningsWriter, openings_path};
pub use path::{BundlePath, ParseBundlePathError};
pub use reader::{BundleFile, BundleReader, ReadBundleError};
pub use scope::{BundleScope, Scope};
pub use staging::{BundleStaging, StagedFile, WriteBundleError};
pub use tar_fault::TarFault;

/// Path of the signed checkpoint.
pub const CHECKPOINT: &str = "checkpoint";
/// Directory of older signed checkpoints, named after their sizes.
pub const CHECKPOINTS: &str = "checkpoints/";
/// Directory of time stamps, named after the sizes of their checkpoints.
pub const TIMESTAMPS: &str = "timestamps/";
/// Path of the key history.
pub const KEYS: &str = "keys";
/// Path of the manifest.
pub const MANIFEST: &str = "manifest";
/// Directory of the openings.
pub const OPENINGS: &str = "openings/";
/// Path of the explanation.
pub const README: &str = "README.ja.txt";
/// Path of the scope.
pub const SCOPE: &str = "scope";
/// Path of the second verifier.
pub const VERIFIER: &str = "verify.py";
/// Directory of the tiles.
pub const TILES: &str = "tile/";

/// Where the time stamp over the checkpoint of a size stands.
#[must_use]
pub fn timestamp_path(size: Size) -> String {
    format!("{TIMESTAMPS}{size}.tsr")
}

#[cfg(test)]
mod tests;
