//! One worked case: a question written as its differences from the plain one, and the answer expected.

use kirokubo_rules::{Answer, Direction, Question, Verdict, judge};

/// A row of the tables in `provisions` and `receipts`.
pub(crate) struct WorkedCase {
    pub(crate) id: &'static str,
    /// `key=value` pairs in wire names, separated by spaces.
    pub(crate) differing: &'static str,
    pub(crate) gate: &'static str,
    pub(crate) verdict: Verdict,
    /// Letters of the matters; empty for none.
    pub(crate) fields: &'static str,
    /// Initials of the methods; empty for none.
    pub(crate) methods: &'static str,
    /// What one of the citations begins with.
    pub(crate) cites: &'static str,
}

pub(crate) const fn row(
    id: &'static str,
    differing: &'static str,
    (gate, verdict): (&'static str, Verdict),
    (fields, methods): (&'static str, &'static str),
    cites: &'static str,
) -> WorkedCase {
    WorkedCase {
        id,
        differing,
        gate,
        verdict,
        fields,
        methods,
        cites,
    }
}

impl WorkedCase {
    pub(crate) fn check(&self, direction: Direction) {
        let answer = judge(&question(direction, "2026-11-20", self.differing));
        let id = self.id;
        assert_eq!(answer.gate.as_str(), self.gate, "{id}: gate");
        assert_eq!(answer.verdict, self.verdict, "{id}: verdict");
        assert_eq!(letters(&answer), self.fields, "{id}: fields");
        assert_eq!(method_initials(&answer), self.methods, "{id}: methods");
        assert!(
            answer
                .citations
                .iter()
                .any(|citation| citation.starts_with(self.cites)),
            "{id}: {:?} has no {}",
            answer.citations,
            self.cites
        );
    }
}

/// The plain question of that day with these differences, read as a client would post it.
pub(crate) fn question(direction: Direction, event_date: &str, differing: &str) -> Question {
    let mut json = serde_json::json!({ "direction": direction, "event_date": event_date });
    for pair in differing.split_whitespace() {
        let (key, value) = pair.split_once('=').expect("a table cell is key=value");
        json[key] = match value {
            "true" => true.into(),
            "false" => false.into(),
            name => name.into(),
        };
    }
    serde_json::from_value(json).expect("a table row is a question")
}

pub(crate) fn letters(answer: &Answer) -> String {
    answer.fields().collect()
}

fn method_initials(answer: &Answer) -> String {
    answer
        .methods
        .iter()
        .map(|method| method.as_str()[..1].to_uppercase())
        .collect()
}
