//! The stamp itself: `TSTInfo` of RFC 3161 section 2.4.2.

use der::asn1::{Any, Int, ObjectIdentifier};
use der::{Decode, Sequence, Tag, Tagged};
use x509_cert::ext::Extensions;

use super::answer::{Expected, TimeStamp};
use super::error::{StampError, StampPart};
use super::instant::Instant;
use super::request::{MessageImprint, Policy, SHA_256};
use crate::hash::{Digest, sha256};

/// What is assumed of an authority that does not say how exact it is: the second that its time is usually cut to.
const ACCURACY_ASSUMED: u32 = 1_000_000;

/// A stamp that is less exact than this is of no use.
const ACCURACY_MAX: u32 = 60_000_000;

#[derive(Clone, Debug, Sequence)]
pub(super) struct TstInfo {
    version: u8,
    policy: ObjectIdentifier,
    imprint: MessageImprint,
    serial: Int,
    time: Any,
    #[asn1(optional = "true")]
    accuracy: Option<Accuracy>,
    /// Whether stamps of the authority are ordered even within their accuracy. Nothing here relies on it.
    #[asn1(default = "Default::default")]
    ordering: bool,
    #[asn1(optional = "true")]
    nonce: Option<Int>,
    /// A `GeneralName`.
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(super) authority: Option<Any>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    extensions: Option<Extensions>,
}

#[derive(Clone, Debug, Sequence)]
struct Accuracy {
    #[asn1(optional = "true")]
    seconds: Option<u32>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    millis: Option<u16>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    micros: Option<u16>,
}

impl TstInfo {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, StampError> {
        Self::from_der(bytes).map_err(|_| StampError::Malformed(StampPart::Stamp))
    }

    /// What the stamp says, judged by its form only.
    pub(super) fn claim(&self) -> Result<TimeStamp, StampError> {
        let has_critical = self
            .extensions
            .iter()
            .flatten()
            .any(|extension| extension.critical);
        if self.version != 1 || has_critical {
            return Err(StampError::Version);
        }
        if self.time.tag() != Tag::GeneralizedTime {
            return Err(StampError::Time);
        }
        let time = Instant::parse(self.time.value()).ok_or(StampError::Time)?;
        time.unix_seconds().ok_or(StampError::Time)?;
        let accuracy = self
            .accuracy
            .as_ref()
            .map_or(Ok(ACCURACY_ASSUMED), Accuracy::micros)?;
        Ok(TimeStamp {
            time,
            accuracy,
            policy: Policy(self.policy),
            serial: hex::encode(self.serial.as_bytes()),
        })
    }

    /// Holds the stamp against what was stamped and asked for.
    pub(super) fn check(&self, stamped: &[u8], expected: &Expected<'_>) -> Result<(), StampError> {
        if self.imprint.algorithm.oid != SHA_256 || has_parameters(&self.imprint) {
            return Err(StampError::ImprintAlgorithm);
        }
        if self.imprint.digest.as_bytes() != Digest::as_bytes(&sha256(stamped)) {
            return Err(StampError::Imprint);
        }
        if let Some(nonce) = expected.nonce {
            let sent = nonce.number();
            let answered = self.nonce.as_ref().map(Int::as_bytes);
            if answered.map(without_zeros) != Some(without_zeros(sent.as_bytes())) {
                return Err(StampError::Nonce);
            }
        }
        match expected.policy {
            Some(policy) if policy.0 != self.policy => Err(StampError::Policy(self.policy.to_string())),
            _ => Ok(()),
        }
    }
}

impl Accuracy {
    fn micros(&self) -> Result<u32, StampError> {
        let part = |value: Option<u16>| match value {
            None => Ok(0),
            Some(value @ 1..=999) => Ok(u32::from(value)),
            Some(_) => Err(StampError::Accuracy),
        };
        let seconds = self.seconds.unwrap_or(0).checked_mul(1_000_000);
        let fraction = part(self.millis)? * 1_000 + part(self.micros)?;
        let total = seconds.and_then(|seconds| seconds.checked_add(fraction));
        total
            .filter(|micros| *micros <= ACCURACY_MAX)
            .ok_or(StampError::Accuracy)
    }
}

/// The bytes of a number that is not negative. In a signed one a zero byte stands before a first bit that is set.
fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

/// SHA-256 has none, which some write as NULL.
fn has_parameters(imprint: &MessageImprint) -> bool {
    let parameters = imprint.algorithm.parameters.as_ref();
    parameters.is_some_and(|any| any.tag() != Tag::Null)
}
