//! Entries: what decodes must encode to the same bytes, and bodies must parse or be refused.

#![no_main]

use kirokubo_ledger::entry::{Entry, EraseBody, ExtendBody, GenesisBody, HoldBody, KeyBody, ReleaseBody};
use kirokubo_ledger::tile::EntryBundle;
use kirokubo_ledger::verify::{Clocks, Run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(entry) = Entry::decode(bytes) {
        assert_eq!(entry.encode(), bytes);
        let body = entry.body();
        let _ = (
            GenesisBody::parse(body),
            EraseBody::parse(body),
            ExtendBody::parse(body),
        );
        let _ = (
            HoldBody::parse(body),
            ReleaseBody::parse(body),
            KeyBody::parse(body),
        );
    }
    let (mut run, mut clocks) = (Run::new(), Clocks::new());
    for entry in EntryBundle::unchecked(bytes) {
        if let Ok(step) = run.push(entry) {
            let _ = clocks.take(&step.entry);
        }
    }
});
