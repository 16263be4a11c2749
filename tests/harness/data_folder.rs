//! A data folder made by `kirokubo init`, with or without a server on it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use kirokubo_test_cluster::{Database, cluster};
use serde_json::Value;

use crate::binaries::{assert_success, binaries};
use crate::on_postgres::empty_database;
use crate::scratch::Scratch;
use crate::small_disk::SmallDisk;

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Posts events.
    Ingest,
    /// Posts and reads records.
    Recorder,
    /// Searches, too.
    Officer,
    /// Reads masked records and proofs.
    Auditor,
    /// Sees nothing personal.
    Admin,
}

/// An API key as `kirokubo key create` printed it.
#[derive(Clone, Debug)]
pub struct Key {
    /// `key_…`
    pub id: String,
    /// `kk_…`
    pub key: String,
}

/// An initialised data folder that goes away with the test.
#[derive(Debug)]
pub struct DataFolder {
    scratch: Scratch,
    ledger_id: String,
    origin: String,
    vkey: String,
    access_ledger_id: String,
    access_vkey: String,
    admin_key: String,
    /// Where its ledger is, if that is a server.
    server: Option<Arc<Database<'static>>>,
    /// The folder that several servers share, if they do.
    shared: Option<Arc<Scratch>>,
    /// How the server is reached, if not straight.
    url: Option<String>,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 5] = [
        Self::Ingest,
        Self::Recorder,
        Self::Officer,
        Self::Auditor,
        Self::Admin,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Recorder => "recorder",
            Self::Officer => "officer",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }
}

impl DataFolder {
    /// Runs `kirokubo init`: on a file, or on a server inside of [`on_postgres`](crate::on_postgres()).
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "running a program is not what anybody expects of a default"
    )]
    pub fn new() -> Self {
        Self::inside(Scratch::new())
    }

    /// The same on a disk of its own.
    #[must_use]
    pub fn on(disk: &SmallDisk) -> Self {
        Self::inside(Scratch::under(disk.path()))
    }

    fn inside(scratch: Scratch) -> Self {
        Self::made(scratch, empty_database().map(Arc::new), None, None)
    }

    /// Runs `kirokubo init` on a database server for several servers, which share a folder of its own.
    #[must_use]
    pub fn to_share(database: Database<'static>) -> Self {
        let shared = Some(Arc::new(Scratch::new()));
        Self::made(Scratch::new(), Some(Arc::new(database)), shared, None)
    }

    /// The same at an address.
    #[must_use]
    pub fn to_share_at(url: &str) -> Self {
        let shared = Some(Arc::new(Scratch::new()));
        Self::made(Scratch::new(), None, shared, Some(url.to_owned()))
    }

    /// The data folder of one more server on the same ledger: empty, as on another machine.
    #[must_use]
    pub fn another(&self) -> Self {
        assert!(self.shared.is_some(), "one server has one folder");
        Self {
            shared: self.shared.clone(),
            url: self.url.clone(),
            ..self.like(self.server.clone())
        }
    }

    /// The same on another database.
    #[must_use]
    pub fn another_on(&self, database: Database<'static>) -> Self {
        Self {
            server: Some(Arc::new(database)),
            ..self.another()
        }
    }

    /// The same database by another address.
    #[must_use]
    pub fn reached_at(self, url: &str) -> Self {
        Self {
            url: Some(url.to_owned()),
            ..self
        }
    }

    fn made(
        scratch: Scratch,
        server: Option<Arc<Database<'static>>>,
        shared: Option<Arc<Scratch>>,
        url: Option<String>,
    ) -> Self {
        let mut command = command_on(&place(server.as_deref(), url.as_deref(), shared.as_deref()), &[]);
        command
            .args(["init", "--json", "--operator", "株式会社試験", "--data"])
            .arg(scratch.path().join("data"));
        let output = command.output().expect("kirokubo starts");
        assert_success(&output, "kirokubo init");
        let said: Value = serde_json::from_slice(&output.stdout).expect("init --json prints JSON");
        let text = |name: &str| said[name].as_str().expect("init tells it").to_owned();
        Self {
            ledger_id: text("ledger_id"),
            origin: text("origin"),
            vkey: text("vkey"),
            access_ledger_id: text("access_ledger_id"),
            access_vkey: text("access_vkey"),
            admin_key: text("admin_key"),
            scratch,
            server,
            shared,
            url,
        }
    }

    /// A copy of the folder, to be damaged; no server may be running on it.
    #[must_use]
    pub fn copy(&self) -> Self {
        let copy = self.like(self.server.as_ref().map(|database| Arc::new(database.copy())));
        copy_folder(&self.path(), &copy.path());
        copy
    }

    /// Another machine that has the keys and nothing else: what a backup is put back on. Its database is a file.
    #[must_use]
    pub fn keys_alone(&self) -> Self {
        let other = self.like(None);
        copy_folder(&self.path().join("keys"), &other.path().join("keys"));
        let permissions = fs::metadata(self.path()).map(|folder| folder.permissions());
        let done = permissions.and_then(|permissions| fs::set_permissions(other.path(), permissions));
        done.unwrap_or_else(|error| panic!("{}: {error}", other.path().display()));
        other
    }

    /// The same folder beside an empty database of a server, or of a file that is not there; `None` if there is no server to
    /// ask. What it had before is left to itself.
    #[must_use]
    pub fn on_empty(mut self, is_server: bool) -> Option<Self> {
        self.server = if is_server {
            Some(Arc::new(cluster()?.database()))
        } else {
            drop(fs::remove_file(self.database()));
            None
        };
        Some(self)
    }

    /// The same folder beside the database of another one.
    #[must_use]
    pub fn beside_database_of(mut self, other: &Self) -> Self {
        self.server.clone_from(&other.server);
        self
    }

    fn like(&self, server: Option<Arc<Database<'static>>>) -> Self {
        Self {
            scratch: Scratch::new(),
            ledger_id: self.ledger_id.clone(),
            origin: self.origin.clone(),
            vkey: self.vkey.clone(),
            access_ledger_id: self.access_ledger_id.clone(),
            access_vkey: self.access_vkey.clone(),
            admin_key: self.admin_key.clone(),
            server,
            shared: None,
            url: None,
        }
    }

    /// The data folder itself.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.scratch.path().join("data")
    }

    /// The folder with the keys: the data folder, unless servers share one.
    #[must_use]
    pub fn shared(&self) -> PathBuf {
        match &self.shared {
            Some(shared) => shared.path().to_owned(),
            None => self.path(),
        }
    }

    /// The folder around it, for whatever else a test writes.
    #[must_use]
    pub fn beside(&self) -> &Path {
        self.scratch.path()
    }

    /// The database of its ledger, if that is on a server.
    #[must_use]
    pub fn server(&self) -> Option<&Database<'static>> {
        self.server.as_deref()
    }

    /// A command line of `kirokubo` that knows where the database is.
    #[must_use]
    pub fn kirokubo(&self) -> Command {
        self.kirokubo_by(&[])
    }

    /// The same, started by another program that is given `kirokubo` and its arguments behind its own.
    pub(crate) fn kirokubo_by(&self, tool: &[String]) -> Command {
        command_on(
            &place(self.server(), self.url.as_deref(), self.shared.as_deref()),
            tool,
        )
    }

    /// The database file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.path().join("kirokubo.db")
    }

    /// 32 hexadecimal digits.
    #[must_use]
    pub fn ledger_id(&self) -> &str {
        &self.ledger_id
    }

    /// The ledger's name in its checkpoints.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The key that its checkpoints verify under.
    #[must_use]
    pub fn vkey(&self) -> &str {
        &self.vkey
    }

    /// The access ledger, 32 hexadecimal digits.
    #[must_use]
    pub fn access_ledger_id(&self) -> &str {
        &self.access_ledger_id
    }

    /// The key that the access ledger's checkpoints verify under.
    #[must_use]
    pub fn access_vkey(&self) -> &str {
        &self.access_vkey
    }

    /// The admin key that `init` printed.
    #[must_use]
    pub fn admin_key(&self) -> &str {
        &self.admin_key
    }

    /// Runs `kirokubo` with these arguments and `--data` of this folder.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.kirokubo();
        command.args(arguments).arg("--data").arg(self.path());
        command.output().expect("kirokubo starts")
    }

    /// Makes an API key.
    #[must_use]
    pub fn create_key(&self, role: Role) -> Key {
        let name = format!("test {}", role.name());
        let output = self.run(&["key", "create", "--role", role.name(), "--name", &name, "--json"]);
        assert_success(&output, "kirokubo key create");
        let said: Value = serde_json::from_slice(&output.stdout).expect("key create --json prints JSON");
        assert_eq!(said["role"], role.name());
        let text = |name: &str| said[name].as_str().expect("key create tells it").to_owned();
        Key {
            id: text("id"),
            key: text("key"),
        }
    }

    /// Revokes an API key.
    pub fn revoke_key(&self, key: &Key) {
        assert_success(&self.run(&["key", "revoke", &key.id]), "kirokubo key revoke");
    }

    /// What `kirokubo verify --json` says, with its exit status in `exit`.
    #[must_use]
    pub fn verify(&self) -> Value {
        self.verify_with(&[])
    }

    /// The same with some variables in the environment.
    #[must_use]
    pub fn verify_with(&self, variables: &[(&str, &str)]) -> Value {
        let mut command = self.kirokubo();
        command.args(["verify", "--json", "--data"]).arg(self.path());
        command.envs(variables.iter().copied());
        let output = command.output().expect("kirokubo starts");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
            panic!(
                "kirokubo verify gave no report: {}\n{}",
                output.status,
                String::from_utf8_lossy(&output.stderr)
            )
        });
        assert_eq!(
            output.status.code().map(Value::from).as_ref(),
            Some(&report["exit"])
        );
        report
    }

    /// Panics unless `kirokubo verify` finds nothing.
    #[track_caller]
    pub fn assert_valid(&self) {
        let report = self.verify();
        assert_eq!(report["exit"], 0, "{report:#}");
    }

    /// Writes a bundle of this scope beside the data folder.
    #[must_use]
    pub fn export(&self, scope: &str) -> PathBuf {
        let bundle = self.beside().join(format!("{scope}.tar"));
        let out = bundle.to_str().expect("scratch folders have plain names");
        // The program overwrites nothing; a test may ask again.
        drop(fs::remove_file(&bundle));
        let output = self.run(&["export", "bundle", "--scope", scope, "--out", out]);
        assert_success(&output, "kirokubo export bundle");
        bundle
    }
}

/// The variables that say where a ledger is.
fn place(
    server: Option<&Database<'_>>,
    url: Option<&str>,
    shared: Option<&Scratch>,
) -> Vec<(&'static str, OsString)> {
    let url = url.map(str::to_owned).or_else(|| server.map(Database::url));
    let shared = shared.map(|shared| ("KIROKUBO_SHARED_DIR", shared.path().into()));
    let url = url.map(|url| ("KIROKUBO_DATABASE_URL", url.into()));
    url.into_iter().chain(shared).collect()
}

fn command_on(place: &[(&'static str, OsString)], tool: &[String]) -> Command {
    let mut command = binaries().kirokubo_by(tool);
    command.envs(place.iter().map(|(name, value)| (name, value)));
    command
}

fn copy_folder(from: &Path, to: &Path) {
    let copied = fs::create_dir_all(to)
        // A key folder that others may look into is refused.
        .and_then(|()| fs::set_permissions(to, fs::metadata(from)?.permissions()));
    copied.unwrap_or_else(|error| panic!("{} to {}: {error}", from.display(), to.display()));
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let path = entry.expect("a folder that opens can be listed").path();
        let name = path.file_name().expect("what a folder lists has a name");
        if path.is_dir() {
            copy_folder(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
    }
}
