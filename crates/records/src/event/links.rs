//! The records that a new one names: where each field that it leaves out stands, and what else must outlive it.

use kirokubo_ledger::RecordId;
use kirokubo_ledger::commitment::Field;
use kirokubo_rules::Direction;

use super::parts::Parts;
use super::relied::Relied;
use crate::fault::{Code, Fault};
use crate::form::Form;
use crate::given::Checked;
use crate::json::{self, Node};
use crate::known::{CitedIds, IdBytes, Known};
use crate::known_record::KnownRecord;
use crate::matter::{Acquisition, ThirdParty};
use crate::relation::{Reference, Relation};

/// What a new record leaves to others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Links {
    /// The records it names.
    pub(crate) references: Vec<Reference>,
    /// The fields that stand there and not in it.
    pub(crate) omitted: Vec<Field>,
    /// The record that opened the batch it is added to.
    pub(crate) series: Option<RecordId>,
    /// The files that show what it says.
    pub(crate) evidence: Vec<IdBytes>,
}

impl Links {
    /// Takes up the files that the event as it was posted cites, wherever it does; gives the text of field 12. Files
    /// that stand behind what is left out stay with the record that holds it.
    pub(super) fn cite(&mut self, posted: &Node<'_>, known: &Known) -> Option<String> {
        let cited = CitedIds::of(posted).evidence;
        let files: Vec<_> = cited
            .into_iter()
            .filter_map(|id| Some((id, known.evidence.get(&id)?)))
            .collect();
        let texts: Vec<&str> = files.iter().map(|(_, file)| file.json()).collect();
        self.evidence = files.iter().map(|(id, _)| *id).collect();
        (!texts.is_empty()).then(|| format!("[{}]", texts.join(",")))
    }
}

/// Settles what the event may leave out, now that its third party is known; `None` where it may not rely on the
/// record it names, which is noted then.
pub(super) fn settle(form: &Form<'_, '_>, relied: Option<&Relied<'_>>, parts: &Parts) -> Option<Links> {
    let mut links = Links::default();
    if let Some(relied) = relied {
        links = rely(form, relied, parts)?;
    }
    let acquisition = parts.acquisition.as_ref().present().map(Checked::value);
    let confirmed_by = acquisition.and_then(Acquisition::confirmed_by);
    if let Some(id) = confirmed_by.filter(|_| !links.omitted.contains(&Field::ACQUISITION)) {
        let base = form.known().records.get(&id)?;
        if !confirms(base) || !has_party_of(base, parts) {
            let pointer = form.at("third_party_confirmation").name("same_as").pointer();
            let code = if confirms(base) {
                Code::OmissionOtherParty
            } else {
                Code::OmissionBaseUnfit
            };
            form.faults().push(Fault::new(code, pointer));
            return None;
        }
        links.references.push(Reference {
            record: base.facts.record_id,
            relation: Relation::Confirmation,
            fields: Vec::new(),
        });
    }
    Some(links)
}

fn rely(form: &Form<'_, '_>, relied: &Relied<'_>, parts: &Parts) -> Option<Links> {
    let base = relied.base();
    let mut omitted = relied.fields().to_vec();
    let series = (relied.relation() == Relation::Series).then_some(base.facts.record_id);
    if !has_party_of(base, parts) {
        if series.is_none() {
            let pointer = form.at("same_as").name("record").pointer();
            form.faults().push(Fault::new(Code::OmissionOtherParty, pointer));
            return None;
        }
        // Its representative or address changed while the batch runs: this day's record says so itself.
        omitted.retain(|field| *field != Field::THIRD_PARTY);
    }
    Some(Links {
        references: relied.references(&omitted),
        omitted,
        series,
        evidence: Vec::new(),
    })
}

/// Whether a record shows how its third party was confirmed.
fn confirms(base: &KnownRecord) -> bool {
    base.is_proper()
        && base.facts.direction == Direction::Receipt
        && base
            .node(Field::ACQUISITION)
            .is_some_and(|node| node.get("third_party_confirmation").is_some())
}

/// Whether the third party of the event is the very one of `base`: the same version of what is registered, or the same
/// name, address and representative.
fn has_party_of(base: &KnownRecord, parts: &Parts) -> bool {
    let party = parts.third_party.as_ref().present().map(Checked::value);
    let here = party.and_then(|party| json::read(ThirdParty::json(party).as_bytes()).ok());
    match (here, base.node(Field::THIRD_PARTY)) {
        (Some(here), Some(there)) => is_same(&here, &there),
        // What could not be read is noted already.
        (None, _) => true,
        (Some(_), None) => false,
    }
}

fn is_same(here: &Node<'_>, there: &Node<'_>) -> bool {
    const TELLING: [&str; 6] = ["id", "version", "kind", "name", "address", "corporate_number"];
    let representative = |node: &Node<'_>| {
        let name = node
            .get("representative")
            .and_then(|person| person.get("name")?.as_text());
        name.map(str::to_owned)
    };
    TELLING.iter().all(|name| here.get(name) == there.get(name))
        && representative(here) == representative(there)
}
