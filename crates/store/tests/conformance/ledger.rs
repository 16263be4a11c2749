//! A ledger in a folder of its own, with a clock that the test moves, and events to put into it.

use std::path::{Path, PathBuf};

use kirokubo_ledger::RecordId;
use kirokubo_ledger::checkpoint::Checkpoint;
use kirokubo_ledger::commitment::RecordSecret;
use kirokubo_ledger::tree::verify_inclusion;
use kirokubo_records::master::Settings;
use kirokubo_records::seal::{Month, SealedRecord, Sealing, seal};
use kirokubo_records::{CitedIds, Context, Expect, Known, Outcome, japan_date, japan_day, json, parse_event};
use kirokubo_store::{
    AppendError, Appended, AuditFinding, Clock, Recorded, Running, Store, StoreError, random,
};
use serde_json::{Value, json as value};

use super::database::Database;
use super::sql::Sql;

/// 2026-11-21T03:00:00Z, noon in Japan.
pub(crate) const NOON: i64 = 1_795_230_000_000;

/// A store, its sequencer running, its folder and database removed in the end.
pub(crate) struct TestLedger {
    pub(crate) folder: PathBuf,
    pub(crate) clock: Clock,
    pub(crate) store: Store,
    pub(crate) running: Option<Running>,
    pub(crate) database: Database,
}

impl TestLedger {
    pub(crate) async fn new() -> Self {
        Self::at(NOON).await
    }

    /// One whose first entry is of this time, Unix milliseconds.
    pub(crate) async fn at(unix_ms: i64) -> Self {
        let folder = std::env::temp_dir().join(format!("kirokubo-store-{}", random::name::<8>()));
        let clock = Clock::manual(unix_ms);
        let origin = "test.example.jp/ledger".parse().unwrap();
        let database = Database::for_ledger_in(&folder).await;
        let store = Store::init(&folder, &database.url, "試験株式会社", &origin, clock.clone())
            .await
            .unwrap();
        let running = Some(start(&store).await);
        Self {
            folder,
            clock,
            store,
            running,
            database,
        }
    }

    /// Stops the sequencer and opens everything anew, as after a restart.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        self.store = self.opened_again().await;
        self.running = Some(start(&self.store).await);
    }

    /// The same ledger, opened once more.
    pub(crate) async fn opened_again(&self) -> Store {
        Store::open(&self.folder, &self.database.url, self.clock.clone())
            .await
            .unwrap()
    }

    pub(crate) async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await.unwrap();
        }
    }

    /// A connection behind the store's back.
    pub(crate) fn sql(&self) -> Sql<'_> {
        Sql::of(&self.database)
    }

    /// Seals an event as the API would.
    pub(crate) fn seal(&self, event: &Value) -> SealedRecord {
        self.seal_keyed(event, None)
    }

    /// Seals an event that came with an `Idempotency-Key`.
    pub(crate) fn seal_keyed(&self, event: &Value, idempotency_key: Option<&str>) -> SealedRecord {
        self.seal_knowing(event, idempotency_key, Known::NOTHING)
    }

    /// Seals an event that cites others.
    pub(crate) async fn seal_citing(&self, event: &Value) -> SealedRecord {
        let text = event.to_string();
        let cited = CitedIds::of(&json::read(text.as_bytes()).unwrap());
        let known = self.store.known(&cited).await.unwrap();
        self.seal_knowing(event, None, &known)
    }

    /// Appends an event that cites others, which must be new.
    pub(crate) async fn append_citing(&self, event: &Value) -> (RecordId, Appended) {
        let record = self.seal_citing(event).await;
        let id = record.record_id;
        let appender = self.running.as_ref().unwrap().appender();
        match appender.append(record).await.unwrap() {
            Recorded::New(appended) => (id, appended),
            other => panic!("{other:?}"),
        }
    }

    fn seal_knowing(&self, event: &Value, idempotency_key: Option<&str>, known: &Known) -> SealedRecord {
        let now = self
            .running
            .as_ref()
            .map_or(self.clock.now_ms(), |running| running.appender().now_ms());
        let context = Context {
            today: japan_date(now),
            max_principals: 1_000,
            known,
            settings: Settings::DEFAULT,
        };
        let Outcome::Record(draft) =
            parse_event(event.to_string().as_bytes(), Expect::Provision, &context).unwrap()
        else {
            panic!("the event asks for a record");
        };
        let keyring = self.store.keyring();
        let month_key = keyring
            .month_to_seal(Month::of_retention(draft.entry_retain_through()))
            .unwrap();
        let with = Sealing {
            ledger_id: self.store.ledger().ledger_id(),
            record_id: RecordId::from_bytes(random::uuid_v7(now)),
            secret: RecordSecret::from_bytes(random::bytes()),
            list: None,
            wrap_nonce: random::bytes(),
            recorded_by: "key_test",
            approved_by: None,
            needs_approval: false,
            idempotency_key,
            month_key: &month_key,
            search_key: keyring.search(),
            digest_key: keyring.digest(),
        };
        seal(&draft, japan_day(now), &with).unwrap()
    }

    pub(crate) async fn append(&self, event: &Value) -> Result<Recorded, AppendError> {
        self.append_sealed(self.seal(event)).await
    }

    pub(crate) async fn append_sealed(&self, record: SealedRecord) -> Result<Recorded, AppendError> {
        self.running.as_ref().unwrap().appender().append(record).await
    }

    /// Appends an event that must be new.
    pub(crate) async fn append_new(&self, event: &Value) -> Appended {
        match self.append(event).await.unwrap() {
            Recorded::New(appended) => appended,
            other => panic!("not new: {other:?}"),
        }
    }

    /// The receipt's proof must hold for the receipt's checkpoint.
    pub(crate) fn check(&self, appended: &Appended) -> Checkpoint {
        let key = self.store.ledger().verifier();
        let checkpoint = Checkpoint::open(appended.checkpoint.as_bytes(), &key).unwrap();
        let (size, root) = (checkpoint.size(), checkpoint.root());
        verify_inclusion(&appended.leaf, appended.index, size, &appended.proof, &root).unwrap();
        checkpoint
    }

    /// The operator's own tool is what the tests trust: nothing may be wrong. Only the triggers that a test itself
    /// makes or drops for its drill are let pass.
    pub(crate) async fn audit(&self) -> (u64, u64) {
        let report = self.store.verify(&mut |_, _| {}).await.unwrap();
        let findings: Vec<String> = report
            .findings
            .iter()
            .filter(|finding| !matches!(finding, AuditFinding::Schema { .. }))
            .map(AuditFinding::en)
            .collect();
        assert!(findings.is_empty(), "{findings:#?}");
        (report.entries, report.records)
    }
}

/// Starts a store whose folder nobody else has. A program that another test starts at this moment has, for as long as it
/// takes to become one, all files of this process open, their locks among them.
pub(crate) async fn start(store: &Store) -> Running {
    for _ in 0..200 {
        match store.start().await {
            Err(StoreError::InUse(_)) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            started => return started.unwrap(),
        }
    }
    panic!("the folder is in use");
}

/// Founds a ledger in a folder of its own.
pub(crate) async fn found(folder: &Path, database_url: &str) -> Result<Store, StoreError> {
    let origin = "test.example.jp/ledger".parse().unwrap();
    let founded = Store::init(folder, database_url, "試験株式会社", &origin, Clock::manual(NOON)).await;
    remove(folder);
    founded
}

impl Drop for TestLedger {
    fn drop(&mut self) {
        remove(&self.folder);
    }
}

fn remove(folder: &Path) {
    if let Err(error) = std::fs::remove_dir_all(folder) {
        eprintln!("{}: {error}", folder.display());
    }
}

/// A provision by consent with one principal, told apart by `n`.
pub(crate) fn event(n: usize) -> Value {
    event_of(
        &format!("event-{n}"),
        &value!([{"ref": format!("crm:{n:06}"), "name": "山田 太郎"}]),
    )
}

/// A provision by consent of some principals.
pub(crate) fn event_of(event_id: &str, principals: &Value) -> Value {
    value!({
        "source": {"system": "test", "event_id": event_id},
        "basis": "consent_27", "provided_on": "2026-11-20",
        "third_party": {"kind": "corporation", "name": "株式会社例", "address": "東京都千代田区千代田1-1",
                        "representative": {"name": "見本 太郎"}},
        "principals": principals, "items": ["氏名"], "consent": {"statement": "同意を得ている"},
    })
}
