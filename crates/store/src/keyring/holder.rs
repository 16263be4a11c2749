//! Who keeps the root key while no process runs.
//!
//! - Nobody: the key files are plain, which is how a folder begins. Whoever can read the folder has the keys.
//! - A passphrase: `keys/root.pem`, PKCS #8 encrypted with PBES2 (RFC 5958, RFC 8018), scrypt (RFC 7914) and AES-256-CBC. Any
//!   tool that reads such keys opens it; `openssl pkcs8` does. As there is no type for a plain secret, the root stands there
//!   as if it were an X25519 key (RFC 8410).
//! - The service manager: a systemd credential called `kirokubo-keys` holds the root as 64 hexadecimal digits
//!   (`LoadCredentialEncrypted=`, bound to the machine's TPM or key). `keys/root.credential` only tells whether it is the
//!   right one.

use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::{Decode, Encode};
use pkcs8::pkcs5::pbes2;
use pkcs8::pkcs5::scrypt;
use pkcs8::{AlgorithmIdentifierRef, EncryptedPrivateKeyInfoRef, LineEnding, ObjectIdentifier};
use pkcs8::{PrivateKeyInfoRef, SecretDocument};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::root::RootKey;
use crate::random;

/// Keeps the root key of a folder.
pub trait KeyHolder {
    /// Which of them it is.
    fn kind(&self) -> HolderKind;

    /// What to write into the folder, so that [`KeyHolder::unseal`] gives the same root again.
    fn seal(&self) -> Result<(RootKey, Zeroizing<String>), HolderError>;

    /// The root of a folder that holds what [`KeyHolder::seal`] wrote.
    fn unseal(&self, sealed: &str) -> Result<RootKey, HolderError>;
}

/// The holders there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HolderKind {
    /// Somebody who knows a passphrase.
    Passphrase,
    /// systemd, by a credential.
    Credential,
}

/// Why the root key could not be had.
#[derive(Debug, thiserror::Error)]
pub enum HolderError {
    /// Nobody gave a passphrase or credential.
    #[error("the keys are sealed, and there is no {0}")]
    Missing(&'static str),
    /// It could not be read.
    #[error("the {what} could not be read")]
    Unreadable {
        /// The passphrase or the credential.
        what: &'static str,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The passphrase is empty.
    #[error("the passphrase is empty")]
    Empty,
    /// The passphrase is another.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The credential is not a root key, or that of another folder.
    #[error("the credential is not the root key of this folder")]
    WrongCredential,
    /// The sealed root is not one.
    #[error("the sealed root key is damaged")]
    Damaged,
}

/// Gives the holder of a kind, when it turns out that one is needed.
pub type KeyHolders<'a> = &'a (dyn Fn(HolderKind) -> Result<Box<dyn KeyHolder>, HolderError> + Sync);

/// For whoever has none.
pub(crate) fn nobody(kind: HolderKind) -> Result<Box<dyn KeyHolder>, HolderError> {
    Err(HolderError::Missing(kind.what()))
}

impl HolderKind {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Passphrase, Self::Credential];

    /// What a person calls what it needs.
    #[must_use]
    pub const fn what(self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
            Self::Credential => "credential",
        }
    }

    /// The file in the key folder that says that it holds the root.
    pub(super) const fn file(self) -> &'static str {
        match self {
            Self::Passphrase => "root.pem",
            Self::Credential => "root.credential",
        }
    }
}

/// A passphrase in somebody's head, or in a file elsewhere.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Fails if it is empty.
    pub fn new(text: Zeroizing<String>) -> Result<Self, HolderError> {
        if text.is_empty() {
            return Err(HolderError::Empty);
        }
        Ok(Self(text))
    }
}

/// X25519 of RFC 8410.
const X25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.110");

const PEM_LABEL: &str = "ENCRYPTED PRIVATE KEY";

/// N = 2^14, r = 8, p = 5: one of the settings that OWASP's Password Storage Cheat Sheet holds to be enough, and the one
/// whose memory (16 MiB) OpenSSL allows when it reads the file.
const SCRYPT: (u8, u32, u32) = (14, 8, 5);

impl KeyHolder for Passphrase {
    fn kind(&self) -> HolderKind {
        HolderKind::Passphrase
    }

    fn seal(&self) -> Result<(RootKey, Zeroizing<String>), HolderError> {
        let root = RootKey::random();
        let (log_n, r, p) = SCRYPT;
        let cost = scrypt::Params::new(log_n, r, p).expect("the parameters are valid");
        let with =
            pbes2::Parameters::generate_scrypt_aes256cbc(cost, &random::bytes::<16>(), random::bytes());
        let inner = OctetStringRef::new(root.expose()).and_then(|key| key.to_der());
        let inner = Zeroizing::new(inner.expect("32 bytes are an octet string"));
        let algorithm = AlgorithmIdentifierRef {
            oid: X25519,
            parameters: None,
        };
        let key = OctetStringRef::new(&inner).expect("34 bytes are an octet string");
        let sealed = PrivateKeyInfoRef::new(algorithm, key)
            .encrypt_with_params(with.expect("the parameters are valid"), self.0.as_bytes())
            .and_then(|sealed| Ok(sealed.to_pem(PEM_LABEL, LineEnding::LF)?));
        Ok((
            root,
            sealed.expect("a key of 32 bytes can be encrypted and written"),
        ))
    }

    fn unseal(&self, sealed: &str) -> Result<RootKey, HolderError> {
        let (label, document) = SecretDocument::from_pem(sealed).map_err(|_| HolderError::Damaged)?;
        if label != PEM_LABEL {
            return Err(HolderError::Damaged);
        }
        let info =
            EncryptedPrivateKeyInfoRef::from_der(document.as_bytes()).map_err(|_| HolderError::Damaged)?;
        // A wrong passphrase gives other bytes, whose padding or form is wrong.
        let wrong = || HolderError::WrongPassphrase;
        let opened = info.decrypt(self.0.as_bytes()).map_err(|_| wrong())?;
        let key = PrivateKeyInfoRef::from_der(opened.as_bytes()).map_err(|_| wrong())?;
        let inner = <&OctetStringRef>::from_der(key.private_key.as_bytes()).map_err(|_| wrong())?;
        let bytes: [u8; 32] = inner.as_bytes().try_into().map_err(|_| wrong())?;
        Ok(RootKey::from_bytes(Zeroizing::new(bytes)))
    }
}

/// The root as the service manager hands it over.
pub struct Credential(RootKey);

impl Credential {
    /// Reads its 64 hexadecimal digits.
    pub fn parse(text: &Zeroizing<String>) -> Result<Self, HolderError> {
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim_end(), &mut *bytes).map_err(|_| HolderError::WrongCredential)?;
        Ok(Self(RootKey::from_bytes(bytes)))
    }

    /// A digest by which the folder knows its root again; it tells nothing about a random key.
    fn mark(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(b"kirokubo root key 1\n");
        hasher.update(self.0.expose());
        format!("{}\n", hex::encode(hasher.finalize()))
    }
}

impl KeyHolder for Credential {
    fn kind(&self) -> HolderKind {
        HolderKind::Credential
    }

    fn seal(&self) -> Result<(RootKey, Zeroizing<String>), HolderError> {
        Ok((self.0.clone(), Zeroizing::new(self.mark())))
    }

    fn unseal(&self, sealed: &str) -> Result<RootKey, HolderError> {
        if sealed != self.mark() {
            return Err(HolderError::WrongCredential);
        }
        Ok(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(Zeroizing::new(text.to_owned())).unwrap()
    }

    #[test]
    fn a_root_sealed_with_a_passphrase_opens_with_that_one_only() {
        let (root, sealed) = passphrase("正しい 馬 電池").seal().unwrap();
        assert!(sealed.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
        assert_eq!(
            passphrase("正しい 馬 電池").unseal(&sealed).unwrap().expose(),
            root.expose()
        );
        for wrong in ["正しい 馬", "x"] {
            let refused = passphrase(wrong).unseal(&sealed);
            assert!(
                matches!(refused, Err(HolderError::WrongPassphrase)),
                "{refused:?}"
            );
        }
        let cut = &sealed[..sealed.len() / 2];
        assert!(matches!(passphrase("x").unseal(cut), Err(HolderError::Damaged)));
        assert!(matches!(
            Passphrase::new(Zeroizing::default()),
            Err(HolderError::Empty)
        ));
    }

    #[test]
    fn a_credential_knows_its_own_folder() {
        let of = |digits: String| Credential::parse(&Zeroizing::new(digits));
        let (mine, other) = (of("ab".repeat(32) + "\n").unwrap(), of("cd".repeat(32)).unwrap());
        let (root, mark) = mine.seal().unwrap();
        assert_eq!(mine.unseal(&mark).unwrap().expose(), root.expose());
        assert!(matches!(other.unseal(&mark), Err(HolderError::WrongCredential)));
        assert!(matches!(of("ab".repeat(31)), Err(HolderError::WrongCredential)));
        assert!(!mark.contains(&"ab".repeat(32)));
    }
}
