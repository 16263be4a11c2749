//! Ids as clients see them: a prefix that says what is named, and a `UUIDv7`.

use kirokubo_ledger::RecordId;
use uuid::{Builder, Uuid, Variant};

/// What an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdKind {
    /// A record.
    Record,
    /// A third party.
    ThirdParty,
    /// A list of principals.
    PrincipalList,
    /// An opt-out filing.
    Filing,
    /// A principal's demand to stop.
    Suppression,
    /// A disclosure request.
    Request,
    /// A piece of evidence.
    Evidence,
    /// An import.
    Import,
    /// An export.
    Export,
    /// A verification.
    Verification,
    /// A hold.
    Hold,
    /// An API key.
    Key,
    /// A person who signs in.
    User,
    /// Something that waits for approval.
    Approval,
    /// A reading of personal data.
    Access,
    /// An erasure.
    Erasure,
}

impl IdKind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::Record,
        Self::ThirdParty,
        Self::PrincipalList,
        Self::Filing,
        Self::Suppression,
        Self::Request,
        Self::Evidence,
        Self::Import,
        Self::Export,
        Self::Verification,
        Self::Hold,
        Self::Key,
        Self::User,
        Self::Approval,
        Self::Access,
        Self::Erasure,
    ];

    /// What an id of this kind begins with.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Record => "rec_",
            Self::ThirdParty => "pty_",
            Self::PrincipalList => "lst_",
            Self::Filing => "flg_",
            Self::Suppression => "sup_",
            Self::Request => "req_",
            Self::Evidence => "evd_",
            Self::Import => "imp_",
            Self::Export => "exp_",
            Self::Verification => "ver_",
            Self::Hold => "hld_",
            Self::Key => "key_",
            Self::User => "usr_",
            Self::Approval => "apr_",
            Self::Access => "acc_",
            Self::Erasure => "ers_",
        }
    }
}

/// Makes a `UUIDv7` (RFC 9562 section 5.7) of Unix milliseconds, of which the lower 48 bits count, and random bytes.
#[must_use]
pub fn new_uuid_v7(unix_millis: u64, random: [u8; 10]) -> [u8; 16] {
    Builder::from_unix_timestamp_millis(unix_millis, &random)
        .into_uuid()
        .into_bytes()
}

/// The text of an id: `rec_0190f3c0-aaaa-7bbb-8ccc-0123456789ab`.
#[must_use]
pub fn id_text(kind: IdKind, id: &[u8; 16]) -> String {
    format!("{}{}", kind.prefix(), Uuid::from_bytes(*id).hyphenated())
}

/// Reads exactly what [`id_text`] writes for a `UUIDv7`; `None` for any other text.
#[must_use]
pub fn parse_id(kind: IdKind, text: &str) -> Option<[u8; 16]> {
    let uuid = Uuid::try_parse(text.strip_prefix(kind.prefix())?).ok()?;
    let is_v7 = uuid.get_version_num() == 7 && uuid.get_variant() == Variant::RFC4122;
    let bytes = uuid.into_bytes();
    (is_v7 && id_text(kind, &bytes) == text).then_some(bytes)
}

/// The text of a record's id.
#[must_use]
pub fn record_id_text(id: &RecordId) -> String {
    id_text(IdKind::Record, id.as_bytes())
}

/// Reads the text of a record's id.
#[must_use]
pub fn parse_record_id(text: &str) -> Option<RecordId> {
    parse_id(IdKind::Record, text).map(RecordId::from_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_only_in_its_own_spelling() {
        let id = new_uuid_v7(1_795_000_000_000, [0xAB; 10]);
        for kind in IdKind::ALL {
            assert_eq!(parse_id(*kind, &id_text(*kind, &id)), Some(id));
        }
        let text = id_text(IdKind::Record, &id);
        for wrong in [
            text.to_uppercase(),
            text.replace('-', ""),
            text.replace("rec_", "pty_"),
            text.replace("rec_", "rec_{") + "}",
            format!("{text} "),
            "rec_00000000-0000-4000-8000-000000000000".to_owned(),
            "rec_00000000-0000-7000-0000-000000000000".to_owned(),
            String::new(),
        ] {
            assert_eq!(parse_id(IdKind::Record, &wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ids_sort_by_their_time() {
        let earlier = new_uuid_v7(1_000, [0xFF; 10]);
        let later = new_uuid_v7(1_001, [0; 10]);
        assert!(earlier < later);
    }

    #[test]
    fn a_record_id_keeps_its_bytes() {
        let id = RecordId::from_bytes(new_uuid_v7(1, [7; 10]));
        assert_eq!(parse_record_id(&record_id_text(&id)), Some(id));
    }
}
