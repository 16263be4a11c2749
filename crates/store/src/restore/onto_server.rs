//! Putting a backup into a database of a server: an empty one, in one transaction.
//!
//! What is there is never touched, and never moved aside: a server has room for another database. *A crash in between leaves
//! the schema at most, without a ledger, which no command serves; a crash after the copying leaves this very ledger. The same
//! `restore` does it again, or what is left of it.*

use super::source::Source;
use super::{RestoreError, check};
use crate::backup::{Checked, DATABASE};
use crate::connection::{Connections, Place};
use crate::data_folder::DataFolder;
use crate::keyring::KeyHolders;
use crate::{portable, schema};

/// Copies the backup's database into the server's, after reading it through.
pub(super) async fn put(
    source: &Source,
    folder: &DataFolder,
    server: &Place,
    holders: KeyHolders<'_>,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Checked, RestoreError> {
    let file = source.folder.join(DATABASE);
    let to = Connections::open(server, false).await?;
    let from = Connections::open_at_rest(&file).await?;
    // Before the long reading: whoever named the wrong database wants to know at once.
    if !schema::follow(&to.writer, &from.readers).await? {
        return Err(RestoreError::OtherSchema);
    }
    let is_occupied = portable::is_occupied(&from.readers, &to.readers).await?;
    if is_occupied && !portable::is_same(&from.readers, &to.readers).await? {
        return Err(RestoreError::Occupied);
    }
    let checked = check(source, folder, &file, holders, progress).await?;
    if !is_occupied {
        portable::to_server(&from.readers, &to.writer, progress).await?;
    }
    from.close().await?;
    to.close().await?;
    Ok(checked)
}
