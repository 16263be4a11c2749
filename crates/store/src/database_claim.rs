//! One server for one SQLite file, also where two data folders name the same file.
//!
//! The lock of a data folder keeps a second server out of that folder. A file elsewhere (`--database-url sqlite:PATH`) may be
//! named by a second folder, such as a copy of the first; its server would make month keys that the first one lacks.

use std::fs::File;
use std::path::PathBuf;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::data_folder::{DataFolder, claim};
use crate::error::StoreError;

/// Claims the database file for one server, by a file beside it; the claim ends with the returned file. `None` where the lock
/// of the folder says it already, and for a database that is no file.
pub(crate) async fn claim_database(
    db: &DatabaseConnection,
    folder: &DataFolder,
) -> Result<Option<File>, StoreError> {
    if db.get_database_backend() != DbBackend::Sqlite {
        return Ok(None);
    }
    let main = Statement::from_string(
        db.get_database_backend(),
        "SELECT file FROM pragma_database_list WHERE name = 'main'",
    );
    let Some(row) = db.query_one_raw(main).await? else {
        return Ok(None);
    };
    // As SQLite resolved it: absolute, and without symbolic links.
    let file: PathBuf = row.try_get::<String>("", "file")?.into();
    let inside = folder
        .path()
        .canonicalize()
        .is_ok_and(|folder| file.parent() == Some(&folder));
    if inside {
        return Ok(None);
    }
    let mut name = file.clone().into_os_string();
    name.push(".lock");
    claim(&PathBuf::from(name), &file).map(Some)
}
