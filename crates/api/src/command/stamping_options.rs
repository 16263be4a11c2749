//! Options about time stamps, for those commands that ask for them or judge them.

use std::path::{Path, PathBuf};

use clap::Args;
use kirokubo_ledger::timestamp::{Policy, Roots};

use crate::stamping::{AskError, Stamping, StampingSettings};

/// Whom to have the ledger stamped by.
#[derive(Debug, Args)]
pub(super) struct StampingOptions {
    /// Address of a time stamp authority (RFC 3161, 時刻認証局). May be given several times: they are asked in this order
    /// until one gives a stamp that counts. Without one, nothing is stamped.
    #[arg(
        id = "tsa_urls",
        long = "tsa-url",
        value_name = "URL",
        env = "KIROKUBO_TSA_URL",
        value_delimiter = ',',
        hide_env_values = true,
        requires = "tsa_roots"
    )]
    urls: Vec<String>,
    /// Certificates (PEM) that the stamps must lead to.
    #[arg(
        id = "tsa_roots",
        long = "tsa-roots",
        value_name = "FILE",
        env = "KIROKUBO_TSA_ROOTS"
    )]
    roots: Option<PathBuf>,
    /// The one policy (an object identifier) that stamps may be made under.
    #[arg(
        id = "tsa_policy",
        long = "tsa-policy",
        value_name = "OID",
        env = "KIROKUBO_TSA_POLICY"
    )]
    policy: Option<Policy>,
    /// Seconds from one stamp to the next; nothing is stamped while the ledger does not grow.
    #[arg(
        id = "tsa_interval",
        long = "tsa-interval",
        value_name = "SECONDS",
        env = "KIROKUBO_TSA_INTERVAL",
        default_value_t = 86_400,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    interval: u32,
}

/// Why stamping could not be set up.
#[derive(Debug, thiserror::Error)]
pub(super) enum StampingOptionsError {
    #[error("{path}")]
    Read {
        path: String,
        #[source]
        error: std::io::Error,
    },
    #[error("{path}")]
    Roots {
        path: String,
        #[source]
        error: kirokubo_ledger::timestamp::RootsError,
    },
    #[error(transparent)]
    Authority(#[from] AskError),
}

impl StampingOptions {
    /// What they say; `None` if no authority is named.
    pub(super) fn stamping(&self) -> Result<Option<Stamping>, StampingOptionsError> {
        let (false, Some(roots)) = (self.urls.is_empty(), &self.roots) else {
            return Ok(None);
        };
        let settings = StampingSettings {
            urls: self.urls.clone(),
            roots: read_roots(roots)?,
            policy: self.policy,
            interval: self.interval,
        };
        Ok(Some(Stamping::new(settings)?))
    }
}

/// The roots in a file.
pub(super) fn read_roots(path: &Path) -> Result<Roots, StampingOptionsError> {
    let shown = || path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| StampingOptionsError::Read { path: shown(), error })?;
    Roots::from_pem(&bytes).map_err(|error| StampingOptionsError::Roots { path: shown(), error })
}
