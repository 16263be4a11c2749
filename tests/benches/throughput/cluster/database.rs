//! A database of the cluster; it goes away when it is dropped.

use std::io::{BufWriter, Write};
use std::process::Command;

use super::Cluster;
use crate::Outcome;
use crate::program::feed;

/// One database.
pub(crate) struct Database<'a> {
    cluster: &'a Cluster,
    name: String,
}

impl<'a> Database<'a> {
    pub(super) fn new(cluster: &'a Cluster, name: String) -> Self {
        Self { cluster, name }
    }

    /// Where a program finds it.
    pub(crate) fn url(&self) -> String {
        let socket = self.cluster.socket.display().to_string().replace('/', "%2F");
        format!("postgres://{}@localhost/{}?host={socket}", super::USER, self.name)
    }

    /// A client program, told where it is.
    pub(crate) fn client(&self, program: &str) -> Command {
        self.cluster.client(program, &self.name)
    }

    /// Runs statements, each by itself; what they print, one row a line.
    pub(crate) fn run(&self, statements: &str) -> Outcome<String> {
        self.cluster.psql(&self.name, statements)
    }

    /// The one number that a query gives.
    pub(crate) fn number(&self, query: &str) -> Outcome<f64> {
        Ok(self.run(&format!("{query};"))?.trim().parse()?)
    }

    /// Bytes of all its files.
    pub(crate) fn bytes(&self) -> Outcome<f64> {
        self.number("SELECT pg_database_size(current_database())")
    }

    /// Fills a table by COPY. A field that is not there is NULL.
    pub(crate) fn copy<const N: usize>(
        &self,
        table: &str,
        rows: impl Iterator<Item = [Option<String>; N]>,
    ) -> Outcome<()> {
        let mut command = self.client("psql");
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c"]);
        command.arg(format!("COPY {table} FROM STDIN"));
        feed(command, |input| {
            let mut input = BufWriter::new(input);
            for row in rows {
                writeln!(input, "{}", row.map(field).join("\t"))?;
            }
            Ok(input.flush()?)
        })?;
        Ok(())
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        // One that is still used goes with its cluster.
        let statement = format!("DROP DATABASE {} WITH (FORCE);", self.name);
        drop(self.cluster.psql("postgres", &statement));
    }
}

/// A field in COPY's text format.
fn field(value: Option<String>) -> String {
    let Some(value) = value else {
        return "\\N".to_owned();
    };
    value
        .replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\t', "\\t")
}
