//! Sealing the record that takes another back: it holds why, and nothing of what the other said.

use chrono::NaiveDate;
use kirokubo_ledger::commitment::{Field, FieldValues, RecordCommitments, RecordRef};
use kirokubo_ledger::entry::{PendingEntry, RetentionClass};

use super::{Content, Guards, Meta, Month, SealError, SealedRecord, Sealing, content};
use crate::amendment::{Voiding, amendment_event_id};
use crate::clock::voiding_retain_through;
use crate::draft::Status;
use crate::japan::day_of_date;
use crate::known_record::KnownRecord;
use crate::relation::{Reference, Relation, references_json};
use crate::source::OWN_SYSTEM;

/// Seals what takes `voided` back, made on this day in Japan.
pub fn seal_voiding(
    voiding: &Voiding,
    voided: &KnownRecord,
    made_on: NaiveDate,
    with: &Sealing<'_>,
) -> Result<SealedRecord, SealError> {
    let record = RecordRef {
        ledger_id: *with.ledger_id,
        record_id: with.record_id,
    };
    let references = vec![Reference {
        record: voided.facts.record_id,
        relation: Relation::Amends,
        fields: Vec::new(),
    }];
    let mut fields: [Option<String>; 16] = Default::default();
    let mut set = |field: Field, text: Option<String>| fields[content::position(field)] = text;
    set(Field::REFERENCES, references_json(&references));
    set(
        Field::SOURCE,
        voided.held(Field::SOURCE).map(|(_, text)| text.to_owned()),
    );
    set(Field::ACTORS, Some(super::actors::text(with)));
    set(
        Field::VOLUNTARY,
        Some(format!("{{\"amendment\":{}}}", voiding.note())),
    );
    let content = Content::new(fields, Meta::of_nothing(voided));
    let expander = with.secret.expander();
    let mut values = FieldValues::new();
    for (field, text) in content.present() {
        values.set(field, text)?;
    }
    let body_root = RecordCommitments::new(&expander, &record, &values).body_root();
    let (case, retain) = (voided.facts.case, voiding_retain_through(made_on));
    let entry = PendingEntry::amend(
        record.ledger_id,
        record.record_id,
        voided.facts.record_id,
        case,
        RetentionClass::Each,
        retain,
        body_root,
    )?;
    let cipher = super::content_cipher(&expander);
    Ok(SealedRecord {
        record_id: record.record_id,
        entry,
        case,
        retain_through: retain,
        status: Status::Voided,
        direction: voided.facts.direction,
        event_day: day_of_date(voided.facts.event_date),
        made_day: day_of_date(made_on),
        system: OWN_SYSTEM.to_owned(),
        event_id: amendment_event_id(voided),
        body_digest: with.digest_key.digest(voiding.canonical()),
        idempotency: super::idempotency(with),
        row_key: with.digest_key.rows().clone(),
        recorded_by: with.recorded_by.to_owned(),
        third_party: None,
        references,
        series: None,
        guards: Guards::default(),
        needs_approval: false,
        evidence: Vec::new(),
        list: None,
        month: Month::of_retention(retain),
        wrapped_secret: with.month_key.wrap(&with.secret, with.wrap_nonce, &record),
        content: super::encrypt_content(&cipher, with, &record, &content),
        rows: Vec::new(),
        tokens: Vec::new(),
        meta: content.into_meta(),
    })
}
