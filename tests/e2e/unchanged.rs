//! That a refused request changed nothing.

use kirokubo_tests::{Client, Role, Server};

/// What a ledger looked like at a moment, to be compared later.
pub(crate) struct Unchanged<'a> {
    server: &'a Server,
    reader: Client,
    checkpoint: String,
    records: String,
}

impl<'a> Unchanged<'a> {
    /// Takes the picture.
    pub(crate) fn of(server: &'a Server) -> Self {
        let reader = server.client(Role::Recorder);
        Self {
            server,
            checkpoint: server.checkpoint(),
            records: records(&reader),
            reader,
        }
    }

    /// Panics if there is any other entry or record than before.
    #[track_caller]
    pub(crate) fn assert(&self, after: &str) {
        assert_eq!(
            self.server.checkpoint(),
            self.checkpoint,
            "the ledger grew after {after}"
        );
        assert_eq!(records(&self.reader), self.records, "other records after {after}");
    }
}

fn records(reader: &Client) -> String {
    let page = reader.get("/v1/records?limit=500");
    assert_eq!(page.status(), 200, "{}", page.text());
    page.text().to_owned()
}
