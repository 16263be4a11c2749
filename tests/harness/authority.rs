//! A time stamp authority made with OpenSSL: a root, certificates under it, and stamps, good and bad.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::binaries::assert_success;
use crate::scratch::Scratch;

/// An authority with a root of its own, in a folder that goes away with the test.
#[derive(Debug)]
pub struct Authority {
    scratch: Scratch,
}

/// A certificate with its key, files of an authority's folder.
#[derive(Clone, Debug)]
pub struct Signer {
    /// PEM.
    pub certificate: PathBuf,
    /// PEM.
    pub key: PathBuf,
}

/// What a certificate says, in the words of OpenSSL's configuration.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'a> {
    /// `extendedKeyUsage`; empty for none.
    pub purpose: &'a str,
    /// `keyUsage`; empty for none.
    pub usage: &'a str,
    /// `basicConstraints`.
    pub constraints: &'a str,
    /// First and last moment, `YYYYMMDDhhmmssZ`.
    pub valid: (&'a str, &'a str),
    /// `rsa:2048`, `rsa:1024`, or `ec:` and a curve.
    pub key: &'a str,
}

/// What every authority should have.
impl Default for Leaf<'_> {
    fn default() -> Self {
        Self {
            purpose: "critical,timeStamping",
            usage: "critical,digitalSignature",
            constraints: "CA:FALSE",
            valid: ("20200101000000Z", "20490101000000Z"),
            key: "rsa:2048",
        }
    }
}

const CA: &str = "[ca]\ndefault_ca = own\n[own]\ndatabase = index.txt\nnew_certs_dir = .\nrand_serial = yes\n\
    default_md = sha256\npolicy = any\nunique_subject = no\n[any]\ncommonName = supplied\n\
    [req]\ndistinguished_name = dn\nprompt = no\n[dn]\n\
    [root]\nbasicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign,cRLSign\nsubjectKeyIdentifier = hash\n";

// No `certs`: OpenSSL does not sort them.
const TSA: &str = "[own]\nserial = serial\ncrypto_device = builtin\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\n\
    other_policies = 1.2.3.4.2\ndigests = sha1, sha256, sha512\naccuracy = secs:1\nordering = yes\ntsa_name = yes\n\
    ess_cert_id_chain = no\n";

impl Authority {
    /// Makes the root.
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "making keys and files is not what anybody expects of a default"
    )]
    pub fn new() -> Self {
        let authority = Self {
            scratch: Scratch::new(),
        };
        for (name, text) in [("ca.cnf", CA), ("index.txt", ""), ("ts.cnf", TSA)] {
            fs::write(authority.path(name), text).expect("a scratch folder can be written");
        }
        authority.make_key("ec:secp384r1", "root.key");
        authority.run(&[
            "req",
            "-new",
            "-config",
            "ca.cnf",
            "-subj",
            "/CN=Test Root",
            "-key",
            "root.key",
            "-out",
            "root.csr",
        ]);
        // Valid before any certificate under it, and after.
        authority.run(&[
            "ca",
            "-batch",
            "-notext",
            "-selfsign",
            "-config",
            "ca.cnf",
            "-keyfile",
            "root.key",
            "-extensions",
            "root",
            "-startdate",
            "20190101000000Z",
            "-enddate",
            "20490601000000Z",
            "-in",
            "root.csr",
            "-out",
            "root.pem",
        ]);
        authority
    }

    /// The root's certificate, PEM.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.path("root.pem")
    }

    /// Issues a certificate for a fresh key; `name` is of the files and of whom it is for.
    #[must_use]
    pub fn issue(&self, name: &str, leaf: Leaf<'_>) -> Signer {
        let root = Signer {
            certificate: self.root(),
            key: self.path("root.key"),
        };
        self.issue_by(&root, name, leaf)
    }

    /// Issues a certificate, signed by another than the root.
    #[must_use]
    pub fn issue_by(&self, issuer: &Signer, name: &str, leaf: Leaf<'_>) -> Signer {
        let file = |kind: &str| format!("{name}.{kind}");
        self.make_key(leaf.key, &file("key"));
        let mut extensions = format!(
            "basicConstraints = {}\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n",
            leaf.constraints
        );
        for (key, value) in [("extendedKeyUsage", leaf.purpose), ("keyUsage", leaf.usage)] {
            if !value.is_empty() {
                extensions += &[key, " = ", value, "\n"].concat();
            }
        }
        fs::write(self.path(&file("cnf")), extensions).expect("a scratch folder can be written");
        let subject = format!("/CN=Test {name}");
        self.run(&[
            "req",
            "-new",
            "-config",
            "ca.cnf",
            "-subj",
            &subject,
            "-key",
            &file("key"),
            "-out",
            &file("csr"),
        ]);
        self.run(&[
            "ca",
            "-batch",
            "-notext",
            "-config",
            "ca.cnf",
            "-cert",
            text(&issuer.certificate),
            "-keyfile",
            text(&issuer.key),
            "-extfile",
            &file("cnf"),
            "-startdate",
            leaf.valid.0,
            "-enddate",
            leaf.valid.1,
            "-in",
            &file("csr"),
            "-out",
            &file("pem"),
        ]);
        Signer {
            certificate: self.path(&file("pem")),
            key: self.path(&file("key")),
        }
    }

    /// Answers a request as `openssl ts` does; `settings` are further lines of its configuration.
    #[must_use]
    pub fn answer(&self, query: &[u8], signer: &Signer, settings: &str) -> Vec<u8> {
        let signer = format!(
            "signer_cert = {}\nsigner_key = {}\n",
            text(&signer.certificate),
            text(&signer.key)
        );
        let hash = if settings.contains("ess_cert_id_alg") {
            ""
        } else {
            "ess_cert_id_alg = sha256\n"
        };
        fs::write(
            self.path("ts-now.cnf"),
            TSA.to_owned() + hash + &signer + settings,
        )
        .expect("a scratch folder can be written");
        fs::write(self.path("query.tsq"), query).expect("a scratch folder can be written");
        self.run(&[
            "ts",
            "-reply",
            "-config",
            "ts-now.cnf",
            "-section",
            "own",
            "-queryfile",
            "query.tsq",
            "-out",
            "answer.tsr",
        ]);
        self.read("answer.tsr")
    }

    /// A request over a file's bytes, as `openssl ts -query` makes it with these options.
    #[must_use]
    pub fn query(&self, stamped: &[u8], options: &[&str]) -> Vec<u8> {
        fs::write(self.path("stamped"), stamped).expect("a scratch folder can be written");
        let mut arguments = vec!["ts", "-query", "-data", "stamped", "-cert", "-out", "made.tsq"];
        arguments.extend(options);
        self.run(&arguments);
        self.read("made.tsq")
    }

    /// The DER of the stamp (`TSTInfo`) in an answer.
    #[must_use]
    pub fn stamp_of(&self, answer: &[u8]) -> Vec<u8> {
        fs::write(self.path("answer.tsr"), answer).expect("a scratch folder can be written");
        self.run(&[
            "ts",
            "-reply",
            "-in",
            "answer.tsr",
            "-token_out",
            "-out",
            "token.der",
        ]);
        self.run(&[
            "cms",
            "-verify",
            "-noverify",
            "-inform",
            "DER",
            "-in",
            "token.der",
            "-out",
            "stamp.der",
        ]);
        self.read("stamp.der")
    }

    /// Signs a stamp by `openssl cms` and wraps it into an answer: what an authority would not do itself.
    #[must_use]
    pub fn sign(&self, stamp: &[u8], signers: &[&Signer], options: &[&str]) -> Vec<u8> {
        self.sign_as("1.2.840.113549.1.9.16.1.4", stamp, signers, options)
    }

    /// The same, saying that another kind of content is signed.
    #[must_use]
    pub fn sign_as(&self, kind: &str, stamp: &[u8], signers: &[&Signer], options: &[&str]) -> Vec<u8> {
        fs::write(self.path("to-sign.der"), stamp).expect("a scratch folder can be written");
        let mut arguments = vec![
            "cms",
            "-sign",
            "-binary",
            "-nodetach",
            "-md",
            "sha256",
            "-econtent_type",
            kind,
            "-in",
            "to-sign.der",
            "-outform",
            "DER",
            "-out",
            "signed.der",
        ];
        arguments.extend(options);
        for signer in signers {
            arguments.extend(["-signer", text(&signer.certificate), "-inkey", text(&signer.key)]);
        }
        self.run(&arguments);
        answer_with(&self.read("signed.der"))
    }

    /// A file of several certificates.
    #[must_use]
    pub fn bundle(&self, signers: &[&Signer]) -> PathBuf {
        let read = |signer: &&Signer| fs::read(&signer.certificate).expect("openssl has written it");
        let all: Vec<u8> = signers.iter().flat_map(read).collect();
        fs::write(self.path("bundle.pem"), all).expect("a scratch folder can be written");
        self.path("bundle.pem")
    }

    /// The DER of a certificate.
    #[must_use]
    pub fn der_of(&self, signer: &Signer) -> Vec<u8> {
        let certificate = text(&signer.certificate);
        self.run(&["x509", "-in", certificate, "-outform", "DER", "-out", "one.der"]);
        self.read("one.der")
    }

    /// A signature of RSA with SHA-256 over bytes.
    #[must_use]
    pub fn raw_signature(&self, bytes: &[u8], signer: &Signer) -> Vec<u8> {
        fs::write(self.path("raw"), bytes).expect("a scratch folder can be written");
        self.run(&[
            "dgst",
            "-sha256",
            "-sign",
            text(&signer.key),
            "-out",
            "raw.sig",
            "raw",
        ]);
        self.read("raw.sig")
    }

    /// Whether `openssl ts -verify` accepts an answer over these bytes under this root, as of a moment (Unix seconds).
    #[must_use]
    pub fn openssl_accepts(&self, answer: &[u8], stamped: &[u8], at: u64) -> bool {
        fs::write(self.path("judged.tsr"), answer).expect("a scratch folder can be written");
        fs::write(self.path("stamped"), stamped).expect("a scratch folder can be written");
        let at = at.to_string();
        let arguments = [
            "ts",
            "-verify",
            "-data",
            "stamped",
            "-in",
            "judged.tsr",
            "-CAfile",
            "root.pem",
            "-attime",
            &at,
        ];
        let output = self.command(&arguments).output().expect("openssl starts");
        output.status.success()
    }

    /// Whether `openssl ts -verify` accepts an answer to this request, now.
    #[must_use]
    pub fn openssl_accepts_for(&self, answer: &[u8], query: &[u8]) -> bool {
        fs::write(self.path("judged.tsr"), answer).expect("a scratch folder can be written");
        fs::write(self.path("query.tsq"), query).expect("a scratch folder can be written");
        let arguments = [
            "ts",
            "-verify",
            "-queryfile",
            "query.tsq",
            "-in",
            "judged.tsr",
            "-CAfile",
            "root.pem",
        ];
        let output = self.command(&arguments).output().expect("openssl starts");
        output.status.success()
    }

    fn make_key(&self, kind: &str, file: &str) {
        match kind.split_once(':').expect("a kind and a size") {
            ("rsa", bits) => self.run(&["genrsa", "-out", file, bits]),
            (_, curve) => self.run(&["ecparam", "-name", curve, "-genkey", "-noout", "-out", file]),
        }
    }

    fn run(&self, arguments: &[&str]) {
        let output = self.command(arguments).output().expect("openssl starts");
        assert_success(&output, &format!("openssl {}", arguments.join(" ")));
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("openssl");
        command.args(arguments).current_dir(self.scratch.path());
        command
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("openssl has written it")
    }
}

/// An answer that grants this token.
fn answer_with(token: &[u8]) -> Vec<u8> {
    let granted = [0x30, 0x03, 0x02, 0x01, 0x00];
    let inside = [granted.as_slice(), token].concat();
    let length = u16::try_from(inside.len())
        .expect("a token is short")
        .to_be_bytes();
    assert!(inside.len() > 255, "a length of two bytes");
    [&[0x30, 0x82], length.as_slice(), inside.as_slice()].concat()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("scratch folders have plain names")
}
