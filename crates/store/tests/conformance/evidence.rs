//! Files of evidence: kept once, read back whole, kept as long as their records, and found out when they are not.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use kirokubo_records::evidence::{FileType, Title};
use kirokubo_records::seal::Month;
use kirokubo_records::{IdKind, id_text};
use kirokubo_store::{
    AuditFinding, Evidence, EvidenceFilter, Kept, NewEvidence, Recorded, Store, StoreError,
};

use super::ledger::{NOON, TestLedger, event};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// More than one part of an object, and no multiple of anything.
const LARGE: usize = (5 << 20) + 77;

fn about(title: Option<&str>) -> NewEvidence {
    NewEvidence {
        file_type: FileType::Text,
        title: title.and_then(|title| Title::parse(title).unwrap()),
        uploaded_by: "key_test".to_owned(),
    }
}

fn bytes(length: usize, seed: usize) -> Vec<u8> {
    (0..length)
        .map(|n| ((n * 31 + seed) % 251).to_le_bytes()[0])
        .collect()
}

async fn keep(store: &Store, bytes: &[u8], title: Option<&str>) -> Kept {
    let mut upload = store.begin_evidence(about(title));
    for piece in bytes.chunks(100_000) {
        upload.write(piece).await.unwrap();
    }
    upload.finish().await.unwrap()
}

async fn keep_new(store: &Store, bytes: &[u8], title: Option<&str>) -> Evidence {
    match keep(store, bytes, title).await {
        Kept::New(evidence) => evidence,
        Kept::Known(known) => panic!("known already: {known:?}"),
    }
}

async fn read(store: &Store, id: &[u8; 16]) -> Result<Vec<u8>, StoreError> {
    let mut content = store
        .evidence_content(id)
        .await?
        .expect("the file is there and readable");
    let mut all = Vec::new();
    while let Some(bytes) = content.next().await? {
        all.extend(bytes);
    }
    Ok(all)
}

fn hex_name(id: &[u8; 16]) -> String {
    hex::encode(id)
}

impl TestLedger {
    fn object(&self, id: &[u8; 16]) -> PathBuf {
        self.folder.join("evidence").join(hex_name(id))
    }

    fn objects(&self) -> Vec<String> {
        fs::read_dir(self.folder.join("evidence"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    fn month_of(&self, id: &[u8; 16]) -> i32 {
        let query = format!("SELECT month FROM evidence WHERE id = x'{}'", hex::encode(id));
        self.sql().int(&query).try_into().unwrap()
    }

    /// Appends a record that cites files, in a month of the test's choice.
    async fn cite(&self, n: usize, month: Month, evidence: &[[u8; 16]]) -> Recorded {
        let mut event = event(n);
        let ids = evidence.iter().map(|id| id_text(IdKind::Evidence, id));
        event["evidence"] = ids.collect::<Vec<_>>().into();
        let mut sealed = self.seal_citing(&event).await;
        self.store.keyring().month_to_seal(month).unwrap();
        sealed.month = month;
        let appender = self.running.as_ref().unwrap().appender();
        appender.append(sealed).await.unwrap()
    }

    async fn finding_codes(&self) -> Vec<&'static str> {
        let report = self.store.verify(&mut |_, _| {}).await.unwrap();
        report.findings.iter().map(AuditFinding::code).collect()
    }
}

#[tokio::test]
async fn a_file_is_kept_once_and_read_back_after_a_restart() {
    let mut ledger = TestLedger::new().await;
    for length in [1, 64 << 10, LARGE] {
        let file = bytes(length, length);
        let kept = keep_new(&ledger.store, &file, Some("同意書 山田太郎.txt")).await;
        assert_eq!(kept.size, u64::try_from(length).unwrap());
        assert_eq!(read(&ledger.store, &kept.id).await.unwrap(), file);
        let Kept::Known(again) = keep(&ledger.store, &file, Some("別の題")).await else {
            panic!("the same bytes are kept twice");
        };
        assert_eq!(again, kept);
        ledger.restart().await;
        assert_eq!(read(&ledger.store, &kept.id).await.unwrap(), file);
        assert_eq!(ledger.store.evidence(&kept.id).await.unwrap(), Some(kept));
    }
    assert_eq!(ledger.objects().len(), 3, "{:?}", ledger.objects());
    let report = ledger.store.verify(&mut |_, _| {}).await.unwrap();
    assert_eq!((report.evidence, report.findings.len()), (3, 0));
}

#[tokio::test]
async fn the_same_file_from_many_at_once_is_one_file() {
    let ledger = TestLedger::new().await;
    let file = bytes(300_000, 1);
    let uploads = (0..8).map(|_| keep(&ledger.store, &file, None));
    let kept = futures_util::future::join_all(uploads).await;
    let new = kept.iter().filter(|kept| matches!(kept, Kept::New(_))).count();
    assert_eq!(new, 1);
    assert_eq!(ledger.objects().len(), 1);
}

#[tokio::test]
async fn an_upload_that_is_given_up_leaves_nothing() {
    let mut ledger = TestLedger::new().await;
    let mut upload = ledger.store.begin_evidence(about(None));
    upload.write(&bytes(LARGE, 2)).await.unwrap();
    assert_eq!(ledger.objects().len(), 1, "a part is on disk");
    drop(upload);
    for _ in 0..500 {
        if ledger.objects().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(ledger.objects(), [""; 0]);

    // A process that was killed cannot tidy up; the next start does.
    let part = ledger
        .folder
        .join("evidence")
        .join(format!("{}#1", hex_name(&[7; 16])));
    fs::write(&part, "half").unwrap();
    ledger.restart().await;
    assert_eq!(ledger.objects(), [""; 0]);
}

#[tokio::test]
async fn a_file_is_kept_as_long_as_the_last_of_its_records() {
    let ledger = TestLedger::new().await;
    let file = keep_new(&ledger.store, b"file", None).await;
    let other = keep_new(&ledger.store, b"other", None).await;
    let (early, late) = (Month::of_days(21_900), Month::of_days(22_900));
    assert!(!file.cited);
    assert_eq!(ledger.month_of(&file.id), Month::OPEN.number());

    ledger.cite(1, early, &[file.id, other.id]).await;
    assert_eq!(ledger.month_of(&file.id), early.number());
    assert!(ledger.store.evidence(&file.id).await.unwrap().unwrap().cited);
    ledger.cite(2, late, &[file.id]).await;
    assert_eq!(ledger.month_of(&file.id), late.number());
    ledger.cite(3, early, &[file.id, file.id]).await;
    assert_eq!(ledger.month_of(&file.id), late.number(), "never earlier");
    assert_eq!(read(&ledger.store, &file.id).await.unwrap(), b"file");
    ledger.cite(4, Month::OPEN, &[file.id]).await;
    ledger.cite(5, late, &[file.id]).await;
    assert_eq!(ledger.month_of(&file.id), Month::OPEN.number(), "a clock is open");
    assert_eq!(ledger.month_of(&other.id), early.number());

    let links: i64 = ledger.sql().int("SELECT count(*) FROM evidence_links");
    assert_eq!(links, 6);
    let cited = ledger
        .store
        .evidence_cited(&[file.id, other.id, [9; 16]])
        .await
        .unwrap();
    assert_eq!(cited.len(), 2);
    assert_eq!(cited[&file.id].sha256, file.sha256_text());

    // Destroying the key of a month destroys what was kept for it alone.
    let key = ledger.folder.join("keys/months").join(format!("{early}.key"));
    fs::remove_file(key).unwrap();
    let reopened = ledger.opened_again().await;
    assert_eq!(reopened.evidence(&other.id).await.unwrap(), None);
    assert!(reopened.evidence_content(&other.id).await.unwrap().is_none());
    assert_eq!(read(&reopened, &file.id).await.unwrap(), b"file");
}

#[tokio::test]
async fn a_link_that_was_taken_away_is_found_by_what_the_record_says() {
    let ledger = TestLedger::new().await;
    let file = keep_new(&ledger.store, b"file", None).await;
    let mut event = event(1);
    event["evidence"] = vec![id_text(IdKind::Evidence, &file.id)].into();
    ledger.append_citing(&event).await;
    ledger.audit().await;
    ledger.sql().run("DELETE FROM evidence_links").unwrap();
    assert_eq!(ledger.finding_codes().await, ["ROW_MISMATCH"]);
}

#[tokio::test]
async fn a_file_that_nobody_sent_cannot_be_cited() {
    let ledger = TestLedger::new().await;
    let mut sealed = ledger.seal(&event(1));
    sealed.evidence = vec![[9; 16]];
    let appender = ledger.running.as_ref().unwrap().appender();
    assert!(appender.append(sealed).await.is_err());
    ledger.append_new(&event(1)).await;
    assert_eq!(ledger.audit().await.1, 1);
}

#[tokio::test]
async fn files_are_listed_in_their_order_by_whether_they_are_cited() {
    let ledger = TestLedger::new().await;
    let mut ids = Vec::new();
    for n in 0..5_u8 {
        ledger.clock.set(NOON + i64::from(n) * 1_000);
        ids.push(keep_new(&ledger.store, &[n + 1], None).await.id);
    }
    ledger.cite(1, Month::of_days(22_000), &[ids[1], ids[3]]).await;
    let list = async |filter: EvidenceFilter| {
        let listed = ledger.store.list_evidence(&filter, 10).await.unwrap();
        listed.into_iter().map(|file| file.id).collect::<Vec<_>>()
    };
    let filter = |cited| EvidenceFilter {
        cited,
        ..EvidenceFilter::default()
    };
    assert_eq!(list(filter(None)).await, ids);
    assert_eq!(list(filter(Some(true))).await, [ids[1], ids[3]]);
    assert_eq!(list(filter(Some(false))).await, [ids[0], ids[2], ids[4]]);
    let page = EvidenceFilter {
        cited: Some(false),
        before: Some(NOON + 4_000),
        after: Some(ids[0]),
    };
    assert_eq!(list(page).await, [ids[2]]);
}

#[tokio::test]
async fn only_old_objects_that_no_row_speaks_of_are_swept_away() {
    let ledger = TestLedger::new().await;
    let kept = keep_new(&ledger.store, b"kept", None).await;
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(NOON.try_into().unwrap());
    let day = Duration::from_millis(DAY_MS.try_into().unwrap());
    for (name, age) in [
        (hex_name(&[1; 16]), day + day),
        (hex_name(&[2; 16]), day / 2),
        ("README".to_owned(), day + day),
        (hex_name(&kept.id), day + day),
    ] {
        let path = ledger.folder.join("evidence").join(name);
        if !path.exists() {
            fs::write(&path, "x").unwrap();
        }
        fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(now - age)
            .unwrap();
    }
    assert_eq!(ledger.store.sweep_evidence().await.unwrap(), 1);
    let mut left = ledger.objects();
    left.sort();
    let mut expected = [hex_name(&[2; 16]), hex_name(&kept.id), "README".to_owned()];
    expected.sort();
    assert_eq!(left, expected);
}

#[tokio::test]
async fn a_file_that_was_changed_or_taken_away_is_found() {
    let ledger = TestLedger::new().await;
    let file = bytes(200_000, 3);
    let kept = keep_new(&ledger.store, &file, None).await;
    let object = ledger.object(&kept.id);
    let sealed = fs::read(&object).unwrap();

    let mut changed = sealed.clone();
    changed[150_000] ^= 1;
    fs::write(&object, &changed).unwrap();
    assert!(matches!(
        read(&ledger.store, &kept.id).await,
        Err(StoreError::Corrupt { .. })
    ));
    assert_eq!(ledger.finding_codes().await, ["EVIDENCE_CHANGED"]);

    fs::write(&object, &sealed[..65_552]).unwrap();
    assert!(read(&ledger.store, &kept.id).await.is_err(), "cut after a chunk");
    assert_eq!(ledger.finding_codes().await, ["EVIDENCE_CHANGED"]);

    let other = keep_new(&ledger.store, &bytes(200_000, 4), None).await;
    fs::copy(ledger.object(&other.id), &object).unwrap();
    assert_eq!(ledger.finding_codes().await, ["EVIDENCE_CHANGED"], "another file");

    fs::remove_file(&object).unwrap();
    assert!(ledger.store.evidence_content(&kept.id).await.is_err());
    assert_eq!(ledger.finding_codes().await, ["EVIDENCE_MISSING"]);

    fs::write(&object, &sealed).unwrap();
    assert_eq!(ledger.finding_codes().await, [""; 0]);
}

#[tokio::test]
async fn a_row_that_was_changed_is_refused_and_found() {
    let ledger = TestLedger::new().await;
    let kept = keep_new(&ledger.store, b"file", None).await;
    let other = keep_new(&ledger.store, b"other file", None).await;
    let sql = ledger.sql();
    let refused = sql.run("UPDATE evidence SET created_by = 'key_other'");
    assert!(refused.unwrap_err().contains("never changes"));
    sql.run("CREATE TABLE as_it_was AS SELECT * FROM evidence")
        .unwrap();
    let id = hex::encode(kept.id);
    for change in [
        "created_by = 'key_other'",
        "created_at = created_at + 1",
        "size = size + 1",
        "media_type = 'application/pdf'",
        "digest = zeroblob(32)",
        "month = 24000",
        &format!("secret = (SELECT secret FROM as_it_was WHERE id <> x'{id}')"),
    ] {
        sql.meddle(&format!("UPDATE evidence SET {change} WHERE id = x'{id}'"));
        let opened = ledger.store.evidence(&kept.id).await;
        assert!(!matches!(opened, Ok(Some(_))), "{change}");
        assert!(ledger.finding_codes().await.contains(&"EVIDENCE_ROW"), "{change}");
        sql.meddle(
            "UPDATE evidence SET (digest, created_by, created_at, media_type, size, month, secret) = \
             (SELECT digest, created_by, created_at, media_type, size, month, secret FROM as_it_was w \
             WHERE w.id = evidence.id)",
        );
        assert_eq!(ledger.finding_codes().await, [""; 0]);
    }
    assert_eq!(ledger.store.evidence(&other.id).await.unwrap(), Some(other));
}

#[tokio::test]
async fn a_file_kept_shorter_than_its_record_is_found() {
    let ledger = TestLedger::new().await;
    let kept = keep_new(&ledger.store, b"file", None).await;
    let (early, late) = (Month::of_days(21_900), Month::of_days(22_900));
    ledger.cite(1, early, &[kept.id]).await;
    let sql = ledger.sql();
    let before = sql.rows("SELECT month, secret FROM evidence").remove(0);
    let Recorded::New(appended) = ledger.cite(2, late, &[kept.id]).await else {
        panic!("a new record");
    };
    sql.run(&format!(
        "UPDATE evidence SET month = {}, secret = x'{}'",
        before[0], before[1]
    ))
    .unwrap();
    let report = ledger.store.verify(&mut |_, _| {}).await.unwrap();
    // The records of this test are sealed under another key than the month they name, which is found as well.
    let found = report
        .findings
        .iter()
        .find(|finding| finding.code() == "ROW_MISMATCH");
    assert_eq!(found.and_then(AuditFinding::index), Some(appended.index.get()));
}

#[tokio::test]
async fn nothing_of_a_file_lies_in_the_folder_as_it_came() {
    let mut ledger = TestLedger::new().await;
    let file = "同意を得ている旨の控え".repeat(20_000);
    keep_new(&ledger.store, file.as_bytes(), Some("山田太郎の同意書.txt")).await;
    ledger.stop().await;
    let mut folders = vec![ledger.folder.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let content = fs::read(&path).unwrap();
            for plain in ["同意を得て", "山田太郎"] {
                let found = content
                    .windows(plain.len())
                    .any(|window| window == plain.as_bytes());
                assert!(!found, "{plain} in {}", path.display());
            }
        }
    }
}
