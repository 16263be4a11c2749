//! Sealing a key folder in place, and unsealing it: resumable, and never without a way to read every key.
//!
//! To seal: the sealed root is durable first, then each file is rewritten beside itself, synced, and put in its place in one
//! step. Until the last one is done the folder holds both kinds, and opens. To unseal is the same backwards, with the root
//! destroyed at the end.

use std::path::Path;

use super::KeyError;
use super::files::KeyFiles;
use super::holder::{HolderKind, KeyHolders};
use super::root::is_sealed;

/// Seals a folder, or goes on with it; gives the number of files that were rewritten. Only for whoever holds the data
/// folder.
pub(crate) fn seal(folder: &Path, kind: HolderKind, holders: KeyHolders<'_>) -> Result<usize, KeyError> {
    let plain = KeyFiles::without_root(folder)?;
    match plain.sealed_by() {
        Some(by) if by != kind => return Err(KeyError::SealedOtherwise(by.what())),
        Some(_) => {}
        None => {
            let (_, sealed) = holders(kind)?.seal()?;
            plain.write_root(kind, &sealed)?;
        }
    }
    // Read back from the folder: nothing is sealed under a root that could not be had again.
    let files = KeyFiles::open(folder, holders)?;
    files.rewrite(&files, |text| !is_sealed(text))
}

/// Makes a folder's files plain again, or goes on with it; gives the number of files that were rewritten. Only for whoever
/// holds the data folder.
pub(crate) fn unseal(folder: &Path, holders: KeyHolders<'_>) -> Result<usize, KeyError> {
    let plain = KeyFiles::without_root(folder)?;
    let Some(by) = plain.sealed_by() else {
        return Ok(0);
    };
    let files = KeyFiles::open(folder, holders)?;
    let count = plain.rewrite(&files, is_sealed)?;
    files.destroy_root(by)?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use kirokubo_records::seal::Month;
    use zeroize::Zeroizing;

    use super::*;
    use crate::keyring::{HolderError, KeyHolder, Keyring, Passphrase};
    use crate::random;

    fn with(text: &'static str) -> impl Fn(HolderKind) -> Result<Box<dyn KeyHolder>, HolderError> {
        move |_| Ok(Box::new(Passphrase::new(Zeroizing::new(text.to_owned()))?))
    }

    /// A folder with a month's key in it.
    fn made() -> PathBuf {
        let folder = std::env::temp_dir().join(format!("kirokubo-sealing-{}", random::name::<8>()));
        let keys = Keyring::create(&folder, &"example.jp/a".parse().unwrap()).unwrap();
        keys.month_to_seal(Month::of_days(22_000)).unwrap();
        folder
    }

    /// Every file with its text.
    fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
        let folders = [folder.to_owned(), folder.join("months")];
        let paths = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
        let paths = paths
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file());
        paths
            .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
            .collect()
    }

    fn open(folder: &Path, holders: KeyHolders<'_>) -> Result<Keyring, KeyError> {
        let origin = "example.jp/a".parse().unwrap();
        let [records, _] = Keyring::open_both(folder, [&origin, &origin], holders)?;
        Ok(records)
    }

    #[test]
    fn sealing_and_unsealing_give_back_the_same_keys() {
        let folder = made();
        let before = files(&folder);
        assert_eq!(seal(&folder, HolderKind::Passphrase, &with("one")).unwrap(), 6);
        let sealed = files(&folder);
        assert_eq!(sealed.len(), 7);
        for digits in before.values() {
            assert!(sealed.values().all(|text| !text.contains(digits.trim_end())));
        }
        for path in sealed.keys() {
            let mode = fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", path.display());
        }
        // A month's key that is made now is sealed as well.
        let keys = open(&folder, &with("one")).unwrap();
        let key = keys.month_to_seal(Month::OPEN).unwrap();
        assert!(is_sealed(
            &fs::read_to_string(folder.join("months/open.key")).unwrap()
        ));
        assert_eq!(unseal(&folder, &with("one")).unwrap(), 7);
        let mut after = files(&folder);
        assert!(after.remove(&folder.join("months/open.key")).is_some());
        assert_eq!(after, before);
        let again = Keyring::open(&folder, &"example.jp/a".parse().unwrap()).unwrap();
        assert_eq!(again.month_to_open(Month::OPEN).unwrap(), key);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_wrong_passphrase_or_none_changes_nothing() {
        let folder = made();
        seal(&folder, HolderKind::Passphrase, &with("one")).unwrap();
        let sealed = files(&folder);
        let two = with("two");
        let attempts: [KeyHolders<'_>; 2] = [&two, &crate::keyring::nobody];
        for holders in attempts {
            assert!(matches!(open(&folder, holders), Err(KeyError::Holder(_))));
            assert!(matches!(unseal(&folder, holders), Err(KeyError::Holder(_))));
            let again = seal(&folder, HolderKind::Passphrase, holders);
            assert!(matches!(again, Err(KeyError::Holder(_))));
        }
        let other = seal(&folder, HolderKind::Credential, &with("one"));
        assert!(matches!(other, Err(KeyError::SealedOtherwise(_))));
        assert_eq!(files(&folder), sealed);
        fs::remove_dir_all(&folder).unwrap();
    }

    /// Every state that a crash may leave: some files sealed, some not, a scratch file half written.
    #[test]
    fn whatever_interrupts_it_the_folder_opens_and_the_next_attempt_goes_on() {
        let folder = made();
        let plain = files(&folder);
        seal(&folder, HolderKind::Passphrase, &with("one")).unwrap();
        let sealed = files(&folder);
        let names: Vec<&PathBuf> = plain.keys().collect();
        for done in 0..=names.len() {
            for (place, path) in names.iter().enumerate() {
                let text = if place < done {
                    &sealed[*path]
                } else {
                    &plain[*path]
                };
                fs::write(path, text).unwrap();
            }
            fs::write(folder.join("months/2030-01.new-abcd"), "12").unwrap();
            drop(open(&folder, &with("one")).unwrap());
            let backwards = done % 2 == 1;
            if backwards {
                assert_eq!(unseal(&folder, &with("one")).unwrap(), done);
                assert_eq!(files(&folder), plain);
                fs::write(folder.join("root.pem"), &sealed[&folder.join("root.pem")]).unwrap();
            } else {
                let count = seal(&folder, HolderKind::Passphrase, &with("one")).unwrap();
                assert_eq!(count, names.len() - done);
                assert!(
                    files(&folder).len() == sealed.len(),
                    "and nothing half written is left"
                );
            }
        }
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_sealed_file_without_its_root_and_one_in_anothers_place_are_refused() {
        let folder = made();
        seal(&folder, HolderKind::Passphrase, &with("one")).unwrap();
        let search = fs::read(folder.join("search.key")).unwrap();
        let digest = fs::read(folder.join("digest.key")).unwrap();
        fs::write(folder.join("digest.key"), &search).unwrap();
        assert!(matches!(open(&folder, &with("one")), Err(KeyError::Malformed(_))));
        fs::write(folder.join("digest.key"), &digest).unwrap();
        fs::remove_file(folder.join("root.pem")).unwrap();
        assert!(matches!(open(&folder, &with("one")), Err(KeyError::Sealed(_))));
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_folder_that_others_may_look_into_is_refused() {
        let folder = made();
        for mode in [0o750, 0o705, 0o710] {
            fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
            assert!(
                matches!(open(&folder, &with("one")), Err(KeyError::Exposed(_))),
                "{mode:o}"
            );
        }
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        assert!(open(&folder, &with("one")).is_ok());
        fs::remove_dir_all(&folder).unwrap();
    }
}
