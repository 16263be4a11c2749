//! Tars that are not byte for byte what a bundle is written as.

use super::*;

#[test]
fn a_tar_cut_anywhere_is_refused() {
    let bytes = write("cut");
    for length in (0..bytes.len()).step_by(100) {
        let result = open(&bytes[..length]);
        assert!(
            matches!(result, Err(ReadBundleError::Tar(TarFault::Truncated { .. }))),
            "{length}"
        );
    }
}

#[test]
fn a_damaged_header_is_refused() {
    let bytes = write("damage");
    for offset in 0..512 {
        let mut damaged = bytes.clone();
        damaged[offset] ^= 0x01;
        assert!(open(&damaged).is_err(), "byte {offset}");
    }
}

#[test]
fn links_wild_paths_and_disorder_are_refused() {
    let tar = |entries: &[(&str, tar::EntryType)]| {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, kind) in entries {
            let mut header = tar::Header::new_ustar();
            header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_size(0);
            header.set_mode(0o644);
            header.set_uid(0);
            header.set_gid(0);
            header.set_mtime(0);
            header.set_entry_type(*kind);
            header.set_cksum();
            builder.append(&header, &[][..]).unwrap();
        }
        builder.into_inner().unwrap()
    };
    let (file, link) = (tar::EntryType::Regular, tar::EntryType::Symlink);
    assert!(open(&tar(&[("a", file), ("b", file)])).is_ok());
    assert!(matches!(
        open(&tar(&[("a", link)])),
        Err(ReadBundleError::Tar(TarFault::NotRegular { offset: 0 }))
    ));
    for wild in ["../a", "/a", "a//b", "a/.", "a b", ""] {
        assert!(
            matches!(
                open(&tar(&[(wild, file)])),
                Err(ReadBundleError::Tar(TarFault::Path { offset: 0 }))
            ),
            "{wild}"
        );
    }
    for order in [[("b", file), ("a", file)], [("a", file), ("a", file)]] {
        assert!(matches!(
            open(&tar(&order)),
            Err(ReadBundleError::Tar(TarFault::Order { .. }))
        ));
    }
}

#[test]
fn a_header_that_says_more_than_it_must_is_refused_though_its_checksum_is_right() {
    let bytes = write("says-more");
    let changes: [(&str, usize, &[u8]); 12] = [
        ("mode", 100, b"0000755\0"),
        ("owner", 108, b"0000001\0"),
        ("size with spaces", 124, b"          "),
        ("time", 136, b"00000000001\0"),
        ("type of old tars", 156, b"\0"),
        ("link", 157, b"x"),
        ("magic of GNU", 257, b"ustar  \0"),
        ("no magic", 257, &[0; 8]),
        ("user name", 265, b"root"),
        ("device", 329, b"0000000\0"),
        ("behind the name", 50, b"x"),
        ("behind all", 511, b"x"),
    ];
    for (what, at, change) in changes {
        let mut changed = bytes.clone();
        changed[at..at + change.len()].copy_from_slice(change);
        let mut header = tar::Header::from_byte_slice(&changed[..512]).clone();
        header.set_cksum();
        changed[..512].copy_from_slice(header.as_bytes());
        assert!(open(&changed).is_err(), "{what}");
    }
    // The same checksum in another spelling.
    let mut changed = bytes.clone();
    changed.copy_within(148..154, 149);
    changed[148] = b' ';
    assert!(open(&bytes).is_ok());
    assert!(open(&changed).is_err());
}

#[test]
fn nothing_stands_between_or_behind_the_files() {
    let bytes = write("between");
    let readme_end = 512 + BundleReader::open(Cursor::new(&bytes)).unwrap().files()[0].size();
    let mut padded = bytes.clone();
    padded[usize::try_from(readme_end).unwrap()] = b'x';
    assert!(matches!(
        open(&padded),
        Err(ReadBundleError::Tar(TarFault::Padding { offset })) if offset == readme_end
    ));
    for more in [&[0; 512][..], b"x", &bytes] {
        let longer = [&bytes, more].concat();
        let result = open(&longer);
        assert!(matches!(
            result,
            Err(ReadBundleError::Tar(TarFault::Trailing { .. }))
        ));
    }
    let mut marked = bytes.clone();
    *marked.last_mut().unwrap() = 1;
    assert!(matches!(
        open(&marked),
        Err(ReadBundleError::Tar(TarFault::Trailing { .. }))
    ));
}
