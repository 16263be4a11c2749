//! API keys: recognised while they live, and not a moment longer.

use kirokubo_store::{Authenticator, KeyError, Role, Store, StoreError};

use super::ledger::{NOON, TestLedger};

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
    let bytes = ledger.database.contents();
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

#[tokio::test]
async fn whoever_can_only_write_to_the_database_cannot_make_himself_a_key() {
    let ledger = TestLedger::new().await;
    let authenticator = Authenticator::new(ledger.store.clone());
    let mine = ledger.store.create_key(Role::Ingest, "crm", None).await.unwrap();
    let sql = ledger.sql();
    sql.run("UPDATE api_keys SET role = 'officer'").unwrap();
    assert!(authenticator.authenticate(&mine.key).await.is_err());
    sql.run("UPDATE api_keys SET role = 'ingest'").unwrap();
    assert_eq!(
        authenticator.authenticate(&mine.key).await.unwrap(),
        Some(mine.actor)
    );
}

#[tokio::test]
async fn a_ledger_that_is_there_is_not_made_again() {
    let mut ledger = TestLedger::new().await;
    ledger.stop().await;
    let origin = "other.example.jp/ledger".parse().unwrap();
    let found_again = || {
        let (folder, url) = (&ledger.folder, &ledger.database.url);
        Store::init(folder, url, "別会社", &origin, ledger.clock.clone())
    };
    let again = found_again().await;
    assert!(matches!(again, Err(StoreError::AlreadyInitialised(_))));
    // With the database gone, the keys are still those of the ledger that is gone.
    ledger.database.empty();
    let again = found_again().await;
    assert!(matches!(again, Err(StoreError::Key(KeyError::Exists(_)))));
}
