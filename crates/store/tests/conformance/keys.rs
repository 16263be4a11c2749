//! API keys: recognised while they live, and not a moment longer.

use kirokubo_store::{Authenticator, Role};

use crate::ledger::{NOON, TestLedger};

#[tokio::test]
async fn a_key_is_recognised_until_it_is_revoked() {
    let ledger = TestLedger::new().await;
    let authenticator = Authenticator::new(ledger.store.clone());
    let made = ledger
        .store
        .create_key(Role::Officer, "窓口", None)
        .await
        .unwrap();
    assert!(made.key.starts_with("kk_"));
    let actor = authenticator.authenticate(&made.key).await.unwrap();
    assert_eq!(actor.as_ref(), Some(&made.actor));
    assert_eq!(authenticator.authenticate("kk_other").await.unwrap(), None);

    assert!(ledger.store.revoke_key(&made.actor.id).await.unwrap());
    assert_eq!(
        authenticator.authenticate(&made.key).await.unwrap(),
        None,
        "at once, not when the memory fades"
    );
    assert!(
        !ledger.store.revoke_key(&made.actor.id).await.unwrap(),
        "revoked before"
    );
}

#[tokio::test]
async fn a_key_stops_working_when_it_expires() {
    let ledger = TestLedger::new().await;
    let authenticator = Authenticator::new(ledger.store.clone());
    let made = ledger
        .store
        .create_key(Role::Ingest, "crm", Some(NOON + 1_000))
        .await
        .unwrap();
    assert!(authenticator.authenticate(&made.key).await.unwrap().is_some());
    ledger.clock.set(NOON + 1_000);
    assert_eq!(authenticator.authenticate(&made.key).await.unwrap(), None);
}

#[tokio::test]
async fn the_database_holds_no_key_only_its_hash() {
    let mut ledger = TestLedger::new().await;
    let made = ledger.store.create_key(Role::Admin, "first", None).await.unwrap();
    ledger.stop().await;
    let bytes = std::fs::read(ledger.folder.join("kirokubo.db")).unwrap();
    assert!(
        !bytes
            .windows(made.key.len())
            .any(|window| window == made.key.as_bytes())
    );
    let listed = ledger.store.keys().await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0].actor.clone(), listed[0].name.as_str()),
        (made.actor, "first")
    );
}
