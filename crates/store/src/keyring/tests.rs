//! The key folder: made once, read back, readable by its owner alone.

use std::fs;

use super::*;
use crate::random;

fn scratch() -> PathBuf {
    std::env::temp_dir().join(format!("kirokubo-keyring-{}", hex::encode(random::bytes::<8>())))
}

fn origin() -> Origin {
    "example.jp/ledger".parse().unwrap()
}

#[test]
fn keys_are_made_once_and_read_back() {
    let folder = scratch();
    let made = Keyring::create(&folder, &origin()).unwrap();
    assert!(matches!(
        Keyring::create(&folder, &origin()),
        Err(KeyError::Exists(_))
    ));
    let month = Month::of_days(22_000);
    assert!(matches!(made.month_to_open(month), Err(KeyError::NoSuchMonth(_))));
    let key = made.month_to_seal(month).unwrap();
    let again = Keyring::open(&folder, &origin()).unwrap();
    assert_eq!(again.month_to_open(month).unwrap(), key);
    assert_ne!(again.month_to_seal(Month::OPEN).unwrap(), key);
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_destroyed_key_opens_nothing_and_comes_back_as_another() {
    let folder = scratch();
    let keys = Keyring::create(&folder, &origin()).unwrap();
    let month = Month::of_days(20_000);
    let key = keys.month_to_seal(month).unwrap();
    keys.month_to_seal(Month::OPEN).unwrap();
    assert_eq!(keys.month_files().unwrap(), [(month, 0)]);
    assert_eq!(keys.destroy_ended().unwrap(), []);
    keys.learn_ends([(month, 1)]);
    assert_eq!(keys.destroy_ended().unwrap(), [month]);
    assert_eq!(keys.month_files().unwrap(), []);
    assert!(matches!(keys.month_to_open(month), Err(KeyError::NoSuchMonth(_))));
    assert!(keys.month_to_seal(month).unwrap() != key);
    assert_eq!(keys.month_files().unwrap(), [(month, 1)]);
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn an_interrupted_attempt_is_taken_up_again() {
    let folder = scratch();
    Keyring::create(&folder, &origin()).unwrap();
    let search = fs::read(folder.join("search.key")).unwrap();
    fs::remove_file(folder.join("signing.key")).unwrap();
    fs::remove_file(folder.join("digest.key")).unwrap();
    fs::remove_file(folder.join("masters.key")).unwrap();
    Keyring::create(&folder, &origin()).unwrap();
    assert_eq!(fs::read(folder.join("search.key")).unwrap(), search);
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_access_ledger_has_keys_of_its_own() {
    let folder = scratch();
    let records = Keyring::create(&folder, &origin()).unwrap();
    let access = Keyring::open_for_access(&folder, &origin()).unwrap();
    assert_ne!(records.signing().verifier(), access.signing().verifier());
    let month = Month::of_days(22_000);
    let key = access.month_to_seal(month).unwrap();
    assert!(matches!(
        records.month_to_open(month),
        Err(KeyError::NoSuchMonth(_))
    ));
    assert_ne!(records.month_to_seal(month).unwrap(), key);
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn an_older_folder_is_given_the_keys_of_an_access_ledger_once() {
    let folder = scratch();
    Keyring::create(&folder, &origin()).unwrap();
    fs::remove_file(folder.join("access-signing.key")).unwrap();
    let first = Keyring::propose_access(&folder, &origin()).unwrap();
    let again = Keyring::propose_access(&folder, &origin()).unwrap();
    assert_eq!(first.signing().verifier(), again.signing().verifier());
    assert!(!Keyring::has_access(&folder));
    Keyring::settle_access(&folder).unwrap();
    let settled = Keyring::open_for_access(&folder, &origin()).unwrap();
    assert_eq!(first.signing().verifier(), settled.signing().verifier());
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn key_files_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = scratch();
    let keys = Keyring::create(&folder, &origin()).unwrap();
    keys.month_to_seal(Month::OPEN).unwrap();
    for name in [
        "signing.key",
        "access-signing.key",
        "search.key",
        "digest.key",
        "masters.key",
        "months/open.key",
    ] {
        let mode = fs::metadata(folder.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_node_that_had_an_ended_key_in_memory_forgets_it_and_finds_the_next() {
    let folder = scratch();
    let here = Keyring::create(&folder, &origin()).unwrap();
    let there = Keyring::open(&folder, &origin()).unwrap();
    let month = Month::of_days(20_000);
    let first = here.month_to_seal(month).unwrap();
    assert_eq!(there.month_to_open(month).unwrap(), first);
    here.learn_ends([(month, 1)]);
    here.destroy_ended().unwrap();
    let second = here.month_to_seal(month).unwrap();
    there.learn_ends([(month, 1)]);
    assert_eq!(there.month_to_open(month).unwrap(), second);
    // One that comes late destroys nothing that is in use, and an older word changes nothing.
    there.learn_ends([(month, 0)]);
    assert_eq!(there.destroy_ended().unwrap(), []);
    assert_eq!(there.month_to_open(month).unwrap(), second);
    fs::remove_dir_all(&folder).unwrap();
}
