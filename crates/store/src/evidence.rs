//! Files of evidence (証跡): encrypted as they come in, kept once, read back only if they are as they came.
//!
//! A file's bytes lie outside the database, in a folder or a bucket (`objects.rs`), under the file's id. An upload is
//! encrypted chunk by chunk on its way (`upload.rs`), so that no file is ever in memory as a whole. First the object is
//! complete and durable, then its row is inserted: *a crash between the two leaves an object without a row*, and a day
//! later the sweep removes it (`sweep.rs`). A row without its object is damage.
//!
//! The file's key is wrapped under a month's key like a record's secret. While no record cites the file that is the key
//! of the open month; each citation moves it to the later of its month and the record's (`cite.rs`). So destroying the
//! key of a month destroys the evidence of that month's records with them.

mod carry;
mod cite;
mod content;
mod let_go;
mod list;
mod objects;
mod row;
mod sweep;
mod upload;

use std::fmt;

use kirokubo_records::evidence::{FileType, Title};

pub use carry::Carried;
pub use content::EvidenceContent;
pub use list::EvidenceFilter;
pub use upload::{EvidenceUpload, Kept};

pub(crate) use cite::{cite, follow};
pub(crate) use let_go::let_go;
pub(crate) use objects::Objects;

/// Memory that one upload takes, whatever the size of its file: one part on its way to the store, one being filled,
/// and some chunks.
pub const UPLOAD_MEMORY: usize = 2 * objects::PART + (1 << 20);

/// Memory that one download takes: some chunks, and what is read ahead.
pub const DOWNLOAD_MEMORY: usize = 1 << 20;

/// What a caller says of a file before sending it.
#[derive(Clone, Debug)]
pub struct NewEvidence {
    /// Its type, which its first bytes agree with.
    pub file_type: FileType,
    /// Its title, if it has one.
    pub title: Option<Title>,
    /// Id of the API key that sends it.
    pub uploaded_by: String,
}

/// A file that is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Its id.
    pub id: [u8; 16],
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// How many bytes it has.
    pub size: u64,
    /// Its type.
    pub file_type: FileType,
    /// Its title; it may name a person.
    pub title: Option<String>,
    /// When it came, Unix milliseconds.
    pub uploaded_at: i64,
    /// Id of the API key that sent it.
    pub uploaded_by: String,
    /// Whether any record cites it.
    pub cited: bool,
}

impl Evidence {
    /// Its SHA-256 as 64 hexadecimal digits.
    #[must_use]
    pub fn sha256_text(&self) -> String {
        hex::encode(self.sha256)
    }
}

/// Titles stay out of logs and panics.
impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evidence")
            .field("id", &hex::encode(self.id))
            .field("size", &self.size)
            .field("file_type", &self.file_type)
            .finish_non_exhaustive()
    }
}

/// What a record says of a file that it cites.
#[derive(Clone, PartialEq, Eq)]
pub struct EvidenceCited {
    /// SHA-256 of its bytes, 64 hexadecimal digits.
    pub sha256: String,
    /// How many bytes it has.
    pub size: u64,
    /// Its media type.
    pub media_type: &'static str,
    /// Its title; it may name a person.
    pub title: Option<String>,
}

/// As for [`Evidence`].
impl fmt::Debug for EvidenceCited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EvidenceCited")
            .field("size", &self.size)
            .field("media_type", &self.media_type)
            .finish_non_exhaustive()
    }
}

impl From<Evidence> for EvidenceCited {
    fn from(evidence: Evidence) -> Self {
        Self {
            sha256: evidence.sha256_text(),
            size: evidence.size,
            media_type: evidence.file_type.media_type(),
            title: evidence.title,
        }
    }
}
