//! What the operator decides about publishing: the beat, and the policy file.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use kirokubo_ledger::policy::Policy;
use kirokubo_store::Store;

/// The policy that is taken up from the data folder.
const POLICY_FILE: &str = "witnesses.policy";

/// How often the ledger is shown to witnesses unless the operator says otherwise.
const WITNESSED_EVERY: Duration = Duration::from_secs(5);

/// Options of the commands that publish, or that judge what was published.
#[derive(Debug, Args)]
pub(crate) struct PolicyPlace {
    /// Which witnesses countersign checkpoints, and how many are enough (C2SP tlog-policy). `witnesses.policy` in the
    /// data folder, or in the one that servers share, if there is one, unless given.
    #[arg(long, value_name = "FILE", env = "KIROKUBO_WITNESS_POLICY")]
    witness_policy: Option<PathBuf>,
}

/// Options of publishing.
#[derive(Debug, Args)]
pub(crate) struct PublishOptions {
    #[command(flatten)]
    policy: PolicyPlace,
    /// Seconds between two published checkpoints; a fraction is fine. 0 publishes every checkpoint as it is committed,
    /// which witnesses cannot follow. 5 with witnesses, 0 without, unless given.
    #[arg(long, value_name = "SECONDS", env = "KIROKUBO_PUBLISH_EVERY", value_parser = beat)]
    publish_every: Option<Duration>,
}

/// How to publish.
#[derive(Clone, Debug, Default)]
pub(crate) struct PublishSettings {
    /// The beat; `None` shows every head at once.
    pub(super) every: Option<Duration>,
    pub(super) policy: Option<Arc<Policy>>,
}

/// Why a policy cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PolicyError {
    /// The file cannot be read.
    #[error("{path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file is no policy.
    #[error("{path}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: kirokubo_ledger::policy::ParsePolicyError,
    },
    /// It lists logs, and this ledger is not one of them.
    #[error("{0} lists other logs than this ledger")]
    OtherLogs(PathBuf),
    /// A URL is not one that a witness can be asked at.
    #[error(
        "{path}: the URL of witness {witness} is not http:// or https:// and a host, without user or query"
    )]
    Url {
        /// The file.
        path: PathBuf,
        /// The witness.
        witness: String,
    },
    /// Even if every witness with a URL signed, the quorum would not be reached.
    #[error("{0}: the witnesses with a URL are not enough for the quorum")]
    OutOfReach(PathBuf),
}

impl PolicyPlace {
    /// Reads the policy for a store, if there is one.
    pub(crate) fn read(&self, data: &Path, store: &Store) -> Result<Option<Arc<Policy>>, PolicyError> {
        let path = match &self.witness_policy {
            Some(path) => path.clone(),
            None => data.join(POLICY_FILE),
        };
        let file = match fs::read(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && self.witness_policy.is_none() => {
                return Ok(None);
            }
            Err(source) => return Err(PolicyError::Read { path, source }),
        };
        let policy = match Policy::parse(&file) {
            Ok(policy) => policy,
            Err(source) => return Err(PolicyError::Parse { path, source }),
        };
        // One that names an earlier key is as good: it is the witnesses who have to know the new one.
        let signers = store.ledger().signers();
        let mut keys = signers.history().verifier_keys();
        if !keys.any(|key| policy.is_about(key)) {
            return Err(PolicyError::OtherLogs(path));
        }
        Ok(Some(Arc::new(policy)))
    }

    fn read_to_ask(&self, data: &Path, store: &Store) -> Result<Option<Arc<Policy>>, PolicyError> {
        let Some(policy) = self.read(data, store)? else {
            return Ok(None);
        };
        let path = self
            .witness_policy
            .clone()
            .unwrap_or_else(|| data.join(POLICY_FILE));
        for witness in policy.witnesses() {
            if witness.url().is_some_and(|url| !is_askable(url)) {
                let witness = witness.name().into_owned();
                return Err(PolicyError::Url { path, witness });
            }
        }
        let can_be_asked = policy.is_quorum(|witness| witness.url().is_some());
        if policy.quorum().is_some() && !can_be_asked {
            return Err(PolicyError::OutOfReach(path));
        }
        Ok(Some(policy))
    }
}

impl PublishOptions {
    /// What they say of a store.
    pub(crate) fn read(&self, data: &Path, store: &Store) -> Result<PublishSettings, PolicyError> {
        // A policy that asks for nobody is as good as none.
        let policy = self.policy.read_to_ask(data, store)?;
        let policy = policy.filter(|policy| policy.quorum().is_some());
        let default = policy.as_ref().map(|_| WITNESSED_EVERY);
        let every = self.publish_every.or(default).filter(|every| !every.is_zero());
        let every = if policy.is_some() {
            every.or(default)
        } else {
            every
        };
        Ok(PublishSettings { every, policy })
    }
}

/// Seconds, at most a day of them.
fn beat(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    if !(0.0..=86_400.0).contains(&seconds) {
        return Err("from 0 to 86400 seconds".to_owned());
    }
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// Whether a witness can be asked there: nothing in it but scheme, host, port and path.
fn is_askable(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else {
        return false;
    };
    matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beats_are_seconds_or_parts_of_one() {
        assert_eq!(beat("0.2"), Ok(Duration::from_millis(200)));
        assert_eq!(beat("0"), Ok(Duration::ZERO));
        for text in ["-1", "1s", "NaN", "inf", "86401", ""] {
            assert!(beat(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_witness_is_asked_over_http_and_nothing_else() {
        assert!(is_askable("https://witness.example.jp/"));
        assert!(is_askable("http://127.0.0.1:8090/a/b"));
        for url in [
            "file:///etc/passwd",
            "ftp://witness.example.jp/",
            "https://user:secret@witness.example.jp/",
            "https://witness.example.jp/?a=b",
            "https://witness.example.jp/#a",
            "witness.example.jp",
        ] {
            assert!(!is_askable(url), "{url}");
        }
    }
}
