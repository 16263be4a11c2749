//! What PostgreSQL says when it refuses, without the values that it says it of.

use std::fmt;

use sea_orm::sqlx;
use sea_orm::sqlx::postgres::PgDatabaseError;
use sea_orm::{DbErr, RuntimeErr};

use crate::error::StoreError;

/// An error of the server. The driver's own would bring `DETAIL` into the log: the key or the whole row that it is about.
#[derive(Debug)]
pub(crate) struct DatabaseFault {
    /// `SQLSTATE`.
    code: String,
    message: String,
    constraint: Option<String>,
}

impl DatabaseFault {
    /// What the server said, if it was a PostgreSQL that said something.
    pub(crate) fn of(error: &DbErr) -> Option<Self> {
        let sqlx::Error::Database(said) = driver(error)? else {
            return None;
        };
        let said = said.try_downcast_ref::<PgDatabaseError>()?;
        Some(Self {
            code: said.code().to_owned(),
            message: said.message().to_owned(),
            constraint: said.constraint().map(str::to_owned),
        })
    }

    /// Whether another attempt may well do better: it lost a race (40001, 40P01), waited too long for a lock (55P03), or the
    /// server is going down, coming up or has changed its part (57P01 to 57P03, 25006), or has no room (53300).
    pub(crate) fn is_passing(&self) -> bool {
        [
            "40001", "40P01", "55P03", "57P01", "57P02", "57P03", "25006", "53300", "25P03",
        ]
        .contains(&self.code.as_str())
            || self.code.starts_with("08")
    }
}

/// Whether the connection is gone, or none was to be had.
pub(crate) fn is_lost(error: &DbErr) -> bool {
    match driver(error) {
        Some(error) => matches!(
            error,
            sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::WorkerCrashed
                | sqlx::Error::BeginFailed
        ),
        None => matches!(error, DbErr::ConnectionAcquire(_)),
    }
}

/// What the driver says where it is asked without sea-orm between.
pub(crate) fn driver_fault(error: sqlx::Error) -> StoreError {
    DbErr::Query(RuntimeErr::SqlxError(error.into())).into()
}

fn driver(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

impl fmt::Display for DatabaseFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (SQLSTATE {})", self.message, self.code)?;
        match &self.constraint {
            Some(constraint) => write!(f, ", constraint {constraint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for DatabaseFault {}
