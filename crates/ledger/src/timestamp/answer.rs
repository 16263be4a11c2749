//! An authority's answer, `TimeStampResp` of RFC 3161 section 2.4.2, and its verdict.

use der::asn1::AnyRef;
use der::{Decode, Reader, Tag, Tagged};

use super::ANSWER_BYTES_MAX;
use super::chain::Roots;
use super::error::{StampError, StampPart};
use super::instant::Instant;
use super::request::{Nonce, Policy};
use super::signed_data::{SignedParts, inside};
use super::signer::Signer;
use super::tst_info::TstInfo;

/// An answer that holds a token of the right form. What it says counts only after [`TimeStampAnswer::verify`].
#[derive(Debug)]
pub struct TimeStampAnswer<'a> {
    parts: SignedParts<'a>,
    stamp: TstInfo,
}

/// What a stamp is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Whom the one who asks trusts.
    pub roots: &'a Roots,
    /// The nonce that was sent; `None` when the answer is read again later.
    pub nonce: Option<&'a Nonce>,
    /// The policy that it must be under, if only one will do.
    pub policy: Option<&'a Policy>,
}

/// What a stamp says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeStamp {
    /// The authority's time.
    pub time: Instant,
    /// Microseconds by which its true time may lie before or behind.
    pub accuracy: u32,
    /// The policy it was made under.
    pub policy: Policy,
    /// The authority's number for it, in hexadecimal.
    pub serial: String,
}

impl TimeStamp {
    /// The moment before which it was certainly not made.
    #[must_use]
    pub const fn earliest(&self) -> Instant {
        self.time.minus(self.accuracy)
    }

    /// The moment by which what it stamps certainly existed.
    #[must_use]
    pub const fn latest(&self) -> Instant {
        self.time.plus(self.accuracy)
    }
}

impl<'a> TimeStampAnswer<'a> {
    /// Reads the DER of an answer. Fails if the authority refused, or the token has not the form of one.
    pub fn parse(answer: &'a [u8]) -> Result<Self, StampError> {
        if answer.len() > ANSWER_BYTES_MAX {
            return Err(StampError::Malformed(StampPart::Answer));
        }
        let (status, token) = split(answer).map_err(|_| StampError::Malformed(StampPart::Answer))?;
        // 0 granted, 1 granted with modifications; everything above is a refusal.
        if status > 1 {
            return Err(StampError::Refused { status });
        }
        let parts = SignedParts::parse(token.ok_or(StampError::NoToken)?)?;
        let stamp = TstInfo::parse(&parts.content)?;
        Ok(Self { parts, stamp })
    }

    /// What it says, believed without any proof.
    pub fn claim(&self) -> Result<TimeStamp, StampError> {
        self.stamp.claim()
    }

    /// Checks that a trusted authority has stamped exactly these bytes, and gives what the stamp says.
    ///
    /// RFC 3161 section 2.4.2 and RFC 5816; the page `docs/format.md` lists every check.
    pub fn verify(&self, stamped: &[u8], expected: &Expected<'_>) -> Result<TimeStamp, StampError> {
        let claim = self.claim()?;
        self.stamp.check(stamped, expected)?;
        let signer = Signer::parse(self.parts.signer)?;
        let certificate = signer.certificate(&self.parts.certificates)?;
        signer.check_digest(&self.parts.digests)?;
        signer.check(&self.parts.content, &certificate)?;
        certificate.check_purpose()?;
        certificate.check_authority(self.stamp.authority.as_ref())?;
        expected
            .roots
            .check_chain(certificate.der, &self.parts.certificates, claim.time)?;
        Ok(claim)
    }
}

/// The status, and the DER of the token if there is one.
fn split(answer: &[u8]) -> der::Result<(u8, Option<&[u8]>)> {
    let mut reader = inside(answer, Tag::Sequence)?;
    let info = AnyRef::decode(&mut reader)?;
    info.tag().assert_eq(Tag::Sequence)?;
    // Texts and reasons of a refusal follow; nobody but a person could read them.
    let mut info = der::SliceReader::new(info.value())?;
    let status = u8::decode(&mut info)?;
    let token = (!reader.is_finished()).then(|| reader.tlv_bytes()).transpose()?;
    reader.finish((status, token))
}
