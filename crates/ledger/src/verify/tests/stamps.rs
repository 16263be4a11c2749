//! What entries say about time stamps, and what is made of it.

use super::*;
use crate::entry::Entry;

/// An anchor over the checkpoint of this size.
fn anchor(size: u64) -> PendingEntry {
    let digest = sha256(b"");
    let body = format!(
        r#"{{"anchor":"rfc3161","size":{size},"note_sha256":"{digest}","tsr_sha256":"{digest}","gen_time":"","tsa":""}}"#
    );
    json(Kind::Anchor, &body)
}

/// What the entries bind, or the first finding.
fn bound(ledger: &Ledger) -> Result<BoundStamps, Finding> {
    let mut stamps = BoundStamps::default();
    for bytes in &ledger.entries {
        stamps.take(&Entry::view(bytes).unwrap())?;
    }
    Ok(stamps)
}

fn with(later: &[PendingEntry]) -> Ledger {
    let mut ledger = Ledger::of(3);
    for pending in later {
        ledger.append(pending);
    }
    ledger
}

#[test]
fn an_anchor_binds_a_checkpoint_before_it_and_each_once() {
    let stamps = bound(&with(&[anchor(3), anchor(2)])).unwrap();
    let found: Vec<_> = stamps
        .all()
        .map(|stamp| (stamp.size.get(), stamp.anchor.get()))
        .collect();
    assert_eq!(found, [(2, 4), (3, 3)]);
    for wrong in [&[anchor(4)][..], &[anchor(0)], &[anchor(3), anchor(3)]] {
        let at = index(2 + wrong.len());
        let expected = Finding::Schema {
            index: Some(at),
            fault: Fault::Body(Kind::Anchor),
        };
        assert_eq!(bound(&with(wrong)).err(), Some(expected));
    }
}

#[test]
fn an_anchor_of_something_else_may_say_what_it_likes() {
    for body in [
        "{}",
        r#"{"anchor":"witness_policy"}"#,
        r#"{"anchor":{"size":1}}"#,
        r#"{"token":"x"}"#,
    ] {
        let stamps = bound(&with(&[json(Kind::Anchor, body)])).unwrap();
        assert_eq!(stamps.all().count(), 0, "{body}");
    }
    for body in [
        r#"{"anchor":"rfc3161"}"#,
        r#"{"anchor":"rfc3161","size":1,"note_sha256":"","tsr_sha256":"","gen_time":"","tsa":""}"#,
        r#"{"anchor":"rfc3161","anchor":"other"}"#,
    ] {
        assert!(bound(&with(&[json(Kind::Anchor, body)])).is_err(), "{body}");
    }
}
