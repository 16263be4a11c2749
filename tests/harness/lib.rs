//! What the end-to-end tests and the benchmarks stand on: built binaries, data folders, servers, clients.
//!
//! In scope: starting the real programs on folders of their own, talking to them as a stranger would (HTTP and the
//! command line), and stopping them gently or not. Out of scope: what is true of them; that is said in the tests.
//!
//! Everything here panics when it cannot be done, with the output of the program concerned: there is no test to
//! go on with then.

#![expect(
    clippy::missing_panics_doc,
    reason = "a harness that cannot do its work has nobody to report it to but the person who runs the tests"
)]

mod answer;
mod authority;
mod authority_server;
mod binaries;
mod client;
mod collector;
mod data_folder;
mod fake_time;
mod on_postgres;
mod postgres_proxy;
mod scratch;
mod server;
mod small_disk;
mod strace;
mod stream;
mod tool;
mod witness;

pub use answer::Answer;
pub use authority::{Authority, Leaf, Signer};
pub use authority_server::{AuthorityServer, Reply};
pub use binaries::{Binaries, binaries};
pub use client::{Client, Request};
pub use collector::{Collected, Collector};
pub use data_folder::{DataFolder, Key, Role};
pub use fake_time::FakeTime;
pub use on_postgres::on_postgres;
pub use postgres_proxy::{Cut, PostgresProxy};
pub use scratch::Scratch;
pub use server::Server;
pub use small_disk::SmallDisk;
pub use strace::Strace;
pub use stream::{EventStream, Lines};
pub use tool::{is_there, open_files};
pub use witness::Witness;
