//! A reading as it is shown, and as it is printed.

use std::fmt::Write;

use kirokubo_records::{IdKind, id_text, record_id_text};
use kirokubo_store::{LoggedAccess, Role};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::http::Language;
use crate::time::rfc3339;

/// One reading of personal data.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccessView {
    /// Its id.
    #[schema(example = "acc_0190f3c0-aaaa-7bbb-8ccc-0123456789ab")]
    id: String,
    /// Index of its entry in the access ledger.
    index: u64,
    /// When, RFC 3339.
    at: String,
    /// `search`, `reveal`, `export`, `print`, `opening`, `disclosure_proof`, `evidence` or `access_log`.
    kind: &'static str,
    /// The key that read.
    #[schema(example = "key_0190f3c0-aaaa-7bbb-8ccc-0123456789ab")]
    actor: String,
    /// The rest; absent once it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(flatten)]
    said: Option<AccessSaid>,
    /// Where everything was read: all records below this index.
    #[serde(skip_serializing_if = "Option::is_none")]
    all_below: Option<i64>,
}

/// What an entry keeps sealed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccessSaid {
    /// The role of the key.
    #[schema(example = "officer")]
    role: String,
    /// The operation of this contract, or the command.
    #[schema(example = "search_records")]
    operation: String,
    /// `http` or `command_line`.
    via: String,
    /// The request's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// Why.
    reason: ReasonView,
    /// Results shown.
    count: u64,
    /// The records that were shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    records: Vec<String>,
    /// What else was shown, by its id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    others: Vec<String>,
    /// By what a search looked for a person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    asked_by: Vec<String>,
    /// What was asked; not for `auditor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    asked: Option<Value>,
}

/// Why somebody read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReasonView {
    /// `disclosure_request`, `audit` …; `unstated` where nothing was said.
    kind: String,
    /// The id of what was worked on.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

impl AccessView {
    pub(super) fn new(logged: &LoggedAccess, role: Role) -> Self {
        let said = logged.opened.as_ref().map(|access| AccessSaid {
            role: access.role.clone(),
            operation: access.operation.clone(),
            via: access.via.clone(),
            request_id: access.request_id.clone(),
            reason: ReasonView {
                kind: access.reason.kind().to_owned(),
                id: access.reason.id().map(str::to_owned),
            },
            count: access.count,
            records: access.records.iter().map(record_id_text).collect(),
            others: access.others.clone(),
            asked_by: asked_by(access.asked.as_ref()),
            asked: access.asked.clone().filter(|_| role == Role::Officer),
        });
        Self {
            id: id_text(IdKind::Access, logged.id.as_bytes()),
            index: logged.index.get(),
            at: rfc3339(logged.at),
            kind: logged.kind.as_str(),
            actor: logged.actor.clone(),
            said,
            all_below: logged.all_below,
        }
    }
}

/// The names of the members by which a person was looked for, not what they say.
fn asked_by(asked: Option<&Value>) -> Vec<String> {
    let principal = asked.and_then(|asked| asked.get("principal")?.as_object());
    principal.map_or_else(Vec::new, |members| members.keys().cloned().collect())
}

/// A page for paper: one line a reading.
pub(super) fn printed(id: &str, data: &[AccessView], next: Option<&str>, language: Language) -> String {
    let mut text = format!(
        "{}\n{id}\n\n{}\n",
        language.pick("記録の閲覧者一覧(だれがこの記録を見たか)", "Who read this record"),
        language.pick(
            "日時(UTC)\t閲覧者\t権限\t種類\t理由\t件数\t台帳の通番",
            "time (UTC)\twho\trole\tkind\treason\tresults\tindex in the access ledger"
        ),
    );
    for view in data {
        let (role, reason, count) = match &view.said {
            Some(said) => (said.role.as_str(), reason(&said.reason), said.count.to_string()),
            None => (
                "-",
                language.pick("(保存期間が終わり廃棄済み)", "(erased)").to_owned(),
                "-".to_owned(),
            ),
        };
        let (at, actor, kind, index) = (&view.at, &view.actor, word(view.kind, language), view.index);
        writeln!(text, "{at}\t{actor}\t{role}\t{kind}\t{reason}\t{count}\t{index}")
            .expect("writing to a string cannot fail");
    }
    let more = match next {
        Some(next) => format!(
            "{} cursor={next}",
            language.pick("続きがあります。", "There is more:")
        ),
        None => format!("{} {}", language.pick("件数", "readings:"), data.len()),
    };
    text.push('\n');
    text.push_str(&more);
    text.push('\n');
    text
}

fn reason(reason: &ReasonView) -> String {
    let id = reason.id.as_ref().map(|id| format!(" ({id})"));
    format!("{}{}", reason.kind, id.unwrap_or_default())
}

fn word(kind: &'static str, language: Language) -> &'static str {
    let ja = match kind {
        "search" => "検索",
        "reveal" => "閲覧",
        "export" => "書き出し",
        "print" => "印刷",
        "opening" => "証明用の開示",
        "disclosure_proof" => "本人への開示",
        "evidence" => "証跡ファイルの閲覧",
        "access_log" => "閲覧記録の閲覧",
        other => other,
    };
    language.pick(ja, kind)
}
