//! `GET /v1/records/{id}/opening`: chosen fields of a record, and one row, each with what proves it.

#![expect(unused_qualifications, reason = "utoipa writes one for `params(…)`")]

use axum::Json;
use axum::extract::State;
use kirokubo_ledger::commitment::Field;
use kirokubo_ledger::hash::Digest;
use kirokubo_ledger::proof::TlogProof;
use kirokubo_records::{Access, AccessKind, parse_record_id, record_id_text};
use kirokubo_store::{FieldOpening, OpeningChoice, OpeningError, RowOpening};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use crate::http::{ApiError, AppState, Disclosed, Disclosing, Parameters, Problem, Purpose, Segments};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OpeningQuery {
    /// The fields to open, by name or number, with commas between: `date,third_party,5`.
    fields: Option<String>,
    /// The place of one row (本人の行) to open, from 0.
    row: Option<u64>,
}

/// Some of what a record says, with what proves it against the entry, and the entry against the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpeningView {
    /// The record's id.
    id: String,
    /// The ledger's id, 32 hexadecimal digits.
    ledger_id: String,
    /// Index of its entry.
    index: u64,
    /// The bytes of its entry, hex.
    entry: String,
    /// Leaf hash of the entry, hex.
    leaf: String,
    /// C2SP `tlog-proof@v1`: the path of the entry, and the newest checkpoint.
    proof: String,
    /// The fields that were asked for, in the order of their numbers.
    fields: Vec<OpenedField>,
    /// The row that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<OpenedRow>,
}

/// One field, opened.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenedField {
    /// Its number, 1 to 16.
    field: u8,
    /// Its name.
    #[schema(example = "third_party")]
    name: &'static str,
    /// The exact JSON text that was hashed; empty for a field that the record does not have.
    value: String,
    /// Its salt, hex.
    salt: String,
    /// The path to the body root in the entry, the leaf's sibling first, hex.
    path: Vec<String>,
}

/// One row, opened.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenedRow {
    /// Its place, from 0.
    row: u64,
    /// The exact JSON text that was hashed.
    value: String,
    /// Its salt, hex.
    salt: String,
    /// The path to the row root, the leaf's sibling first, hex.
    path: Vec<String>,
    /// How many rows the record has.
    count: u64,
    /// The row root, hex, as field 4 says it.
    row_root: String,
    /// Field 4, which carries count and row root into the body root. It names nobody.
    principals: OpenedField,
}

/// Exactly these fields of a record, and this row.
///
/// Each value comes with its salt and its path, the record with its entry and the entry's proof: whoever is given this
/// can check it without the ledger, and learns nothing about other fields and rows. A field that was left to an earlier
/// record (`same_as`) is empty here, as it was committed to; field 13 says which record has it.
#[utoipa::path(
    get, path = "/v1/records/{id}/opening", tag = "records", operation_id = "get_record_opening",
    params(("id" = String, Path, description = "a record's id, `rec_…`"), OpeningQuery),
    responses(
        (status = 200, description = "the opening", body = OpeningView),
        (status = 400, description = "an unknown field, or neither fields nor a row", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "no valid key", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "wrong role", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "no such record, or it has no such row", body = Problem, content_type = "application/problem+json"),
        (status = 410, description = "the record was erased", body = Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = []))
)]
pub(crate) async fn get(
    State(state): State<AppState>,
    Disclosing(actor): Disclosing,
    purpose: Purpose,
    Segments(id): Segments<String>,
    Parameters(query): Parameters<OpeningQuery>,
) -> Result<Disclosed<Json<OpeningView>>, ApiError> {
    let choice = query.choice()?;
    let id = parse_record_id(&id).ok_or(ApiError::NotFound)?;
    let header = state.store.record(&id).await?.ok_or(ApiError::NotFound)?;
    let opened = state.store.opening(&header, &choice).await?;
    let head = state.store.head().await?;
    let path = state.store.inclusion_proof(header.index, head.size).await?;
    let fields: Vec<u8> = choice.fields.iter().map(|field| field.number()).collect();
    let access = Access {
        records: vec![id],
        asked: Some(match choice.row {
            Some(row) => json!({ "fields": fields, "row": row }),
            None => json!({ "fields": fields }),
        }),
        count: 1,
        ..purpose.access(AccessKind::Opening, "get_record_opening", &actor)
    };
    let view = Json(OpeningView {
        id: record_id_text(&header.record_id),
        ledger_id: state.store.ledger().ledger_id().to_string(),
        index: header.index.get(),
        entry: hex::encode(&opened.entry),
        leaf: opened.leaf.to_string(),
        proof: TlogProof::new(header.index, path, head.note)?.to_string(),
        fields: opened.fields.into_iter().map(OpenedField::of).collect(),
        row: opened
            .row
            .zip(opened.principals)
            .map(|(row, principals)| OpenedRow::of(choice.row.unwrap_or_default(), row, principals)),
    });
    Disclosed::once_written(&state, access, view).await
}

impl OpeningQuery {
    /// What is to be opened: something at least, and nothing twice.
    fn choice(&self) -> Result<OpeningChoice, ApiError> {
        let bad = || ApiError::Query { name: "fields" };
        let mut fields: Vec<Field> = Vec::new();
        if let Some(text) = &self.fields {
            for name in text.split(',') {
                let field = field(name).filter(|field| !fields.contains(field));
                fields.push(field.ok_or_else(bad)?);
            }
        } else if self.row.is_none() {
            return Err(bad());
        }
        Ok(OpeningChoice {
            fields,
            row: self.row,
        })
    }
}

/// A field by its name, or by its number as the format writes numbers.
fn field(text: &str) -> Option<Field> {
    let is_meant = |field: &Field| field.name() == text || field.number().to_string() == text;
    Field::ALL.into_iter().find(is_meant)
}

impl OpenedField {
    fn of(opening: FieldOpening) -> Self {
        Self {
            field: opening.field.number(),
            name: opening.field.name(),
            value: opening.value,
            salt: opening.salt.to_string(),
            path: texts(&opening.path),
        }
    }
}

impl OpenedRow {
    fn of(row: u64, opening: RowOpening, principals: FieldOpening) -> Self {
        Self {
            row,
            value: opening.value,
            salt: opening.salt.to_string(),
            path: texts(&opening.path),
            count: opening.count.get(),
            row_root: opening.root.to_string(),
            principals: OpenedField::of(principals),
        }
    }
}

fn texts(path: &[Digest]) -> Vec<String> {
    path.iter().map(Digest::to_string).collect()
}

impl From<OpeningError> for ApiError {
    fn from(error: OpeningError) -> Self {
        match error {
            OpeningError::Erased => Self::Erased,
            OpeningError::NoSuchRow => Self::NotFound,
            OpeningError::Store(error) => Self::Store(error),
        }
    }
}
