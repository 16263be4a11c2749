//! Running a test that was written for no database in particular on PostgreSQL.

use std::cell::Cell;

use kirokubo_test_cluster::{Database, cluster};

thread_local! {
    static ON_POSTGRES: Cell<bool> = const { Cell::new(false) };
}

/// Runs a test with every ledger that its own thread makes on PostgreSQL. Where none is installed that is said, and nothing
/// is run.
pub fn on_postgres(test: fn()) {
    if cluster().is_none() {
        return;
    }
    // A test has a thread to itself, so nobody need take this back.
    ON_POSTGRES.set(true);
    test();
}

/// Where the next ledger goes; `None` if it goes into a file.
pub(crate) fn empty_database() -> Option<Database<'static>> {
    ON_POSTGRES
        .get()
        .then(|| cluster().expect("it was there a moment ago").database())
}
