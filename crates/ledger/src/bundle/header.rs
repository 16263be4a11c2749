//! The one tar header that a file of a bundle has.

use std::io;

use super::path::BundlePath;

/// The first size that does not fit the header.
const SIZE_END: u64 = 1 << 33;

/// The header of a regular file with nothing in it that could differ between two runs, or that a
/// reader could take in another way: ustar, mode 0644, times and ids zero, no names.
///
/// Fails with [`io::ErrorKind::FileTooLarge`] for a size that eleven octal digits cannot say.
pub(super) fn header(path: &BundlePath, size: u64) -> io::Result<tar::Header> {
    if size >= SIZE_END {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_written_in_octal_or_not_at_all() {
        let path: BundlePath = "a".parse().unwrap();
        assert_eq!(
            header(&path, SIZE_END - 1).unwrap().as_bytes()[124..136],
            *b"77777777777\0"
        );
        assert!(header(&path, SIZE_END).is_err());
    }
}
