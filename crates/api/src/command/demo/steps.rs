//! What the demo does, and how it tells of it.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::proof::TlogProof;
use kirokubo_records::japan_date;
use kirokubo_store::Store;
use serde_json::{Value, json};

use super::client::{As, Client};
use super::{Keys, people};

/// One invented event of every legal case.
const EVENTS: &str = include_str!("events.json");

/// People in the demo's list.
const LIST: usize = 500;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs every step; `false` once one of them did not hold.
pub(super) async fn run(story: &mut Story, client: &Client, ledger: &Store) -> bool {
    match tell(story, client, ledger).await {
        Ok(()) => story.held,
        Err(error) => {
            story.check(false, &super::super::chain(error.as_ref()));
            false
        }
    }
}

async fn tell(story: &mut Story, client: &Client, ledger: &Store) -> Result<(), Failure> {
    let events: Vec<Value> =
        serde_json::from_str(&EVENTS.replace("{today}", &japan_date(ledger.clock().now_ms()).to_string()))?;
    let first = record_every_case(story, client, &events).await?;
    record_list(story, client, &events).await?;
    send_again(story, client, &events).await?;
    refuse(story, client, &events).await?;
    search(story, client).await?;
    prove(story, client, ledger, &first).await?;
    verify(story, ledger).await
}

async fn record_every_case(story: &mut Story, client: &Client, events: &[Value]) -> Result<Value, Failure> {
    story.step(
        "提供と受領を、法のすべての場合について記録",
        "one event of every legal case, posted over HTTP",
    );
    let mut first = Value::Null;
    for case in events {
        let answer = post(client, &case["event"]).await?;
        let said = answer.1;
        let letters: String = said["fields"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let held = answer.0 == 201 && said["case"] == case["expect"];
        let kept = said["retain_through"].as_str().unwrap_or("—");
        story.check(
            held,
            &format!(
                "{:<31} 法定事項 {letters:<7} {kept}まで  #{:<3} {}",
                said["case"].as_str().unwrap_or("?"),
                said["index"],
                case["say"].as_str().unwrap_or_default()
            ),
        );
        if first.is_null() {
            first = said;
        }
    }
    Ok(first)
}

async fn record_list(story: &mut Story, client: &Client, events: &[Value]) -> Result<(), Failure> {
    story.step("名簿を1件の記録に", "a list of people as one record");
    let mut event = events[1]["event"].clone();
    event["source"]["event_id"] = json!("p-list");
    event["principals"] = people::list(LIST);
    let (status, said) = post(client, &event).await?;
    story.check(
        status == 201,
        &format!("{LIST}名 → 記録 #{} ({} people, one entry)", said["index"], LIST),
    );
    Ok(())
}

async fn send_again(story: &mut Story, client: &Client, events: &[Value]) -> Result<(), Failure> {
    story.step("同じ連携番号をもう一度送る", "the same event again");
    let (status, _) = post(client, &events[0]["event"]).await?;
    story.check(status == 200, "同じ内容 → 200、最初の答え (the first answer)");
    let mut other = events[0]["event"].clone();
    other["items"] = json!(["氏名"]);
    let (status, said) = post(client, &other).await?;
    story.check(
        status == 409 && said["code"] == "event.conflict",
        "違う内容 → 409 event.conflict",
    );
    Ok(())
}

async fn refuse(story: &mut Story, client: &Client, events: &[Value]) -> Result<(), Failure> {
    story.step(
        "できないことは、理由とともに断る",
        "what cannot be recorded is refused, with every reason",
    );
    let mut event = events[0]["event"].clone();
    event["source"]["event_id"] = json!("p-refused");
    event["basis"] = json!("none");
    let (status, said) = post(client, &event).await?;
    story.check(status == 422, &format!("根拠のない提供 → 422 {}", codes(&said)));
    event["basis"] = json!("consent_27");
    event["consent"] = Value::Null;
    event
        .as_object_mut()
        .and_then(|members| members.remove("consent"));
    event["items"] = json!(["いずれかの情報"]);
    event["third_party"]
        .as_object_mut()
        .and_then(|members| members.remove("representative"));
    let (status, said) = post(client, &event).await?;
    story.check(status == 422, &format!("不備のある記録 → 422 {}", codes(&said)));
    let answer = client.post(As::Nobody, "/v1/provisions", &event).await?;
    story.check(answer.status == 401, "APIキーなし → 401");
    let answer = client.post(As::Auditor, "/v1/provisions", &event).await?;
    story.check(answer.status == 403, "監査人の役割では記録できない → 403");
    Ok(())
}

async fn search(story: &mut Story, client: &Client) -> Result<(), Failure> {
    story.step(
        "本人の記録を、別の字でも探す",
        "a person's records, found in another spelling",
    );
    for spelling in ["高橋花子", "鈴木花子"] {
        let question = json!({"reason": {"kind": "disclosure_request"}, "principal": {"name": spelling}});
        let answer = client.post(As::Officer, "/v1/records/search", &question).await?;
        let found = answer.json();
        let hits = found["data"].as_array().map_or(0, Vec::len);
        let hit = found["data"].as_array().and_then(|data| {
            data.iter()
                .find(|hit| hit["content"]["source"]["value"]["event_id"] == "p-consent-27")
        });
        let why = hit.map_or("", |hit| hit["matched"][0]["explanation"].as_str().unwrap_or(""));
        let stored = hit.map_or("", |hit| hit["principals"][0]["name"].as_str().unwrap_or(""));
        let through = &found["searched"]["through_index"];
        story.check(
            hit.is_some(),
            &format!("「{spelling}」→ {hits}件、「{stored}」({why})。#{through}まで検索"),
        );
    }
    Ok(())
}

async fn prove(story: &mut Story, client: &Client, ledger: &Store, first: &Value) -> Result<(), Failure> {
    story.step(
        "1件の記録があることを、手元で確かめる",
        "one record's proof, checked offline",
    );
    let id = first["id"].as_str().unwrap_or_default();
    let answer = client
        .get(As::Auditor, &format!("/v1/records/{id}/proof"))
        .await?;
    let proof: TlogProof = answer.body.parse()?;
    let leaf: Digest = first["leaf"].as_str().unwrap_or_default().parse()?;
    let checkpoint = proof.verify(&leaf, &ledger.ledger().verifier())?;
    story.check(
        true,
        &format!(
            "C2SP tlog-proof: #{} は署名された {} 件の台帳にある",
            proof.index(),
            checkpoint.size()
        ),
    );
    Ok(())
}

async fn verify(story: &mut Story, ledger: &Store) -> Result<(), Failure> {
    story.step(
        "台帳をはじめから検証",
        "the whole ledger, verified from its first byte",
    );
    let report = ledger.verify(&mut |_, _| {}).await?;
    let facts = format!(
        "連鎖・木・署名・{}件の記録の内容 → 所見 {} 件 ({} findings)",
        report.records,
        report.findings.len(),
        report.findings.len()
    );
    story.check(report.findings.is_empty() && report.records > 0, &facts);
    Ok(())
}

async fn post(client: &Client, event: &Value) -> Result<(u16, Value), Failure> {
    let mut event = event.clone();
    let kind = event.as_object_mut().and_then(|members| members.remove("type"));
    let path = if kind == Some(json!("receipt")) {
        "/v1/receipts"
    } else {
        "/v1/provisions"
    };
    let answer = client.post(As::Ingest, path, &event).await?;
    Ok((answer.status, answer.json()))
}

fn codes(problem: &Value) -> String {
    let errors = problem["errors"].as_array().into_iter().flatten();
    let mut codes: Vec<&str> = errors.filter_map(|error| error["code"].as_str()).collect();
    codes.dedup();
    codes.join(", ")
}

/// Tells the steps on standard output, and remembers whether all of them held.
pub(super) struct Story {
    held: bool,
    colour: bool,
    steps: u32,
    started: Instant,
}

impl Story {
    pub(super) fn begin(folder: &Path) -> Self {
        let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        println!("記録簿 Kirokubo — デモ (demo)\nデータ: {}", folder.display());
        Self {
            held: true,
            colour,
            steps: 0,
            started: Instant::now(),
        }
    }

    pub(super) fn step(&mut self, ja: &str, en: &str) {
        self.steps += 1;
        println!(
            "\n{} {ja}\n   {}",
            self.paint("1;36", &format!("{:>2}", self.steps)),
            self.paint("2", en)
        );
    }

    pub(super) fn fact(text: &str) {
        println!("   {text}");
    }

    pub(super) fn check(&mut self, held: bool, text: &str) {
        self.held &= held;
        let mark = if held {
            self.paint("32", "✓")
        } else {
            self.paint("1;31", "✗ NG")
        };
        println!("   {mark} {text}");
    }

    pub(super) fn end(&self, held: bool) {
        let time = self.started.elapsed().as_secs_f64();
        let verdict = if held {
            "すべて確かめました / everything held"
        } else {
            "うまくいかない点がありました / something did not hold"
        };
        println!(
            "\n{} ({time:.1} s)",
            self.paint(if held { "1;32" } else { "1;31" }, verdict)
        );
    }

    /// What to try next, with keys that exist for this demo alone.
    pub(super) fn invite(server: SocketAddr, keys: &Keys, folder: &Path) {
        println!("\n続けて試す / try it yourself (Ctrl-C で終了):");
        println!("   API       http://{server}/docs");
        println!(
            "   ingest    {}\n   officer   {}\n   auditor   {}",
            keys.ingest, keys.officer, keys.auditor
        );
        println!(
            "   curl -s http://{server}/v1/records/search -H 'Authorization: Bearer {}' \\\n     -H 'Content-Type: application/json' -d '{}'",
            keys.officer,
            json!({"reason": {"kind": "inquiry"}, "principal": {"name": "吉田さくら"}})
        );
        println!(
            "   kirokubo export bundle --data {0} --scope full --out {0}/bundle.tar",
            folder.display()
        );
    }

    fn paint(&self, style: &str, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[{style}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}
