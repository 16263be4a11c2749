//! What an event leaves to an earlier record: `same_as` (規則20条2項, 24条2項, 28条2項) and `series` (規則19条2項ただし書).
//!
//! What is left out is put in its place before anything is judged, so an event that relies on a record passes the same
//! checks as one that says everything itself. Only then is it taken out again: the record names where it stands.

use std::borrow::Cow;

use kirokubo_ledger::commitment::Field;
use kirokubo_rules::Direction;

use super::{Context, date_field};
use crate::fault::{Code, Fault, Words};
use crate::form::Form;
use crate::given::Given;
use crate::ids::parse_record_id;
use crate::json::{Member, Node};
use crate::known_record::KnownRecord;
use crate::relation::{Reference, Relation, by_holder};

/// An earlier record that an event relies on, and what it leaves to it.
pub(super) struct Relied<'k> {
    relation: Relation,
    base: &'k KnownRecord,
    /// The fields left out, all of which the base holds.
    fields: Vec<Field>,
}

/// The base cannot be relied on; why is noted.
pub(super) struct Unfit;

/// Fields of an event that `same_as` may leave out, by the names they are posted under.
const OMISSIBLE: [(&str, Field); 7] = [
    ("third_party", Field::THIRD_PARTY),
    ("principals", Field::PRINCIPALS),
    ("items", Field::ITEMS),
    ("consent", Field::CONSENT),
    ("consent_confirmation", Field::CONSENT),
    ("acquisition", Field::ACQUISITION),
    ("ppc_publication", Field::PPC_PUBLICATION),
];

/// Fields that every day of a batch has in common, by the names they are posted under.
const IN_COMMON: [(&str, Field); 6] = [
    ("third_party", Field::THIRD_PARTY),
    ("items", Field::ITEMS),
    ("consent", Field::CONSENT),
    ("consent_confirmation", Field::CONSENT),
    ("acquisition", Field::ACQUISITION),
    ("cross_border", Field::CROSS_BORDER),
];

/// Reads `same_as` or `series`; `Ok(None)` where the event says everything itself.
pub(super) fn read<'k>(
    form: &Form<'_, '_>,
    direction: Direction,
    context: &Context<'k>,
) -> Result<Option<Relied<'k>>, Unfit> {
    if form.get("series").is_some() {
        return read_series(form, direction, context).map(Some);
    }
    let same_as = match form.object("same_as", &["record", "fields"]) {
        Given::Absent => return Ok(None),
        Given::Faulty => return Err(Unfit),
        Given::Present(same_as) => same_as,
    };
    let base = base(&same_as, "record", context)?;
    if base.facts.direction != direction || !base.is_proper() {
        return refuse(&same_as, "record", Code::OmissionBaseUnfit);
    }
    let fields = omitted(form, &same_as, base)?;
    Ok(Some(Relied {
        relation: Relation::SameAs,
        base,
        fields,
    }))
}

impl<'k> Relied<'k> {
    /// The posted event with what it leaves out put in its place.
    pub(super) fn complete<'n>(&'n self, posted: &'n Node<'n>) -> Node<'n> {
        let members: &[Member<'n>] = match posted {
            Node::Object(members) => members,
            _ => &[],
        };
        let mut members = members.to_vec();
        for field in &self.fields {
            self.put(*field, &mut members);
        }
        if self.relation == Relation::Series {
            self.put_series(&mut members);
        }
        Node::Object(members)
    }

    /// Why it is relied on.
    pub(super) const fn relation(&self) -> Relation {
        self.relation
    }

    /// The record relied on.
    pub(super) const fn base(&self) -> &'k KnownRecord {
        self.base
    }

    /// The fields left out.
    pub(super) fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Where each of the `omitted` fields stands.
    pub(super) fn references(&self, omitted: &[Field]) -> Vec<Reference> {
        let held = |field: &Field| Some((self.base.held(*field)?.0, *field));
        by_holder(
            self.relation,
            self.base.facts.record_id,
            omitted.iter().filter_map(held),
        )
    }

    fn put<'n>(&'n self, field: Field, members: &mut Vec<Member<'n>>) {
        // The rows stay where they are; the reader of principals knows of them by the base.
        let Some(node) = self.base.node(field).filter(|_| field != Field::PRINCIPALS) else {
            return;
        };
        match (field, node) {
            (Field::ACQUISITION, Node::Object(mut parts)) => {
                if let Some(at) = parts
                    .iter()
                    .position(|(name, _)| name == "third_party_confirmation")
                {
                    members.push(parts.remove(at));
                }
                if !parts.is_empty() {
                    members.push((Cow::Borrowed("acquisition"), Node::Object(parts)));
                }
            }
            (Field::CONSENT, node) => {
                // Only a confirmation of 個人関連情報 has no statement of its own.
                let confirms = node.get("statement").is_none() && node.get("method").is_some();
                let name = if confirms {
                    "consent_confirmation"
                } else {
                    "consent"
                };
                members.push((Cow::Borrowed(name), node));
            }
            (Field::THIRD_PARTY, Node::Object(parts)) => {
                // One that is registered is read in the version of this event's day.
                let id = parts.iter().position(|(name, _)| name == "id");
                let parts = id.map_or_else(|| parts.clone(), |at| vec![parts[at].clone()]);
                members.push((Cow::Borrowed("third_party"), Node::Object(parts)));
            }
            (field, node) => members.push((Cow::Borrowed(field.name()), node)),
        }
    }

    /// What was judged of the batch, and how it is made.
    fn put_series<'n>(&'n self, members: &mut Vec<Member<'n>>) {
        const NOT_INPUTS: [&str; 5] = ["verdict", "gate", "rule_set", "status", "third_party_status"];
        let mut add = |name: Cow<'n, str>, node: Node<'n>| {
            if !members.iter().any(|(there, _)| *there == name) {
                members.push((name, node));
            }
        };
        if let Some(Node::Object(method)) = self.base.node(Field::METHOD) {
            for (name, node) in method {
                match &*name {
                    "method" => add(Cow::Borrowed("recording_method"), node),
                    "agreement" => add(name, node),
                    _ => {}
                }
            }
        }
        let Some(Node::Object(voluntary)) = self.base.node(Field::VOLUNTARY) else {
            return;
        };
        let judgement = voluntary.into_iter().find(|(name, _)| name == "judgement");
        if let Some((_, Node::Object(judged))) = judgement {
            for (name, node) in judged {
                if !NOT_INPUTS.contains(&&*name) {
                    add(name, node);
                }
            }
        }
    }
}

/// The record that the text under `name` cites.
fn base<'k>(form: &Form<'_, '_>, name: &str, context: &Context<'k>) -> Result<&'k KnownRecord, Unfit> {
    let Some(node) = form.get(name) else {
        form.faults().push(form.missing(name));
        return Err(Unfit);
    };
    let id = node.as_text().and_then(parse_record_id);
    let known = id.and_then(|id| context.known.records.get(&id));
    known.ok_or_else(|| {
        form.refuse_references(name, &Words::of("記録", "record"));
        Unfit
    })
}

fn read_series<'k>(
    form: &Form<'_, '_>,
    direction: Direction,
    context: &Context<'k>,
) -> Result<Relied<'k>, Unfit> {
    let base = base(form, "series", context)?;
    if base.facts.direction != direction || !base.is_open_series() {
        return refuse(form, "series", Code::SeriesNotOpen);
    }
    if form.get("same_as").is_some() {
        form.faults()
            .push(form.fault("same_as", Code::ValueConflict).fill("field", "series"));
        return Err(Unfit);
    }
    let day = form.get(date_field(direction)).and_then(Node::as_text);
    if day
        .and_then(|day| day.parse().ok())
        .is_some_and(|day| base.first_day() > day)
    {
        let fault = form.fault(date_field(direction), Code::DateOutOfRange);
        form.faults().push(fault.hint(BEFORE_THE_SERIES));
        return Err(Unfit);
    }
    let mut fields: Vec<Field> = IN_COMMON
        .into_iter()
        .filter(|(name, field)| form.get(name).is_none() && base.held(*field).is_some())
        .map(|(_, field)| field)
        .collect();
    fields.dedup();
    // What is posted under either of the two names of field 6 stands there.
    if form.get("consent").is_some() || form.get("consent_confirmation").is_some() {
        fields.retain(|field| *field != Field::CONSENT);
    }
    Ok(Relied {
        relation: Relation::Series,
        base,
        fields,
    })
}

const BEFORE_THE_SERIES: Words = Words::of(
    "一括の記録の初日より前の日付です。",
    "the day is before the first day of the batch",
);

/// The fields that `same_as` leaves out: those it names, or all that the base holds and the event does not.
fn omitted(form: &Form<'_, '_>, same_as: &Form<'_, '_>, base: &KnownRecord) -> Result<Vec<Field>, Unfit> {
    let names = match same_as.list("fields") {
        Given::Faulty => return Err(Unfit),
        Given::Absent => {
            let left_out = |(name, field): (&'static str, Field)| {
                (form.get(name).is_none() && base.held(field).is_some()).then_some(field)
            };
            let mut fields: Vec<Field> = OMISSIBLE.into_iter().filter_map(left_out).collect();
            fields.dedup();
            return Ok(fields);
        }
        Given::Present(names) => names,
    };
    let at = same_as.at("fields");
    let mut fields = Vec::new();
    let mut refused = false;
    for (n, name) in names.iter().enumerate() {
        let fault = |code| Fault::new(code, at.index(n).pointer());
        let found = name
            .as_text()
            .and_then(|name| OMISSIBLE.into_iter().find(|(known, _)| *known == name));
        let fault = match (name.as_text(), found) {
            (Some("date" | "provided_on" | "received_on"), _) => fault(Code::OmissionDate),
            (_, None) => fault(Code::ValueUnknown),
            (_, Some((name, _))) if form.get(name).is_some() => {
                fault(Code::ValueConflict).fill("field", name)
            }
            (_, Some((_, field))) if base.held(field).is_none() => fault(Code::OmissionNotInBase),
            (_, Some((_, field))) => {
                fields.push(field);
                continue;
            }
        };
        refused = true;
        form.faults().push(fault);
    }
    fields.sort_unstable();
    fields.dedup();
    if refused { Err(Unfit) } else { Ok(fields) }
}

fn refuse<T>(form: &Form<'_, '_>, name: &str, code: Code) -> Result<T, Unfit> {
    form.faults().push(form.fault(name, code));
    Err(Unfit)
}
