//! Why bytes are not an entry.

use super::{Case, ENTRY_BYTES_MAX, HEADER_BYTES, Kind, RetentionClass};

/// The rule of the format that bytes, or the parts of a pending entry, break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// There is not even a whole header.
    #[error("{found} bytes are too few: an entry has at least {HEADER_BYTES}")]
    TooShort {
        /// Bytes there are.
        found: usize,
    },
    /// There is more than an entry bundle can hold.
    #[error("{found} bytes are too many: an entry has at most {ENTRY_BYTES_MAX}")]
    TooLong {
        /// Bytes there are.
        found: usize,
    },
    /// The first four bytes are not `KRB1`.
    #[error("the magic is not KRB1")]
    Magic,
    /// The kind byte means nothing.
    #[error("unknown kind {0}")]
    Kind(u8),
    /// The case byte means nothing.
    #[error("unknown case {0}")]
    Case(u8),
    /// A record without a case, or a case where there is no record.
    #[error("case {case:?} does not go with kind {kind:?}")]
    CaseOfKind {
        /// The entry's kind.
        kind: Kind,
        /// The case it carries.
        case: Case,
    },
    /// The retention class byte means nothing.
    #[error("unknown retention class {0}")]
    RetentionClass(u8),
    /// A retention class where there is no provision or receipt to keep.
    #[error("retention class {class:?} does not go with kind {kind:?}")]
    ClassOfKind {
        /// The entry's kind.
        kind: Kind,
        /// The class it carries.
        class: RetentionClass,
    },
    /// The schema byte is not the one of the kind.
    #[error("schema {found} does not go with kind {kind:?}")]
    Schema {
        /// The entry's kind.
        kind: Kind,
        /// The schema it carries.
        found: u8,
    },
    /// The index is beyond `2^63 - 2`.
    #[error("index {0} is beyond 2^63 - 2")]
    Index(u64),
    /// A record without an id, or an id where there is no record.
    #[error("the record id is zero where kind {0:?} has one, or not zero where it has none")]
    RecordId(Kind),
    /// A last day of keeping where there is nothing to keep.
    #[error("kind {0:?} has no retention")]
    RetainThrough(Kind),
    /// The length in the header is not that of the body.
    #[error("the header says {declared} bytes of body, there are {found}")]
    BodyLength {
        /// Bytes the header promises.
        declared: u32,
        /// Bytes there are.
        found: usize,
    },
    /// A body of hashes has the wrong number of bytes.
    #[error("kind {kind:?} has {expected} bytes of body, found {found}")]
    BodySize {
        /// The entry's kind.
        kind: Kind,
        /// Bytes the kind has.
        expected: usize,
        /// Bytes there are.
        found: usize,
    },
    /// The body should be a JSON object in UTF-8 and is not.
    #[error("the body is not a JSON object")]
    BodyJson,
    /// A JSON body was offered for a kind whose body is made of hashes.
    #[error("the body of kind {0:?} is not JSON")]
    NotJson(Kind),
}
