//! The bytes of an entry.
//!
//! ```text
//!  0  4  "KRB1"             40 32  prev
//!  4  1  kind               72 16  record_id, zero where the kind has none
//!  5  1  case               88  4  retain_through, i32 days
//!  6  1  retention class    92  4  u32 length of body
//!  7  1  schema             96  …  body
//!  8 16  ledger_id
//! 24  8  u64 index
//! 32  8  i64 recorded_at, Unix ms UTC
//! ```
//!
//! Integers are big-endian. Every byte of the header is either fixed by the rules below or kept in
//! a field of its own, so decoding loses nothing and encoding gives the same bytes again.

use serde::de::IgnoredAny;

use super::kind::BodyShape;
use super::{
    Case, ENTRY_BYTES_MAX, Entry, EntryError, HEADER_BYTES, Header, Kind, Place, RetainThrough,
    RetentionClass,
};
use crate::hash::Digest;
use crate::ids::{LedgerId, RecordId};
use crate::position::{Index, RecordedAt};

const MAGIC: &[u8; 4] = b"KRB1";

pub(super) fn encode(place: &Place, header: &Header, body: &[u8]) -> Vec<u8> {
    let body_bytes = u32::try_from(body.len()).expect("a checked body has less than 65,536 bytes");
    let mut bytes = Vec::with_capacity(HEADER_BYTES + body.len());
    bytes.extend_from_slice(MAGIC);
    bytes.push(header.kind.as_byte());
    bytes.push(header.case.as_byte());
    bytes.push(header.class.as_byte());
    bytes.push(header.kind.schema());
    bytes.extend_from_slice(header.ledger_id.as_bytes());
    bytes.extend_from_slice(&place.index.get().to_be_bytes());
    bytes.extend_from_slice(&place.recorded_at.as_millis().to_be_bytes());
    bytes.extend_from_slice(place.prev.as_bytes());
    bytes.extend_from_slice(header.record_id.as_bytes());
    bytes.extend_from_slice(&header.retain.to_wire());
    bytes.extend_from_slice(&body_bytes.to_be_bytes());
    bytes.extend_from_slice(body);
    bytes
}

pub(super) fn decode(bytes: &[u8]) -> Result<Entry<&[u8]>, EntryError> {
    if bytes.len() > ENTRY_BYTES_MAX {
        return Err(EntryError::TooLong { found: bytes.len() });
    }
    let (header, body) = bytes
        .split_first_chunk::<HEADER_BYTES>()
        .ok_or(EntryError::TooShort { found: bytes.len() })?;
    let mut rest = header.as_slice();
    if &take::<4>(&mut rest) != MAGIC {
        return Err(EntryError::Magic);
    }
    let [kind, case, class, schema] = take(&mut rest);
    let kind = Kind::from_byte(kind).ok_or(EntryError::Kind(kind))?;
    let case = Case::from_byte(case).ok_or(EntryError::Case(case))?;
    let class = RetentionClass::from_byte(class).ok_or(EntryError::RetentionClass(class))?;
    if schema != kind.schema() {
        return Err(EntryError::Schema { kind, found: schema });
    }
    let ledger_id = LedgerId::from_bytes(take(&mut rest));
    let index = u64::from_be_bytes(take(&mut rest));
    let place = Place {
        index: Index::new(index).ok_or(EntryError::Index(index))?,
        recorded_at: RecordedAt::from_millis(i64::from_be_bytes(take(&mut rest))),
        prev: Digest::from_bytes(take(&mut rest)),
    };
    let record_id = RecordId::from_bytes(take(&mut rest));
    let retain = RetainThrough::from_wire(take(&mut rest));
    let declared = u32::from_be_bytes(take(&mut rest));
    if usize::try_from(declared) != Ok(body.len()) {
        return Err(EntryError::BodyLength {
            declared,
            found: body.len(),
        });
    }
    let header = Header {
        kind,
        case,
        class,
        ledger_id,
        record_id,
        retain,
    };
    check(&header, body)?;
    Ok(Entry { place, header, body })
}

/// What the format fixes beyond the codes: which parts go together.
pub(super) fn check(header: &Header, body: &[u8]) -> Result<(), EntryError> {
    let &Header {
        kind,
        case,
        class,
        record_id,
        retain,
        ..
    } = header;
    if kind.has_case() == (case == Case::NotApplicable) {
        return Err(EntryError::CaseOfKind { kind, case });
    }
    if !kind.has_case() && class != RetentionClass::None {
        return Err(EntryError::ClassOfKind { kind, class });
    }
    if kind.has_record() == (record_id == RecordId::ZERO) {
        return Err(EntryError::RecordId(kind));
    }
    if !kind.has_record() && retain != RetainThrough::NotApplicable {
        return Err(EntryError::RetainThrough(kind));
    }
    if body.len() > ENTRY_BYTES_MAX - HEADER_BYTES {
        return Err(EntryError::TooLong {
            found: HEADER_BYTES + body.len(),
        });
    }
    match kind.body_shape() {
        BodyShape::Bytes(expected) if body.len() != expected => Err(EntryError::BodySize {
            kind,
            expected,
            found: body.len(),
        }),
        BodyShape::Json if !is_json_object(body) => Err(EntryError::BodyJson),
        _ => Ok(()),
    }
}

fn is_json_object(body: &[u8]) -> bool {
    // serde_json skips over strings without looking at their UTF-8, so the whole is checked as text.
    body.first() == Some(&b'{')
        && std::str::from_utf8(body).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}

/// Takes the next `N` bytes of a header whose whole length was checked.
fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    let (taken, left) = rest
        .split_first_chunk()
        .expect("the fields add up to the 96 bytes of a header");
    *rest = left;
    *taken
}

#[cfg(test)]
mod tests;
