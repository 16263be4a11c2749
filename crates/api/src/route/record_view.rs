//! A record as it is shown: each role sees what it may.

use std::collections::BTreeMap;

use kirokubo_ledger::commitment::Field;
use kirokubo_records::seal::Content;
use kirokubo_records::{record_id_text, references_of};
use kirokubo_store::{Holders, OpenedRecord, RecordHeader, Role};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::mask;
use crate::http::{FaultView, Language};
use crate::time::{date, date_of_retention};

/// A record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordView {
    /// The record's id.
    #[schema(example = "rec_0190f3c0-aaaa-7bbb-8ccc-0123456789ab")]
    id: String,
    /// Index of its entry.
    index: u64,
    /// `provision` or `receipt`.
    direction: &'static str,
    /// The case it was recorded under.
    #[schema(example = "provision_consent_27")]
    case: &'static str,
    /// `regular`, `voluntary`, `review`, `non_conforming` or `voided`.
    status: &'static str,
    /// Day of the event.
    #[schema(example = "2026-11-20")]
    event_date: String,
    /// Last day of retention, inclusive; absent while the clock is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    retain_through: Option<String>,
    /// Who recorded it.
    #[schema(example = "key_0190f3c0-aaaa-7bbb-8ccc-0123456789ab")]
    recorded_by: String,
    /// The natural key.
    source: SourceView,
    /// Letters of the statutory matters; absent once the content is erased, or for roles without content.
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<String>>,
    /// The rule set that judged it.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_set: Option<String>,
    /// What it says, field by field.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<BTreeMap<String, FieldView>>,
    /// Its principals, the first thousand at most; not in lists, where the count stands in the content.
    #[serde(skip_serializing_if = "Option::is_none")]
    principals: Option<Vec<Value>>,
    /// How many it has in all; `GET /v1/records/{id}/principals` shows every one.
    #[serde(skip_serializing_if = "Option::is_none")]
    principals_total: Option<u64>,
    /// What was accepted but should be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    warnings: Option<Vec<FaultView>>,
    /// Whether names and contact details are hidden from this role.
    masked: bool,
    /// Whether the stored content is damaged; `kirokubo verify` says how.
    unreadable: bool,
    /// Whether the content was lost with a database, as a recovery entry of the ledger says.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    content_lost: bool,
}

/// `source` of an event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceView {
    /// The system that sent it.
    system: String,
    /// Its id there.
    event_id: String,
}

/// One field of a record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldView {
    /// What was recorded.
    value: Value,
    /// Whether the law asks for it in this case (法定記録事項); otherwise it was kept as a voluntary addition.
    statutory: bool,
    /// The earlier record that holds it, where this one leaves it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_by: Option<String>,
}

/// How much of a record is shown.
#[derive(Clone, Copy)]
pub(crate) enum Shown<'a> {
    /// What stays when the content is gone, or the role sees none of it.
    Header,
    /// What it says, and what others hold for it, without its principals.
    Content(&'a Content, &'a Holders),
    /// Everything, or everything but other people's rows.
    Whole(&'a OpenedRecord, &'a Holders),
    /// Its stored content is damaged.
    Unreadable,
}

impl<'a> Shown<'a> {
    fn content(self) -> Option<(&'a Content, &'a Holders)> {
        match self {
            Self::Content(content, holders) => Some((content, holders)),
            Self::Whole(opened, holders) => Some((&opened.content, holders)),
            Self::Header | Self::Unreadable => None,
        }
    }
}

impl RecordView {
    pub(crate) fn new(header: &RecordHeader, shown: Shown<'_>, role: Role, language: Language) -> Self {
        let masked = is_masked(role);
        let content = shown.content();
        let meta = content.map(|(content, _)| content.meta());
        let show = |value: Value, person: bool| if masked { mask::value(value, person) } else { value };
        Self {
            id: record_id_text(&header.record_id),
            index: header.index.get(),
            direction: header.direction.as_str(),
            case: crate::names::case(header.case),
            status: header.status.as_str(),
            event_date: date(header.event_day),
            retain_through: date_of_retention(header.retain_through),
            recorded_by: header.recorded_by.clone(),
            source: SourceView {
                system: header.system.clone(),
                event_id: header.event_id.clone(),
            },
            fields: meta.map(|meta| meta.letters.chars().map(String::from).collect()),
            rule_set: meta.map(|meta| meta.rule_set.clone()),
            content: content.map(|(content, holders)| fields(content, holders, &show)),
            principals: match shown {
                Shown::Whole(opened, _) => Some(opened.rows.iter().map(|row| principal(row, role)).collect()),
                Shown::Header | Shown::Content(..) | Shown::Unreadable => None,
            },
            principals_total: match shown {
                Shown::Whole(opened, _) => Some(opened.total),
                Shown::Header | Shown::Content(..) | Shown::Unreadable => None,
            },
            warnings: meta.map(|meta| {
                meta.warnings
                    .iter()
                    .map(|w| FaultView::of_text(w, language))
                    .collect()
            }),
            masked: masked && content.is_some(),
            unreadable: matches!(shown, Shown::Unreadable),
            content_lost: header.is_lost(),
        }
    }
}

/// Whether a role sees records without names and contact details.
pub(super) fn is_masked(role: Role) -> bool {
    !matches!(role, Role::Recorder | Role::Officer)
}

/// A principal as a role may see him.
pub(super) fn principal(json: &str, role: Role) -> Value {
    let value = serde_json::from_str(json).unwrap_or(Value::Null);
    if is_masked(role) {
        mask::value(value, true)
    } else {
        value
    }
}

/// Every field of a record, wherever it stands.
fn fields(
    content: &Content,
    holders: &Holders,
    show: &impl Fn(Value, bool) -> Value,
) -> BTreeMap<String, FieldView> {
    let statutory = &content.meta().statutory;
    let view = |(field, text, held_by): (Field, &str, Option<String>)| {
        let value: Value = serde_json::from_str(text).unwrap_or(Value::Null);
        let person = value.get("kind").is_some_and(|kind| kind == "individual");
        let view = FieldView {
            value: show(value, person),
            statutory: statutory.contains(&field.number()),
            held_by,
        };
        (field.name().to_owned(), view)
    };
    let references = references_of(content);
    let left_out = references.iter().flat_map(|reference| {
        let held = move |field: &Field| {
            let text = holders.get(&reference.record)?.text(*field)?;
            Some((*field, text, Some(record_id_text(&reference.record))))
        };
        reference.fields.iter().filter_map(held)
    });
    let own = content.present().map(|(field, text)| (field, text, None));
    own.chain(left_out).map(view).collect()
}
