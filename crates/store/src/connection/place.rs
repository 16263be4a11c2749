//! Where the database is.

use std::fmt;
use std::path::PathBuf;

use crate::error::StoreError;

/// What may stand behind the `?` of a PostgreSQL URL. The driver would log any other name with its value, which may be a
/// password beside a misspelt name.
const PARAMETERS: [&str; 12] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "user",
];

/// A file, or a database server.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// SQLite.
    File(PathBuf),
    /// PostgreSQL; the URL may hold a password.
    Server(String),
}

impl Place {
    /// Reads a URL of PostgreSQL; `None` if it is of something else.
    pub(crate) fn server(url: &str) -> Option<Result<Self, StoreError>> {
        let rest = url
            .strip_prefix("postgres://")
            .or_else(|| url.strip_prefix("postgresql://"))?;
        let query = rest.split_once('?').map_or("", |(_, query)| query);
        let known = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .all(|pair| PARAMETERS.contains(&pair.split_once('=').map_or(pair, |(name, _)| name)));
        Some(if known {
            Ok(Self::Server(url.to_owned()))
        } else {
            Err(StoreError::UnsupportedUrl("a parameter behind its ? is unknown"))
        })
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => f.debug_tuple("File").field(file).finish(),
            Self::Server(_) => f.write_str("Server(..)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_parameter_is_refused_before_the_driver_logs_it() {
        for url in [
            "postgres://h/d?pasword=secret",
            "postgresql://h/d?sslmode=require&x",
        ] {
            let refused = Place::server(url).unwrap().unwrap_err().to_string();
            assert!(!refused.contains("secret"), "{refused}");
        }
        assert!(
            Place::server("postgres://u:p@h:5432/d?sslmode=verify-full&sslrootcert=/ca.pem")
                .unwrap()
                .is_ok()
        );
        assert!(Place::server("sqlite:").is_none());
    }

    #[test]
    fn a_url_is_never_shown() {
        let place = Place::server("postgres://u:secret@h/d").unwrap().unwrap();
        assert_eq!(format!("{place:?}"), "Server(..)");
    }
}
