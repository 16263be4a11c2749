//! Masters: versions that only grow and open only where they were made, and demands to stop that no append misses.

use kirokubo_records::master::{LiftPosting, PartyPosting, Settings, SuppressionPosting, in_force};
use kirokubo_records::seal::Guards;
use kirokubo_records::{CitedIds, Known, ProvisionCheck, japan_date, japan_day, json};
use kirokubo_store::{Actor, AppendError, AuditFinding, Master, MasterKind, Revised, Role, StoreError};
use serde_json::{Value, json};

use super::ledger::{NOON, TestLedger, event, event_of};

#[tokio::test]
async fn versions_are_read_back_with_their_days_after_a_restart() {
    let mut ledger = TestLedger::new().await;
    let made = ledger.add_party("株式会社例", "2026-01-01").await;
    let later = party("株式会社改名", "2026-06-01");
    let revised = ledger
        .store
        .revise_master(MasterKind::ThirdParty, &made.id, &actor(), |versions| {
            assert_eq!(versions, made.versions);
            Ok::<_, ()>(later.draft().clone())
        })
        .await
        .unwrap();
    assert!(matches!(revised, Revised::Version(version) if version.version == 2));
    ledger.restart().await;
    let found = ledger
        .store
        .master_versions(MasterKind::ThirdParty, &[made.id, [7; 16]])
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    let versions = &found[&made.id];
    let on = |day: &str| {
        let day = kirokubo_records::day_of_date(day.parse().unwrap());
        in_force(versions, day).map(|version| version.version)
    };
    assert_eq!(
        ["2025-12-31", "2026-01-01", "2026-05-31", "2026-06-01"].map(on),
        [None, Some(1), Some(1), Some(2)]
    );
    assert!(versions[1].json.contains("改名") && versions[1].made_by == "key_test");
    assert_eq!(findings(&ledger).await, [""; 0]);
}

#[tokio::test]
async fn the_schema_refuses_to_change_a_version_or_a_demand() {
    let ledger = TestLedger::new().await;
    ledger.add_party("株式会社例", "2026-01-01").await;
    ledger.add_demand(&json!({"principal": {"ref": "crm:1"}})).await;
    let sql = ledger.sql();
    for statement in [
        "UPDATE masters SET holds_from = 0",
        "DELETE FROM masters",
        "INSERT INTO masters SELECT ledger, kind, id, 3, holds_from, made_at, made_by, sealed FROM masters",
        "DELETE FROM suppression_tokens",
        "UPDATE suppression_tokens SET from_day = 0",
        "UPDATE suppression_tokens SET scope = 4, until_day = 1",
    ] {
        let refused = sql.run(statement).unwrap_err();
        assert!(
            ["append-only", "must follow", "never changes", "for ever"]
                .iter()
                .any(|reason| refused.contains(reason)),
            "{statement}: {refused}"
        );
    }
}

#[tokio::test]
async fn a_version_that_was_edited_copied_or_swapped_does_not_open() {
    for statement in [
        "UPDATE masters SET holds_from = holds_from + 1 WHERE version = 1",
        "UPDATE masters SET made_by = 'key_other' WHERE version = 1",
        "UPDATE masters SET made_at = made_at - 1 WHERE version = 1",
        "UPDATE masters SET kind = 2",
        "UPDATE masters SET sealed = (SELECT sealed FROM masters m WHERE m.id <> masters.id)",
        "UPDATE masters SET sealed = substr(sealed, 1, length(sealed) - 1) || x'00'",
        "UPDATE masters SET version = 2",
    ] {
        let ledger = TestLedger::new().await;
        let made = ledger.add_party("株式会社例", "2026-01-01").await;
        let other = ledger.add_party("株式会社見本", "2026-01-01").await;
        super::audit::meddle(&ledger, statement);
        let kind = if statement.contains("kind") {
            MasterKind::Filing
        } else {
            MasterKind::ThirdParty
        };
        // A statement that goes through both rows may give the second what it has itself.
        let mut corrupt = 0;
        for id in [&made.id, &other.id] {
            let read = ledger.store.master(kind, id).await;
            corrupt += u32::from(matches!(read, Err(StoreError::Corrupt { .. })));
        }
        assert!(corrupt > 0, "{statement}");
        let found = findings(&ledger).await;
        assert!(!found.is_empty(), "{statement}");
        assert!(
            found.iter().all(|one| one.contains("a row of masters")),
            "{found:?}"
        );
    }
}

#[tokio::test]
async fn a_demand_that_was_taken_out_of_the_table_is_found() {
    for statement in [
        "DELETE FROM suppression_tokens",
        "UPDATE suppression_tokens SET until_day = 0",
        "UPDATE suppression_tokens SET scope = 4",
        "INSERT INTO suppression_tokens SELECT ledger, token + 1, id, from_day, until_day, scope FROM suppression_tokens",
    ] {
        let ledger = TestLedger::new().await;
        ledger.add_demand(&json!({"principal": {"ref": "crm:1"}})).await;
        assert_eq!(findings(&ledger).await, [""; 0]);
        super::audit::meddle(&ledger, statement);
        let found = findings(&ledger).await;
        assert_eq!(found.len(), 1, "{statement}");
        assert!(found[0].contains("a row of suppression_tokens"), "{}", found[0]);
    }
}

#[tokio::test]
async fn no_append_misses_a_demand_in_any_place_of_a_batch() {
    let mut ledger = TestLedger::new().await;
    ledger.append_new(&event(1)).await;
    ledger.add_demand(&demand("crm:000002")).await;
    for restarted in [false, true] {
        if restarted {
            ledger.restart().await;
        }
        let appender = ledger.running.as_ref().unwrap().appender();
        let principals =
            json!([{"ref": "crm:7"}, {"ref": "crm:000002"}, {"ref": "crm:8"}, {"ref": "ｃｒｍ:000002"}]);
        let records = [
            ledger.seal(&event(1)),
            ledger.seal(&event(2)),
            ledger.seal(&event_of(&format!("list-{restarted}"), &principals)),
            ledger.seal(&event_of(
                &format!("other-{restarted}"),
                &json!([{"ref": "crm:9"}]),
            )),
        ];
        let outcomes = futures_util::future::join_all(records.map(|record| appender.append(record))).await;
        let rows: Vec<Option<Vec<u64>>> = outcomes
            .into_iter()
            .map(|outcome| match outcome {
                Ok(_) => None,
                Err(AppendError::Suppressed { rows }) => Some(rows),
                Err(error) => panic!("{error}"),
            })
            .collect();
        assert_eq!(rows, [None, Some(vec![0]), Some(vec![1, 3]), None]);
    }
    assert_eq!(ledger.audit().await, (4, 3));
}

#[tokio::test]
async fn a_demand_holds_until_it_is_lifted_and_on_no_day_before() {
    let ledger = TestLedger::new().await;
    let mut posted = demand("crm:000002");
    posted["from"] = "2026-11-20".into();
    let made = ledger.add_demand(&posted).await;
    let dated = |id: &str, day: &str| {
        let mut event = event_of(id, &json!([{"ref": "crm:000002"}]));
        event["provided_on"] = day.into();
        event
    };
    let stopped = |outcome| matches!(outcome, Err(AppendError::Suppressed { .. }));
    ledger.append_new(&dated("before", "2026-11-19")).await;
    assert!(stopped(ledger.append(&dated("on", "2026-11-20")).await));
    let lift = LiftPosting::parse(
        r#"{"on":"2026-11-21","reason":"撤回"}"#.as_bytes(),
        japan_date(NOON),
    )
    .unwrap();
    let revised = ledger
        .store
        .revise_master(MasterKind::Suppression, &made.id, &actor(), |versions| {
            lift.revise(versions)
        })
        .await
        .unwrap();
    assert!(matches!(revised, Revised::Version(_)));
    assert!(
        stopped(ledger.append(&dated("on", "2026-11-20")).await),
        "it held that day"
    );
    ledger.append_new(&dated("after", "2026-11-21")).await;
    assert_eq!(findings(&ledger).await, [""; 0]);
}

/// A thousand principals against a hundred thousand demands: one query, and no more than a moment.
#[tokio::test]
async fn many_principals_meet_many_demands_in_one_query() {
    let ledger = TestLedger::new().await;
    let made = ledger.add_demand(&demand("crm:000500")).await;
    // What nobody's token is, a hundred thousand times: the table's size is what counts here.
    ledger
        .sql()
        .run(&format!(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 100000) \
             INSERT INTO suppression_tokens (ledger, token, id, from_day, scope) \
             SELECT 1, n * 92233720368547, x'{}', 0, 0 FROM n",
            hex::encode(made.id)
        ))
        .unwrap();
    let principals: Vec<Value> = (0..1_000)
        .map(|n| json!({"ref": format!("crm:{n:06}"), "name": "山田 太郎", "birth_date": "1980-01-01"}))
        .collect();
    let question = json!({"basis": "consent_27", "principals": principals}).to_string();
    let node = json::read(question.as_bytes()).unwrap();
    assert!(CitedIds::of(&node).is_empty());
    let check = ProvisionCheck::parse(&node, japan_date(NOON), 1_000, Known::NOTHING).unwrap();
    let guards = Guards::of_check(&check, ledger.store.keyring().search());
    assert_eq!((guards.tokens.len(), guards.day), (2_000, japan_day(NOON)));
    assert_eq!(ledger.store.suppressed(&guards).await.unwrap(), [500]);
}

#[tokio::test]
async fn settings_are_replaced_and_their_history_kept() {
    let ledger = TestLedger::new().await;
    assert!(ledger.store.settings().await.unwrap().is_empty());
    for approvals in [true, false] {
        let settings = Settings {
            amendments_need_approval: approvals,
            ..Settings::default()
        };
        ledger.store.set_settings(&settings, &actor()).await.unwrap();
    }
    let versions = ledger.store.settings().await.unwrap();
    let kept: Vec<bool> = versions
        .iter()
        .map(|version| {
            Settings::parse(version.json.as_bytes())
                .unwrap()
                .amendments_need_approval
        })
        .collect();
    assert_eq!(kept, [true, false]);
}

impl TestLedger {
    async fn add_party(&self, name: &str, holds_from: &str) -> Master {
        let posting = party(name, holds_from);
        self.store
            .add_master(MasterKind::ThirdParty, posting.draft(), &actor())
            .await
            .unwrap()
    }

    pub(super) async fn add_demand(&self, posted: &Value) -> Master {
        let posting = SuppressionPosting::parse(posted.to_string().as_bytes(), japan_date(NOON)).unwrap();
        self.store
            .add_master(MasterKind::Suppression, posting.draft(), &actor())
            .await
            .unwrap()
    }
}

fn party(name: &str, holds_from: &str) -> PartyPosting {
    let posted = json!({
        "kind": "corporation", "name": name, "address": "東京都千代田区千代田1-1", "holds_from": holds_from,
        "representative": {"name": "見本 太郎"},
    });
    PartyPosting::parse(posted.to_string().as_bytes(), japan_date(NOON)).unwrap()
}

fn demand(reference: &str) -> Value {
    json!({"principal": {"ref": reference}, "from": "2026-01-01"})
}

fn actor() -> Actor {
    Actor {
        id: "key_test".to_owned(),
        role: Role::Officer,
    }
}

async fn findings(ledger: &TestLedger) -> Vec<String> {
    let report = ledger.store.verify(&mut |_, _| {}).await.unwrap();
    report.findings.iter().map(AuditFinding::en).collect()
}
