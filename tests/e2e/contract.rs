//! Contracts that stand for a record, or nearly do.

use serde_json::{Value, json};

/// Where each matter of a case stands in a contract.
pub(crate) fn clauses(matters: &[&str]) -> Value {
    matters
        .iter()
        .map(|matter| ((*matter).to_owned(), json!("第3条")))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// The matters of a consent provision.
pub(crate) const CONSENTED: [&str; 4] = ["third_party", "principals", "items", "consent"];

/// A contract about the goods that the principal ordered, holding these matters.
pub(crate) fn sale(matters: &[&str]) -> Value {
    json!({"title": "商品売買契約", "goods_or_services": true, "continuous": false, "clauses": clauses(matters)})
}
