//! The command line: one file a command.

mod backup;
mod demo;
mod export;
mod init;
mod key;
mod key_holder;
mod migrate;
mod progress;
mod receipts;
mod recover;
mod restore;
mod retention;
mod rewound;
mod serve;
mod stamping_options;
mod telemetry;
mod verify;
mod witness;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use kirokubo_store::{Clock, DataFolder, KeyError, RestoreError, Store, StoreError};

use key_holder::KeyHolders;

/// A keeper of third-party provision records (第三者提供・受領の記録簿).
#[derive(Debug, Parser)]
#[command(name = "kirokubo", version, about, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the whole job once on a ledger of its own, then keep serving (まず試す).
    Demo(demo::Demo),
    /// Make keys, schema and ledger in a data folder (はじめに一度だけ).
    Init(init::Init),
    /// Serve the API of a data folder.
    Serve(serve::Serve),
    /// Bring an older schema up to date.
    Migrate(migrate::Migrate),
    /// Make, list and revoke API keys.
    #[command(subcommand)]
    Key(key::Key),
    /// Verify a data folder: chain, tree, signatures, and every sealed value (検証).
    Verify(verify::Verify),
    /// Tell what is due to be erased, and clear away what is erased (保存と廃棄).
    Retention(retention::Retention),
    /// Write a verified copy of database and evidence, beside a running server (バックアップ).
    Backup(backup::Backup),
    /// Put a backup back while no server runs (復元).
    Restore(restore::Restore),
    /// Go on after a restore that lost entries, declaring what is lost (復旧).
    Recover(recover::Recover),
    /// Write an audit bundle.
    #[command(subcommand)]
    Export(export::Export),
    /// Witness other people's ledgers: vouch that everybody is shown the same history (立会人).
    Witness(witness::Witness),
}

/// Where the data are: options that every command on an existing ledger takes.
#[derive(Debug, Args)]
struct Place {
    /// The data folder: keys, lock, and the embedded database.
    #[arg(long, value_name = "DIR", env = "KIROKUBO_DATA")]
    data: PathBuf,
    #[command(flatten)]
    shared: SharedPlace,
    /// `sqlite:` (in the data folder), `sqlite:PATH`, or `postgres://USER@HOST/DATABASE`.
    #[arg(
        long,
        value_name = "URL",
        env = "KIROKUBO_DATABASE_URL",
        default_value = "sqlite:",
        hide_env_values = true
    )]
    database_url: String,
}

impl Place {
    fn folder(&self) -> DataFolder {
        self.shared.beside(&self.data)
    }

    async fn open(&self) -> Result<Store, StoreError> {
        let holders = KeyHolders::from_environment();
        Store::open_with(self.folder(), &self.database_url, Clock::system(), &|kind| {
            holders.get(kind)
        })
        .await
    }
}

/// What several servers share: an option of every command that takes a data folder.
#[derive(Debug, Args)]
struct SharedPlace {
    /// A folder that all servers on one PostgreSQL see, such as a network volume, with what they share: keys, `erased.log`,
    /// files of evidence, the witness policy. Each keeps a data folder of its own for the rest. The data folder unless
    /// given.
    #[arg(long, value_name = "DIR", env = "KIROKUBO_SHARED_DIR")]
    shared_dir: Option<PathBuf>,
}

impl SharedPlace {
    /// The data folder, with what is shared in its place.
    fn beside(&self, data: &Path) -> DataFolder {
        DataFolder::from(data).sharing(self.shared_dir.clone())
    }
}

/// Where the files of evidence are: an option of those commands that read or take them.
#[derive(Debug, Args)]
struct EvidencePlace {
    /// `file:` (in the data folder), `file:PATH`, or `s3://BUCKET/PREFIX` with the usual `AWS_…` variables
    /// (`AWS_ENDPOINT_URL` for anything else that speaks S3). Never changed without moving the files as well.
    #[arg(
        long,
        value_name = "URL",
        env = "KIROKUBO_EVIDENCE_URL",
        default_value = "file:"
    )]
    evidence_url: String,
}

/// Where else the high-water mark is: an option of those commands that look at it.
#[derive(Debug, Args)]
struct HighWaterPlace {
    /// A file, best on another disk, that remembers how far the ledger has come, as `high-water` in the data folder does.
    #[arg(long, value_name = "FILE", env = "KIROKUBO_HIGH_WATER")]
    high_water: Option<PathBuf>,
}

/// What a command ends in: an exit status, or an error that `main` prints.
pub type Outcome = Result<ExitCode, Box<dyn Error + Send + Sync>>;

/// Runs a parsed command line.
pub async fn run(cli: Cli) -> Outcome {
    match cli.command {
        Command::Demo(demo) => demo.run().await,
        Command::Init(init) => init.run().await,
        Command::Serve(serve) => serve.run().await,
        Command::Migrate(migrate) => migrate.run().await,
        Command::Key(key) => key.run().await,
        Command::Verify(verify) => verify.run().await,
        Command::Retention(retention) => retention.run().await,
        Command::Backup(backup) => backup.run().await,
        Command::Restore(restore) => restore.run().await,
        Command::Recover(recover) => recover.run().await,
        Command::Export(export) => export.run().await,
        Command::Witness(witness) => witness.run().await,
    }
}

/// The exit status of an error: 2 if the keys are sealed and what was given does not open them, as for other wrong
/// arguments; 1 for all else.
#[must_use]
pub fn status(error: &(dyn Error + 'static)) -> ExitCode {
    let of_restore = match error.downcast_ref() {
        Some(RestoreError::Store(error)) => Some(error),
        _ => None,
    };
    match error.downcast_ref().or(of_restore) {
        Some(StoreError::Key(KeyError::Holder(_))) => ExitCode::from(2),
        _ => ExitCode::FAILURE,
    }
}

/// An error with its causes, on one line.
#[must_use]
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
