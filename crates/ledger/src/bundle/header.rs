//! The one tar header that a file of a bundle has.

use std::io;

use super::path::BundlePath;

/// The header of a regular file with nothing in it that could differ between two runs, or that a
/// reader could take in another way: ustar, mode 0644, times and ids zero, no names.
pub(super) fn header(path: &BundlePath, size: u64) -> io::Result<tar::Header> {
    let mut header = tar::Header::new_ustar();
    header.set_path(path.as_str())?;
    header.set_size(size);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_cksum();
    Ok(header)
}
