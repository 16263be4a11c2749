//! A database of a cluster, and what its superuser does there.

use crate::{Cluster, USER};

/// One database of a cluster.
#[derive(Debug)]
pub struct Database<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) name: String,
}

impl<'a> Database<'a> {
    /// Where a program finds it.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_as(USER)
    }

    /// Where a program finds it that comes as another role.
    #[must_use]
    pub fn url_as(&self, role: &str) -> String {
        let host = self.cluster.folder.display().to_string().replace('/', "%2F");
        format!("postgres://{role}@localhost/{}?host={host}", self.name)
    }

    /// Where a program finds it over the network, under one of the machine's names, with parameters behind `?`.
    #[must_use]
    pub fn network_url(&self, host: &str, parameters: &str) -> String {
        let (port, name) = (self.cluster.port, &self.name);
        format!("postgres://{USER}@{host}:{port}/{name}?{parameters}")
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Another one with everything that is in it. Nobody must be connected to it.
    #[must_use]
    pub fn copy(&self) -> Database<'a> {
        self.cluster.database_like(self)
    }

    /// The whole database as text.
    #[must_use]
    pub fn dump(&self) -> Vec<u8> {
        self.cluster.dump(&self.name)
    }

    /// Runs statements, all in one transaction; what the last one gives, or what the server says.
    pub fn run(&self, statements: &str) -> Result<String, String> {
        self.cluster.psql(&self.name, statements)
    }

    /// Runs statements, and counts the rows that they change.
    pub fn changes(&self, statements: &str) -> Result<u64, String> {
        let told = self.cluster.psql_with(&[], &self.name, statements)?;
        let changed = |line: &str| {
            let (what, rest) = line.split_once(' ')?;
            let count = rest.rsplit(' ').next()?;
            ["INSERT", "UPDATE", "DELETE"]
                .contains(&what)
                .then(|| count.parse::<u64>().ok())?
        };
        Ok(told.split(['\n', '\u{1e}']).filter_map(changed).sum())
    }

    /// The rows that a query gives; NULL is an empty text.
    #[must_use]
    pub fn rows(&self, query: &str) -> Vec<Vec<String>> {
        let text = self.run(query).unwrap_or_else(|error| panic!("{query}: {error}"));
        let rows = text.split('\u{1e}').filter(|row| !row.is_empty());
        rows.map(|row| row.split('\u{1f}').map(str::to_owned).collect())
            .collect()
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        // A server that was left running is no reason to keep it.
        let dropped = self
            .cluster
            .psql("postgres", &format!("DROP DATABASE {} WITH (FORCE)", self.name));
        if let Err(error) = dropped {
            eprintln!("{}: {error}", self.name);
        }
    }
}
