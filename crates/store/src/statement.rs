//! Running a statement whose text we wrote.

use sea_orm::{ConnectionTrait, Statement, Value};

use crate::error::StoreError;

/// Runs a statement that changes something; gives how many rows it touched.
pub(crate) async fn execute(
    db: &impl ConnectionTrait,
    text: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<u64, StoreError> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), text, values);
    Ok(db.execute_raw(statement).await?.rows_affected())
}
