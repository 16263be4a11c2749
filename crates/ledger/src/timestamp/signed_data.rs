//! The envelope of a token: `SignedData` of RFC 5652 section 5.1, taken apart without changing a byte.

use cms::signed_data::EncapsulatedContentInfo;
use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Decode, Encode, Reader, SliceReader, Tag, TagNumber, Tagged};

use super::error::{StampError, StampPart};

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// id-ct-TSTInfo.
pub(super) const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

/// Certificates that a token may hold: a chain has three or four.
const CERTIFICATES_MAX: usize = 16;

/// The parts of a token, as the bytes they are.
#[derive(Debug)]
pub(super) struct SignedParts<'a> {
    /// DER of `TSTInfo`.
    pub(super) content: Vec<u8>,
    /// Each DER of a certificate.
    pub(super) certificates: Vec<&'a [u8]>,
    /// The digests that are used, each DER of an `AlgorithmIdentifier`.
    pub(super) digests: Vec<&'a [u8]>,
    /// DER of the one `SignerInfo`.
    pub(super) signer: &'a [u8],
}

impl<'a> SignedParts<'a> {
    /// Takes the DER of a `ContentInfo` apart.
    pub(super) fn parse(token: &'a [u8]) -> Result<Self, StampError> {
        let bad = |_| StampError::Malformed(StampPart::Token);
        let envelope = Envelope::parse(token).map_err(bad)?;
        if envelope.content_type != SIGNED_DATA {
            return Err(StampError::ContentType);
        }
        let content = EncapsulatedContentInfo::from_der(envelope.content).map_err(bad)?;
        if content.econtent_type != TST_INFO {
            return Err(StampError::ContentType);
        }
        let content = content.econtent.ok_or(StampError::ContentType)?;
        let content = content.to_der().map_err(bad)?;
        let content = OctetStringRef::from_der(&content)
            .map_err(bad)?
            .as_bytes()
            .to_vec();
        let certificates = elements(envelope.certificates).map_err(bad)?;
        if certificates.len() > CERTIFICATES_MAX {
            return Err(StampError::Malformed(StampPart::Token));
        }
        let signers = elements(envelope.signers).map_err(bad)?;
        let [signer] = signers[..] else {
            return Err(StampError::Signers(signers.len()));
        };
        Ok(Self {
            content,
            // Other choices than a certificate (attribute certificates, of old) are passed over.
            certificates: certificates
                .into_iter()
                .filter(|der| der.first() == Some(&0x30))
                .collect(),
            digests: elements(envelope.digests).map_err(bad)?,
            signer,
        })
    }
}

struct Envelope<'a> {
    content_type: ObjectIdentifier,
    content: &'a [u8],
    digests: &'a [u8],
    certificates: &'a [u8],
    signers: &'a [u8],
}

impl<'a> Envelope<'a> {
    fn parse(token: &'a [u8]) -> der::Result<Self> {
        let mut info = inside(token, Tag::Sequence)?;
        let content_type = ObjectIdentifier::decode(&mut info)?;
        let explicit = AnyRef::decode(&mut info)?;
        explicit.tag().assert_eq(context(0))?;
        info.finish(())?;
        let mut data = inside(explicit.value(), Tag::Sequence)?;
        u8::decode(&mut data)?;
        let digests = AnyRef::decode(&mut data)?;
        digests.tag().assert_eq(Tag::Set)?;
        let content = data.tlv_bytes()?;
        let mut next = AnyRef::decode(&mut data)?;
        let mut certificates: &[u8] = &[];
        if next.tag() == context(0) {
            certificates = next.value();
            next = AnyRef::decode(&mut data)?;
        }
        // Lists of revoked certificates are not looked at.
        if next.tag() == context(1) {
            next = AnyRef::decode(&mut data)?;
        }
        next.tag().assert_eq(Tag::Set)?;
        data.finish(())?;
        Ok(Self {
            content_type,
            content,
            digests: digests.value(),
            certificates,
            signers: next.value(),
        })
    }
}

/// A reader of what stands inside the one element that `bytes` are.
pub(super) fn inside(bytes: &[u8], tag: Tag) -> der::Result<SliceReader<'_>> {
    let element = AnyRef::from_der(bytes)?;
    element.tag().assert_eq(tag)?;
    SliceReader::new(element.value())
}

/// The elements of a set, in the order in which they stand there.
fn elements(set: &[u8]) -> der::Result<Vec<&[u8]>> {
    let mut reader = SliceReader::new(set)?;
    let mut found = Vec::new();
    while !reader.is_finished() {
        found.push(reader.tlv_bytes()?);
    }
    Ok(found)
}

/// `[number]`, constructed.
fn context(number: u8) -> Tag {
    Tag::ContextSpecific {
        constructed: true,
        number: TagNumber::new(number),
    }
}
