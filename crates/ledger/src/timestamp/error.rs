//! Why a time stamp does not count.

use webpki::Error as ChainError;

/// What is wrong with the answer of an authority. Nothing of it counts then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StampError {
    /// A part is not the DER it should be, or something stands behind its end.
    #[error("{0} is not DER of its form")]
    Malformed(StampPart),
    /// The authority refused (`PKIStatus` other than granted).
    #[error("the authority refused, with status {status}")]
    Refused {
        /// The number that it gave.
        status: u8,
    },
    /// The answer has no token.
    #[error("the answer holds no token")]
    NoToken,
    /// The token signs something else than a time stamp.
    #[error("the token does not sign a time stamp")]
    ContentType,
    /// The stamp is of another version, or has a critical extension.
    #[error("the stamp is of an unknown version or has a critical extension")]
    Version,
    /// The digest is not SHA-256.
    #[error("the stamp is not over a SHA-256 digest")]
    ImprintAlgorithm,
    /// The stamp is over something else.
    #[error("the stamp is over something else than this checkpoint")]
    Imprint,
    /// The nonce is not the one that was sent.
    #[error("the stamp answers another request")]
    Nonce,
    /// The stamp was made under another policy.
    #[error("the stamp was made under policy {0}")]
    Policy(String),
    /// The time is not written as RFC 3161 says, or is before 1970.
    #[error("the time of the stamp is malformed")]
    Time,
    /// The authority calls its time less exact than a minute.
    #[error("the time of the stamp is not exact to a minute")]
    Accuracy,
    /// There is not exactly one signer.
    #[error("{0} signers where there must be one")]
    Signers(usize),
    /// The attributes that the signer signs are missing.
    #[error("the signer signs no attributes")]
    NoSignedAttributes,
    /// A signed attribute is missing, is there twice, or has another form.
    #[error("the signed attribute {0} is missing, repeated or malformed")]
    Attribute(&'static str),
    /// The signed digest is not that of the stamp.
    #[error("the signed digest is not that of the stamp")]
    MessageDigest,
    /// The signer names his certificate by SHA-1 only (`ESSCertID` of RFC 2634).
    #[error("the signing certificate is named by SHA-1 only")]
    OldSigningCertificate,
    /// The signer names another certificate, or by an unknown digest.
    #[error("the signed attributes name another certificate")]
    SigningCertificate,
    /// The certificate of the signer is not in the token, or there are two.
    #[error("the signer's certificate is not in the token")]
    NoCertificate,
    /// `extKeyUsage` is missing, not critical, or not time stamping alone.
    #[error("the signer's certificate is not one for time stamping alone, critically")]
    KeyPurpose,
    /// `keyUsage` allows something else than signing.
    #[error("the signer's key is for something else than signing")]
    KeyUsage,
    /// A certificate of the path has a key that is not for signing certificates.
    #[error("a key of the chain is not for signing certificates")]
    IssuerKeyUsage,
    /// The stamp calls its authority by a name that is not the certificate's.
    #[error("the stamp names another authority than its certificate")]
    AuthorityName,
    /// Neither RSA (2048 bits or more, PKCS #1 v1.5) nor ECDSA on P-256 or P-384, with SHA-256, 384 or 512.
    #[error("the signature or digest algorithm is not accepted")]
    Algorithm,
    /// The signature is not the signer's.
    #[error("the signature is not that of the signer's certificate")]
    Signature,
    /// No chain leads from the signer to a pinned root at the time of the stamp.
    #[error("no chain of certificates to a pinned root at the time of the stamp: {0}")]
    Chain(ChainError),
}

/// Part of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StampPart {
    /// `TimeStampResp` as a whole.
    Answer,
    /// The token's `ContentInfo` and `SignedData`.
    Token,
    /// `TSTInfo`.
    Stamp,
    /// `SignerInfo`, with its signed attributes.
    Signer,
    /// A certificate.
    Certificate,
}

impl std::fmt::Display for StampPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Answer => "the answer",
            Self::Token => "the token",
            Self::Stamp => "the stamp",
            Self::Signer => "the signer's part",
            Self::Certificate => "the signer's certificate",
        })
    }
}
