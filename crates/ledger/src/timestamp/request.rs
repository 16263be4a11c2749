//! What is asked of an authority: `TimeStampReq` of RFC 3161 section 2.4.1.

use std::fmt;
use std::str::FromStr;

use der::asn1::{Null, ObjectIdentifier, OctetString, Uint};
use der::{Encode, Sequence};
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::hash::{Digest, sha256};

/// SHA-256, the one digest asked for.
pub(super) const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// A policy that an authority stamps under, an object identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy(pub(super) ObjectIdentifier);

/// The text is not an object identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an object identifier, such as 1.2.392.200000.1")]
pub struct ParsePolicyError;

impl FromStr for Policy {
    type Err = ParsePolicyError;

    fn from_str(text: &str) -> Result<Self, ParsePolicyError> {
        ObjectIdentifier::new(text)
            .map(Self)
            .map_err(|_| ParsePolicyError)
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What tells the answer to this request from an older one: 16 random bytes, read as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nonce([u8; 16]);

impl Nonce {
    /// Wraps random bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(super) fn number(&self) -> Uint {
        Uint::new(&self.0).expect("16 bytes are a number that fits")
    }
}

/// A request for a time stamp over bytes.
#[derive(Clone, Debug)]
pub struct StampRequest {
    imprint: Digest,
    nonce: Nonce,
    policy: Option<Policy>,
}

/// `MessageImprint` of RFC 3161 section 2.4.1.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(super) struct MessageImprint {
    pub(super) algorithm: AlgorithmIdentifierOwned,
    pub(super) digest: OctetString,
}

#[derive(Sequence)]
struct TimeStampReq {
    version: u8,
    imprint: MessageImprint,
    #[asn1(optional = "true")]
    policy: Option<ObjectIdentifier>,
    nonce: Uint,
    wants_certificates: bool,
}

impl StampRequest {
    /// Asks for a stamp over `stamped` (see [`super::stamped_bytes`]).
    #[must_use]
    pub fn new(stamped: &[u8], nonce: Nonce, policy: Option<Policy>) -> Self {
        Self {
            imprint: sha256(stamped),
            nonce,
            policy,
        }
    }

    /// The bytes to send, as `application/timestamp-query`.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let request = TimeStampReq {
            version: 1,
            imprint: MessageImprint {
                algorithm: AlgorithmIdentifierOwned {
                    oid: SHA_256,
                    parameters: Some(Null.into()),
                },
                digest: OctetString::new(*self.imprint.as_bytes()).expect("32 bytes fit"),
            },
            policy: self.policy.map(|policy| policy.0),
            nonce: self.nonce.number(),
            wants_certificates: true,
        };
        request.to_der().expect("a request of fixed parts encodes")
    }
}
