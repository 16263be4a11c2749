//! The answers to a posted event.

use kirokubo_ledger::hash::Digest;
use kirokubo_records::NoDuty;
use kirokubo_store::Appended;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{FaultView, Language};
use crate::recording::Said;
use crate::time::{date_of_retention, rfc3339};

/// What was recorded, and the proof that it was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordReceipt {
    /// The record's id.
    #[schema(example = "rec_0190f3c0-aaaa-7bbb-8ccc-0123456789ab")]
    id: String,
    /// Index of its entry in the ledger, from 0.
    index: u64,
    /// The case it was recorded under.
    #[schema(example = "provision_consent_27")]
    case: String,
    /// `regular`, `voluntary`, `review` or `non_conforming`.
    status: String,
    /// Letters of the statutory matters, in the order of the rule.
    #[schema(example = json!(["b", "c", "d", "e"]))]
    fields: Vec<String>,
    /// The rule set that judged it, by the day it took effect.
    #[schema(example = "2023-04-01")]
    rule_set: String,
    /// Last day of retention, inclusive; absent while the clock is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2029-11-21")]
    retain_through: Option<String>,
    /// When the ledger recorded it.
    #[schema(example = "2026-11-21T03:04:05.678Z")]
    recorded_at: String,
    /// Leaf hash of its entry, hex.
    leaf: String,
    /// The signed checkpoint (C2SP tlog-checkpoint) that covers it.
    checkpoint: String,
    /// Inclusion proof for that checkpoint, hex, the leaf's sibling first.
    proof: Vec<String>,
    /// What was accepted but should be looked at.
    warnings: Vec<FaultView>,
}

impl RecordReceipt {
    pub(crate) fn new(said: Said, appended: &Appended, language: Language) -> Self {
        let meta = said.meta.as_ref();
        Self {
            id: said.id,
            index: appended.index.get(),
            case: said.case.to_owned(),
            status: said.status.to_owned(),
            fields: meta.map_or_else(Vec::new, |meta| meta.letters.chars().map(String::from).collect()),
            rule_set: meta.map_or_else(String::new, |meta| meta.rule_set.clone()),
            retain_through: said.retain_through,
            recorded_at: rfc3339(appended.recorded_at.as_millis()),
            leaf: appended.leaf.to_string(),
            checkpoint: appended.checkpoint.to_string(),
            proof: appended.proof.iter().map(Digest::to_string).collect(),
            warnings: meta.map_or_else(Vec::new, |meta| {
                meta.warnings
                    .iter()
                    .map(|warning| FaultView::of_text(warning, language))
                    .collect()
            }),
        }
    }
}

/// Nothing was recorded: the law asks for no record, or this was a dry run.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NotRecorded {
    /// Always `false`.
    recorded: bool,
    /// `none` where there is no duty; for a dry run the verdict that the event would be recorded under.
    verdict: String,
    /// The gate of the decision table that answered.
    gate: String,
    /// Letters of the statutory matters that a record would hold.
    fields: Vec<String>,
    /// The case it would be recorded under.
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<String>,
    /// Last day of retention it would have.
    #[serde(skip_serializing_if = "Option::is_none")]
    retain_through: Option<String>,
    /// Articles that the verdict rests on.
    citations: Vec<String>,
    /// Why.
    explanation: String,
    /// The rule set that judged it.
    rule_set: String,
    /// What was accepted but should be looked at.
    warnings: Vec<FaultView>,
}

impl NotRecorded {
    pub(crate) fn no_duty(no_duty: &NoDuty, language: Language) -> Self {
        let warnings = no_duty
            .warnings()
            .iter()
            .map(|fault| FaultView::of(fault, language))
            .collect();
        Self::of(no_duty.answer(), warnings, language)
    }

    pub(crate) fn dry_run(draft: &kirokubo_records::Draft, language: Language) -> Self {
        let warnings = draft
            .warnings()
            .iter()
            .map(|fault| FaultView::of(fault, language))
            .collect();
        Self {
            fields: letters(draft),
            case: Some(draft.case().as_str().to_owned()),
            retain_through: date_of_retention(draft.entry_retain_through()),
            ..Self::of(draft.answer(), warnings, language)
        }
    }

    fn of(answer: &kirokubo_rules::Answer, warnings: Vec<FaultView>, language: Language) -> Self {
        Self {
            recorded: false,
            verdict: answer.verdict.as_str().to_owned(),
            gate: answer.gate.as_str().to_owned(),
            fields: Vec::new(),
            case: None,
            retain_through: None,
            citations: answer.citations.iter().map(|text| (*text).to_owned()).collect(),
            explanation: language
                .pick(answer.explanation.ja, answer.explanation.en)
                .to_owned(),
            rule_set: answer.rule_set.id().to_owned(),
            warnings,
        }
    }
}

/// The letters of the matters that are statutory in a draft.
fn letters(draft: &kirokubo_records::Draft) -> Vec<String> {
    draft
        .matters()
        .iter()
        .filter_map(|matter| matter.letter(draft.direction()))
        .map(String::from)
        .collect()
}
