//! The signer of a token: `SignerInfo` of RFC 5652 section 5.3, and his certificate.

use cms::signed_data::{SignerIdentifier, SignerInfo};
use der::asn1::{Any, AnyRef, ObjectIdentifier, OctetString};
use der::{Decode, Encode, Sequence, Tag, TagNumber, Tagged};
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use webpki::{EndEntityCert, ring};
use x509_cert::Certificate;
use x509_cert::attr::Attribute;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{ExtendedKeyUsage, KeyUsage, SubjectAltName, SubjectKeyIdentifier};
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::error::{StampError, StampPart};
use super::signed_data::TST_INFO;

const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
/// `signingCertificate` of RFC 2634, by SHA-1.
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
/// `signingCertificateV2` of RFC 5035.
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");

/// Who has signed, how, and what.
#[derive(Debug)]
pub(super) struct Signer {
    info: SignerInfo,
    /// What the signature is over: the attributes as a set of their own.
    signed: Vec<u8>,
    digest: DigestKind,
}

/// The certificate of a signer, with its bytes.
#[derive(Debug)]
pub(super) struct SignerCertificate<'a> {
    pub(super) der: &'a [u8],
    certificate: Certificate,
}

/// A digest that a signer may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DigestKind {
    Sha256,
    Sha384,
    Sha512,
}

/// `SigningCertificateV2`; the policies behind the certificates are left aside.
#[derive(Sequence)]
struct SigningCertificateV2 {
    certificates: Vec<CertificateId>,
    #[asn1(optional = "true")]
    policies: Option<Any>,
}

/// `ESSCertIDv2`.
#[derive(Sequence)]
struct CertificateId {
    #[asn1(optional = "true")]
    algorithm: Option<AlgorithmIdentifierOwned>,
    digest: OctetString,
    #[asn1(optional = "true")]
    issuer_serial: Option<IssuerSerial>,
}

#[derive(Sequence)]
struct IssuerSerial {
    issuer: Vec<GeneralName>,
    serial: SerialNumber,
}

impl Signer {
    /// Reads a `SignerInfo`, which must be DER to its last byte: its attributes are hashed as they stand.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, StampError> {
        let bad = StampError::Malformed(StampPart::Signer);
        let info = SignerInfo::from_der(bytes).map_err(|_| bad.clone())?;
        if info.to_der().ok().as_deref() != Some(bytes) {
            return Err(bad);
        }
        let attributes = info.signed_attrs.as_ref();
        let signed = attributes.ok_or(StampError::NoSignedAttributes)?.to_der();
        let digest = DigestKind::of(&info.digest_alg).ok_or(StampError::Algorithm)?;
        Ok(Self {
            signed: signed.map_err(|_| bad)?,
            info,
            digest,
        })
    }

    /// Finds the signer's certificate among those of the token.
    pub(super) fn certificate<'a>(
        &self,
        certificates: &[&'a [u8]],
    ) -> Result<SignerCertificate<'a>, StampError> {
        let mut found: Option<SignerCertificate<'a>> = None;
        for der in certificates {
            let Ok(certificate) = Certificate::from_der(der) else {
                continue;
            };
            let is_repeated = found.as_ref().is_some_and(|found| found.der == *der);
            if is_repeated || !self.is_by(&certificate) {
                continue;
            }
            if found.is_some() {
                return Err(StampError::NoCertificate);
            }
            found = Some(SignerCertificate { der, certificate });
        }
        found.ok_or(StampError::NoCertificate)
    }

    /// RFC 5652 section 5.1: the digest of the signer is one of those that the token lists at its beginning.
    pub(super) fn check_digest(&self, listed: &[&[u8]]) -> Result<(), StampError> {
        let is_listed = listed.iter().any(|der| {
            let algorithm = AlgorithmIdentifierOwned::from_der(der).ok();
            algorithm.as_ref().and_then(DigestKind::of) == Some(self.digest)
        });
        is_listed.then_some(()).ok_or(StampError::Algorithm)
    }

    /// Checks the signed attributes and the signature over them.
    pub(super) fn check(&self, content: &[u8], by: &SignerCertificate<'_>) -> Result<(), StampError> {
        let content_type = self.attribute(&CONTENT_TYPE, "contentType")?;
        if content_type.decode_as() != Ok(TST_INFO) {
            return Err(StampError::ContentType);
        }
        let digest: OctetString = self
            .attribute(&MESSAGE_DIGEST, "messageDigest")?
            .decode_as()
            .map_err(|_| StampError::Attribute("messageDigest"))?;
        if digest.as_bytes() != self.digest.of_bytes(content) {
            return Err(StampError::MessageDigest);
        }
        self.check_signing_certificate(by)?;
        let leaf = CertificateDer::from(by.der);
        let leaf =
            EndEntityCert::try_from(&leaf).map_err(|_| StampError::Malformed(StampPart::Certificate))?;
        let algorithms = algorithms(&self.info.signature_algorithm, self.digest);
        let algorithms = algorithms.ok_or(StampError::Algorithm)?;
        let mut verdict = Err(StampError::Algorithm);
        for algorithm in algorithms {
            verdict = leaf
                .verify_signature(*algorithm, &self.signed, self.info.signature.as_bytes())
                .map_err(|error| match error {
                    webpki::Error::InvalidSignatureForPublicKey => StampError::Signature,
                    // A key of another kind, or another curve.
                    _ => StampError::Algorithm,
                });
            if verdict != Err(StampError::Algorithm) {
                break;
            }
        }
        verdict
    }

    /// RFC 5816: the signed attributes name the certificate, so that no other one of the same key can be put in its
    /// place.
    fn check_signing_certificate(&self, by: &SignerCertificate<'_>) -> Result<(), StampError> {
        let name = "signingCertificateV2";
        if self.all(&SIGNING_CERTIFICATE_V2).next().is_none()
            && self.all(&SIGNING_CERTIFICATE).next().is_some()
        {
            return Err(StampError::OldSigningCertificate);
        }
        let named: SigningCertificateV2 = self
            .attribute(&SIGNING_CERTIFICATE_V2, name)?
            .decode_as()
            .map_err(|_| StampError::Attribute(name))?;
        let first = named.certificates.first().ok_or(StampError::Attribute(name))?;
        let kind = match &first.algorithm {
            None => Some(DigestKind::Sha256),
            Some(algorithm) => DigestKind::of(algorithm),
        };
        let kind = kind.ok_or(StampError::SigningCertificate)?;
        if first.digest.as_bytes() != kind.of_bytes(by.der) {
            return Err(StampError::SigningCertificate);
        }
        let Some(IssuerSerial { issuer, serial }) = &first.issuer_serial else {
            return Ok(());
        };
        let tbs = &by.certificate.tbs_certificate;
        let is_same =
            *serial == tbs.serial_number && *issuer == [GeneralName::DirectoryName(tbs.issuer.clone())];
        is_same.then_some(()).ok_or(StampError::SigningCertificate)
    }

    /// The one value of an attribute that stands there once.
    fn attribute(&self, oid: &ObjectIdentifier, name: &'static str) -> Result<&Any, StampError> {
        let mut all = self.all(oid);
        let (Some(attribute), None) = (all.next(), all.next()) else {
            return Err(StampError::Attribute(name));
        };
        match attribute.values.as_slice() {
            [value] => Ok(value),
            _ => Err(StampError::Attribute(name)),
        }
    }

    fn all(&self, oid: &ObjectIdentifier) -> impl Iterator<Item = &Attribute> {
        let attributes = self.info.signed_attrs.iter().flat_map(|set| set.iter());
        attributes.filter(move |attribute| attribute.oid == *oid)
    }

    fn is_by(&self, certificate: &Certificate) -> bool {
        let tbs = &certificate.tbs_certificate;
        match &self.info.sid {
            SignerIdentifier::IssuerAndSerialNumber(name) => {
                name.issuer == tbs.issuer && name.serial_number == tbs.serial_number
            }
            SignerIdentifier::SubjectKeyIdentifier(key) => {
                let own = tbs.get::<SubjectKeyIdentifier>();
                own.is_ok_and(|own| own.is_some_and(|(_, own)| own == *key))
            }
        }
    }
}

impl SignerCertificate<'_> {
    /// RFC 3161 section 2.3: time stamping is the one purpose, said critically. Key usage, if said, is signing only.
    pub(super) fn check_purpose(&self) -> Result<(), StampError> {
        let tbs = &self.certificate.tbs_certificate;
        let bad = |_| StampError::Malformed(StampPart::Certificate);
        match tbs.get::<ExtendedKeyUsage>().map_err(bad)? {
            Some((true, ExtendedKeyUsage(purposes))) if purposes == [TIME_STAMPING] => {}
            _ => return Err(StampError::KeyPurpose),
        }
        let Some((_, usage)) = tbs.get::<KeyUsage>().map_err(bad)? else {
            return Ok(());
        };
        let signs = usage.digital_signature() || usage.non_repudiation();
        let does_more = usage.key_encipherment()
            || usage.data_encipherment()
            || usage.key_agreement()
            || usage.key_cert_sign()
            || usage.crl_sign()
            || usage.encipher_only()
            || usage.decipher_only();
        if signs && !does_more {
            return Ok(());
        }
        Err(StampError::KeyUsage)
    }

    /// RFC 3161 section 2.4.2: the name in the stamp, if there is one, is a name of the certificate.
    pub(super) fn check_authority(&self, name: Option<&Any>) -> Result<(), StampError> {
        let Some(name) = name else { return Ok(()) };
        let tbs = &self.certificate.tbs_certificate;
        let directory_name = Tag::ContextSpecific {
            constructed: true,
            number: TagNumber::N4,
        };
        let is_subject =
            name.tag() == directory_name && tbs.subject.to_der().is_ok_and(|subject| subject == name.value());
        let is_other_name = || {
            let names = tbs.get::<SubjectAltName>().ok().flatten();
            let name = name.to_der().ok();
            names.is_some_and(|(_, SubjectAltName(names))| {
                names.iter().any(|other| other.to_der().ok() == name)
            })
        };
        let is_ours = is_subject || is_other_name();
        is_ours.then_some(()).ok_or(StampError::AuthorityName)
    }
}

impl DigestKind {
    /// The digest that an algorithm names; its parameters are absent or NULL.
    fn of(algorithm: &AlgorithmIdentifierOwned) -> Option<Self> {
        if !is_plain(algorithm) {
            return None;
        }
        match algorithm.oid.to_string().as_str() {
            "2.16.840.1.101.3.4.2.1" => Some(Self::Sha256),
            "2.16.840.1.101.3.4.2.2" => Some(Self::Sha384),
            "2.16.840.1.101.3.4.2.3" => Some(Self::Sha512),
            _ => None,
        }
    }

    fn of_bytes(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }
}

/// What the signature may be, by its algorithm and the signer's digest; the key decides between curves.
fn algorithms(
    algorithm: &AlgorithmIdentifierOwned,
    digest: DigestKind,
) -> Option<&'static [&'static dyn SignatureVerificationAlgorithm]> {
    use DigestKind::{Sha256, Sha384, Sha512};
    const RSA_256: &[&dyn SignatureVerificationAlgorithm] = &[ring::RSA_PKCS1_2048_8192_SHA256];
    const RSA_384: &[&dyn SignatureVerificationAlgorithm] = &[ring::RSA_PKCS1_2048_8192_SHA384];
    const RSA_512: &[&dyn SignatureVerificationAlgorithm] = &[ring::RSA_PKCS1_2048_8192_SHA512];
    const ECDSA_256: &[&dyn SignatureVerificationAlgorithm] =
        &[ring::ECDSA_P256_SHA256, ring::ECDSA_P384_SHA256];
    const ECDSA_384: &[&dyn SignatureVerificationAlgorithm] =
        &[ring::ECDSA_P256_SHA384, ring::ECDSA_P384_SHA384];
    if !is_plain(algorithm) {
        return None;
    }
    // `rsaEncryption` leaves the digest to the signer; the others repeat it.
    match (algorithm.oid.to_string().as_str(), digest) {
        ("1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.11", Sha256) => Some(RSA_256),
        ("1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.12", Sha384) => Some(RSA_384),
        ("1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.13", Sha512) => Some(RSA_512),
        ("1.2.840.10045.4.3.2", Sha256) => Some(ECDSA_256),
        ("1.2.840.10045.4.3.3", Sha384) => Some(ECDSA_384),
        _ => None,
    }
}

/// Whether an algorithm has no parameters, which some write as NULL.
fn is_plain(algorithm: &AlgorithmIdentifierOwned) -> bool {
    let parameters = algorithm.parameters.as_ref();
    parameters.is_none_or(|any| AnyRef::from(any).tag() == Tag::Null)
}
