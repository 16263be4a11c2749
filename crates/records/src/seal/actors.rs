//! Field 15: who recorded, who approved, and whether somebody must.

use kirokubo_ledger::commitment::Field;
use serde_json::{Value, json};

use super::{Content, Sealing};

/// The member that says whether approval is needed.
const APPROVAL: &str = "approval";

/// What it says then.
const REQUIRED: &str = "required";

/// The text of the field. It says that approval is needed, so that nobody makes a receipt usable by taking away the row
/// that waits for it.
pub(super) fn text(with: &Sealing<'_>) -> String {
    let mut actors = json!({ "recorded_by": with.recorded_by });
    if let Some(approver) = with.approved_by {
        actors["approved_by"] = approver.into();
    }
    if with.needs_approval {
        actors[APPROVAL] = REQUIRED.into();
    }
    actors.to_string()
}

/// Whether a record's own words say that its data may not be used before somebody approves.
#[must_use]
pub fn is_approval_required(content: &Content) -> bool {
    let actors = content.text(Field::ACTORS).map(serde_json::from_str::<Value>);
    actors.is_some_and(|actors| actors.is_ok_and(|actors| actors[APPROVAL] == REQUIRED))
}
