//! Certificates: those that are trusted, and the path from a signer to one of them.

use std::time::Duration;

use der::Decode;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath, anchor_from_trusted_cert, ring};
use x509_cert::Certificate;
use x509_cert::ext::pkix::KeyUsage as CertificateKeyUsage;

use super::error::StampError;
use super::instant::Instant;

/// id-kp-timeStamping, the content octets of 1.3.6.1.5.5.7.3.8.
const TIME_STAMPING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];

/// How certificates may be signed. Neither MD5 nor SHA-1 is among them.
const ALGORITHMS: [&dyn SignatureVerificationAlgorithm; 7] = [
    ring::RSA_PKCS1_2048_8192_SHA256,
    ring::RSA_PKCS1_2048_8192_SHA384,
    ring::RSA_PKCS1_2048_8192_SHA512,
    ring::ECDSA_P256_SHA256,
    ring::ECDSA_P256_SHA384,
    ring::ECDSA_P384_SHA256,
    ring::ECDSA_P384_SHA384,
];

/// The roots that whoever verifies trusts, from his own hand.
#[derive(Clone, Debug)]
pub struct Roots(Vec<TrustAnchor<'static>>);

/// Why roots cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RootsError {
    /// The text is not PEM.
    #[error("the file is not PEM")]
    Pem,
    /// There is no certificate in it.
    #[error("there is no certificate in the file")]
    Empty,
    /// One is not an X.509 certificate.
    #[error("certificate {0} of the file cannot be read")]
    Certificate(usize),
}

impl Roots {
    /// Reads certificates in PEM, each of which is trusted by itself.
    pub fn from_pem(text: &[u8]) -> Result<Self, RootsError> {
        let mut roots = Vec::new();
        for (number, der) in (1..).zip(CertificateDer::pem_slice_iter(text)) {
            let der = der.map_err(|_| RootsError::Pem)?;
            let anchor = anchor_from_trusted_cert(&der).map_err(|_| RootsError::Certificate(number))?;
            roots.push(anchor.to_owned());
        }
        if roots.is_empty() {
            return Err(RootsError::Empty);
        }
        Ok(Self(roots))
    }

    /// How many there are; never none.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Looks for a path from a signer's certificate to a root, over other certificates of the token, that is valid at
    /// the time of the stamp.
    ///
    /// A signer's certificate ends some day; what it signed before stays signed, so today does not matter.
    pub(super) fn check_chain(&self, signer: &[u8], others: &[&[u8]], at: Instant) -> Result<(), StampError> {
        let signer = CertificateDer::from(signer);
        let others: Vec<_> = others.iter().map(|der| CertificateDer::from(*der)).collect();
        let leaf = EndEntityCert::try_from(&signer).map_err(StampError::Chain)?;
        let seconds = at.unix_seconds().ok_or(StampError::Time)?;
        let at = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        leaf.verify_for_usage(
            &ALGORITHMS,
            &self.0,
            &others,
            at,
            // The signer's own purpose is checked apart, and more strictly. Of an issuer it may be absent.
            KeyUsage::required_if_present(TIME_STAMPING),
            None,
            Some(&issuers_may_issue),
        )
        .map(drop)
        .map_err(|error| match error {
            webpki::Error::IssuerNotCrlSigner => StampError::IssuerKeyUsage,
            error => StampError::Chain(error),
        })
    }
}

/// webpki takes basic constraints as the word on who may issue; a key usage that says otherwise counts, too.
fn issuers_may_issue(path: &VerifiedPath<'_>) -> Result<(), webpki::Error> {
    let may_issue = path.intermediate_certificates().all(|issuer| {
        Certificate::from_der(&issuer.der()).is_ok_and(|issuer| {
            let usage = issuer.tbs_certificate.get::<CertificateKeyUsage>();
            usage.is_ok_and(|usage| usage.is_none_or(|(_, usage)| usage.key_cert_sign()))
        })
    });
    // The one of webpki's errors that speaks of an issuer's key usage; no revocation list is ever looked at here.
    may_issue.then_some(()).ok_or(webpki::Error::IssuerNotCrlSigner)
}
